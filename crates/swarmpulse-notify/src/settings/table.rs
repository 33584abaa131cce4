//! Which kinds of channels there are, and how each is read.

use swarmpulse_yaml::Fields;

use super::alertmanager::AlertmanagerSettings;
use super::command::CommandSettings;
use super::datadog::DatadogSettings;
use super::discord::DiscordSettings;
use super::email::EmailSettings;
use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::newrelic::NewRelicSettings;
use super::opsgenie::OpsgenieSettings;
use super::pagerduty::PagerdutySettings;
use super::reader::Reader;
use super::receiver::ChannelSettings;
use super::sentry::SentrySettings;
use super::slack::SlackSettings;
use super::teams::TeamsSettings;
use super::webhook::WebhookSettings;

type Read = fn(&mut Fields<'_>, Common, HttpSettings, &Global, &mut Reader<'_>) -> Option<ChannelSettings>;

/// One kind.
pub(super) struct Kind {
    /// Its key under a receiver.
    pub(super) key: &'static str,
    /// What one is called in errors.
    pub(super) what: &'static str,
    /// Whether ends are told if nothing is said of them.
    pub(super) send_resolved: bool,
    /// Whether it has an `http_config`.
    pub(super) http: bool,
    /// Reads one.
    pub(super) read: Read,
}

macro_rules! kind {
    ($key:literal, $what:literal, resolved: $send_resolved:literal, http: $http:literal, $read:expr) => {
        Kind {
            key: $key,
            what: $what,
            send_resolved: $send_resolved,
            http: $http,
            read: |fields, common, http, global, reader| $read(fields, common, http, global, reader),
        }
    };
}

macro_rules! read {
    ($settings:ident, $variant:ident) => {
        |fields: &mut Fields<'_>, common, http, global: &Global, reader: &mut Reader<'_>| {
            $settings::read(fields, common, http, global, reader).map(ChannelSettings::$variant)
        }
    };
}

/// All kinds. The defaults of `send_resolved` are Alertmanager's where it has the kind.
pub(super) const KINDS: &[Kind] = &[
    kind!("slack_configs", "a Slack channel", resolved: false, http: true, read!(SlackSettings, Slack)),
    kind!("discord_configs", "a Discord channel", resolved: true, http: true, read!(DiscordSettings, Discord)),
    kind!("pagerduty_configs", "a PagerDuty channel", resolved: true, http: true, read!(PagerdutySettings, Pagerduty)),
    kind!("email_configs", "an e-mail channel", resolved: false, http: false, read!(EmailSettings, Email)),
    kind!("webhook_configs", "a webhook", resolved: true, http: true, read!(WebhookSettings, Webhook)),
    kind!("opsgenie_configs", "an Opsgenie channel", resolved: true, http: true, read!(OpsgenieSettings, Opsgenie)),
    kind!("msteams_configs", "a Teams channel", resolved: true, http: true, |fields, common, http, global, reader| {
        TeamsSettings::read(fields, common, http, global, reader)
            .map(|settings| ChannelSettings::Teams(settings.of_connector()))
    }),
    kind!("msteamsv2_configs", "a Teams channel", resolved: true, http: true, read!(TeamsSettings, Teams)),
    kind!("sentry_configs", "a Sentry channel", resolved: true, http: true, read!(SentrySettings, Sentry)),
    kind!("datadog_configs", "a Datadog channel", resolved: true, http: true, read!(DatadogSettings, Datadog)),
    kind!("newrelic_configs", "a New Relic channel", resolved: true, http: true, read!(NewRelicSettings, NewRelic)),
    kind!("command_configs", "a command channel", resolved: true, http: false, read!(CommandSettings, Command)),
    kind!("alertmanager_configs", "an Alertmanager channel", resolved: true, http: true, read!(AlertmanagerSettings, Alertmanager)),
];
