//! Discord: a webhook.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;
use crate::wording::Wording;

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
    pub username: Option<Wording>,
    /// With which picture.
    pub avatar_url: Option<Wording>,
    /// What is said above the embed.
    pub content: Option<Wording>,
    /// The embed's title.
    pub title: Option<Wording>,
    /// What the embed says.
    pub message: Option<Wording>,
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
        let username = reader.wording(fields, "username");
        let avatar_url = reader.wording(fields, "avatar_url");
        Some(Self {
            common,
            http,
            webhook_url: webhook_url?,
            username,
            avatar_url,
            content: reader.wording(fields, "content"),
            title: reader.wording(fields, "title"),
            message: reader.wording(fields, "message"),
        })
    }
}
