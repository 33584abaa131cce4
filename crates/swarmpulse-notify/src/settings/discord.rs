//! Discord: a webhook.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{OWN_WORDING, Reader, secret_keys};
use super::secret::Secret;

/// Discord.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DiscordSettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// The webhook's URL.
    pub webhook_url: Secret,
    /// Under what name.
    pub username: Option<String>,
    /// With which picture.
    pub avatar_url: Option<String>,
}

impl DiscordSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        _: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let webhook_url = reader.required_secret_url(fields, &secret_keys!("webhook_url"));
        let username = reader.text(fields, "username");
        let avatar_url = reader.text(fields, "avatar_url");
        fields.unused(&["content", "title", "message"], OWN_WORDING, &mut reader.faults);
        Some(Self {
            common,
            http,
            webhook_url: webhook_url?,
            username,
            avatar_url,
        })
    }
}
