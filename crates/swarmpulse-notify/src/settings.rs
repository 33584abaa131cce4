//! Receivers and their channels as people write them, in Alertmanager's format, as plain data for the channels.
//!
//! One file a channel: its settings and how they are read. Secrets come from the file itself, from files or from the
//! environment, and are shown by nothing.

mod alertmanager;
mod command;
mod datadog;
mod discord;
mod email;
mod entry;
mod file;
mod global;
mod http;
mod masked;
mod newrelic;
mod oauth2;
mod opsgenie;
mod outline;
mod pagerduty;
mod reader;
mod receiver;
mod secret;
mod sentry;
mod slack;
mod slack_attachment;
mod table;
mod teams;
mod unsupported;
mod webhook;

pub use alertmanager::AlertmanagerSettings;
pub use command::CommandSettings;
pub use datadog::DatadogSettings;
pub use discord::DiscordSettings;
pub use email::{EmailSettings, Smarthost};
pub use entry::Common;
pub use file::{ReceiversFile, SettingsError, receivers};
pub use http::{Authorization, HttpSettings, TlsSettings};
pub use masked::masked;
pub use newrelic::{NewRelicRegion, NewRelicSettings};
pub use oauth2::Oauth2Settings;
pub(crate) use opsgenie::{OPSGENIE_PRIORITIES, OPSGENIE_RESPONDERS};
pub use opsgenie::{OpsgenieResponder, OpsgenieSettings};
pub use outline::{ChannelOutline, ReceiverOutline, outline};
pub(crate) use pagerduty::PAGERDUTY_SEVERITIES;
pub use pagerduty::{PagerdutyImage, PagerdutyLink, PagerdutySettings};
pub use receiver::{ChannelSettings, ReceiverSettings};
pub use secret::{Secret, Secrets};
pub use sentry::SentrySettings;
pub use slack::SlackSettings;
pub use slack_attachment::{SlackAction, SlackAttachment, SlackField};
pub use teams::{TeamsFormat, TeamsSettings};
pub use webhook::WebhookSettings;
