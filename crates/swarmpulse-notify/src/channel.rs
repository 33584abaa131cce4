//! The kinds of channels: a table, and how one is built from its settings.

mod alertmanager;
mod command;
pub(crate) mod datadog;
mod discord;
mod email;
mod kind;
pub(crate) mod newrelic;
mod opsgenie;
mod pagerduty;
pub(crate) mod sentry;
mod slack;
mod teams;
mod webhook;

#[cfg(test)]
mod templated;

use std::fmt;

use crate::Notifier;
use crate::http::{Address, HttpClient, HttpError, HttpOptions};
use crate::settings::{ChannelSettings, HttpSettings, Secret};

pub use alertmanager::Alertmanager;
pub use command::Command;
pub use datadog::Datadog;
pub use discord::Discord;
pub use email::Email;
pub use kind::{CHANNELS, ChannelKind};
pub use newrelic::NewRelic;
pub use opsgenie::{Opsgenie, OpsgenieCall};
pub use pagerduty::Pagerduty;
pub use sentry::Sentry;
pub use slack::Slack;
pub use teams::Teams;
pub use webhook::{Payload, PayloadAlert, Webhook};
pub(crate) use webhook::{annotations, common, labels, status};

/// Why settings make no channel. Without values, which may be secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A setting is not what it must be.
    #[error("{field} {reason}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Its HTTP client cannot be made.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl BuildError {
    pub(crate) fn field(field: &'static str, reason: impl fmt::Display) -> Self {
        Self::Field {
            field,
            reason: reason.to_string(),
        }
    }
}

/// The channel of these settings.
///
/// # Errors
/// If they make none; the words name the field, not the channel.
pub fn build(settings: &ChannelSettings) -> Result<Box<dyn Notifier>, BuildError> {
    Ok(match settings {
        ChannelSettings::Slack(settings) => Box::new(Slack::new(settings)?),
        ChannelSettings::Discord(settings) => Box::new(Discord::new(settings)?),
        ChannelSettings::Pagerduty(settings) => Box::new(Pagerduty::new(settings)?),
        ChannelSettings::Webhook(settings) => Box::new(Webhook::new(settings)?),
        ChannelSettings::Opsgenie(settings) => Box::new(Opsgenie::new(settings)?),
        ChannelSettings::Teams(settings) => Box::new(Teams::new(settings)?),
        ChannelSettings::Command(settings) => Box::new(Command::new(settings)?),
        ChannelSettings::Alertmanager(settings) => Box::new(Alertmanager::new(settings)?),
        ChannelSettings::Email(settings) => Box::new(Email::new(settings)?),
        ChannelSettings::Sentry(settings) => Box::new(Sentry::new(settings)?),
        ChannelSettings::Datadog(settings) => Box::new(Datadog::new(settings)?),
        ChannelSettings::NewRelic(settings) => Box::new(NewRelic::new(settings)?),
    })
}

/// The client of a channel: what it asks, and what beside the addresses must never be shown.
pub(crate) fn connect(
    http: &HttpSettings,
    addresses: &[&Address],
    secrets: &[&Secret],
    timeout_s: Option<f64>,
) -> Result<HttpClient, HttpError> {
    let mut options = HttpOptions::from(http);
    if let Some(timeout_s) = timeout_s {
        options.timeout_s = timeout_s;
    }
    let with_tls = addresses.iter().any(|address| address.is_tls());
    let secrets = secrets.iter().map(|secret| secret.expose().to_owned());
    HttpClient::new(&options, with_tls, secrets)
}
