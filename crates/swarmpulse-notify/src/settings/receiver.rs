//! Receivers and their channels.

use swarmpulse_model::Text;

use super::alertmanager::AlertmanagerSettings;
use super::command::CommandSettings;
use super::datadog::DatadogSettings;
use super::discord::DiscordSettings;
use super::email::EmailSettings;
use super::entry::Common;
use super::newrelic::NewRelicSettings;
use super::opsgenie::OpsgenieSettings;
use super::pagerduty::PagerdutySettings;
use super::sentry::SentrySettings;
use super::slack::SlackSettings;
use super::teams::TeamsSettings;
use super::webhook::WebhookSettings;

/// Whom a route leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiverSettings {
    /// Its name.
    pub name: Text,
    /// Its channels in the file's order of kinds; none: what is routed to it is told nobody.
    pub channels: Vec<ChannelSettings>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each holds the settings that are called so")]
pub enum ChannelSettings {
    Slack(SlackSettings),
    Discord(DiscordSettings),
    Pagerduty(PagerdutySettings),
    Email(EmailSettings),
    Webhook(WebhookSettings),
    Opsgenie(OpsgenieSettings),
    Teams(TeamsSettings),
    Sentry(SentrySettings),
    Datadog(DatadogSettings),
    NewRelic(NewRelicSettings),
    Command(CommandSettings),
    Alertmanager(AlertmanagerSettings),
}

impl ChannelSettings {
    /// What every channel has.
    #[must_use]
    pub fn common(&self) -> &Common {
        match self {
            Self::Slack(settings) => &settings.common,
            Self::Discord(settings) => &settings.common,
            Self::Pagerduty(settings) => &settings.common,
            Self::Email(settings) => &settings.common,
            Self::Webhook(settings) => &settings.common,
            Self::Opsgenie(settings) => &settings.common,
            Self::Teams(settings) => &settings.common,
            Self::Sentry(settings) => &settings.common,
            Self::Datadog(settings) => &settings.common,
            Self::NewRelic(settings) => &settings.common,
            Self::Command(settings) => &settings.common,
            Self::Alertmanager(settings) => &settings.common,
        }
    }

    /// Its kind and number: `slack/0`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.common().name
    }

    /// Its kind, as it is written before `_configs`: `slack`.
    #[must_use]
    pub fn kind(&self) -> &str {
        let name = self.name();
        name.split_once('/').map_or(name, |(kind, _)| kind)
    }

    /// Whether it is told that alerts are over.
    #[must_use]
    pub fn send_resolved(&self) -> bool {
        self.common().send_resolved
    }
}
