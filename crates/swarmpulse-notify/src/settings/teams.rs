//! Microsoft Teams: workflows, and the connectors before them.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;
use crate::wording::Wording;

/// Microsoft Teams.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TeamsSettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// The webhook's URL.
    pub webhook_url: Secret,
    /// What it takes.
    pub format: TeamsFormat,
    /// The title.
    pub title: Option<Wording>,
    /// What a connector shows in lists.
    pub summary: Option<Wording>,
    /// What is said.
    pub text: Option<Wording>,
}

/// What a webhook of Teams takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TeamsFormat {
    /// An Adaptive Card: workflows (`msteamsv2_configs`).
    #[default]
    AdaptiveCard,
    /// A MessageCard: Office 365 connectors (`msteams_configs`).
    MessageCard,
}

impl TeamsSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        _: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let webhook_url = reader.required_secret_url(fields, &secret_keys!("webhook_url"));
        Some(Self {
            common,
            http,
            webhook_url: webhook_url?,
            format: TeamsFormat::AdaptiveCard,
            title: reader.wording(fields, "title"),
            summary: reader.wording(fields, "summary"),
            text: reader.wording(fields, "text"),
        })
    }

    pub(super) fn of_connector(self) -> Self {
        Self {
            format: TeamsFormat::MessageCard,
            ..self
        }
    }
}
