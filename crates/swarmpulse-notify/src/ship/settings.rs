//! Where lines of the log are shipped to, as plain data.

use swarmpulse_model::Text;

use super::line::LogLevel;
use crate::http::HttpOptions;
use crate::settings::Secret;

/// Who takes the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShipProvider {
    /// Sentry, or what takes its envelopes.
    Sentry,
    /// Datadog's intake of logs.
    Datadog,
    /// New Relic's Log API.
    NewRelic,
}

impl ShipProvider {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Sentry, Self::Datadog, Self::NewRelic];

    /// Its name in configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sentry => "sentry",
            Self::Datadog => "datadog",
            Self::NewRelic => "newrelic",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == name)
    }
}

/// Where lines of the log are shipped to.
#[derive(Clone, Debug)]
pub struct ShipSettings {
    /// Who takes them.
    pub provider: ShipProvider,
    /// Sentry's DSN, Datadog's API key, New Relic's license key.
    pub api_key: Secret,
    /// Datadog's site (`datadoghq.eu`) or New Relic's region (`eu`); empty means the United States, and Sentry has none.
    pub site: Text,
    /// Lines of this level and above.
    pub level: LogLevel,
    /// The service's name.
    pub service: Text,
    /// The machine's name.
    pub host: Text,
    /// `production`, `staging`, ...; empty if it is not told.
    pub environment: Text,
    /// Another address than the provider's, such as that of a relay: scheme, host, port. Sentry's is in its DSN.
    pub url: Option<Text>,
    /// The most lines that wait; the oldest are dropped.
    pub queue_lines: usize,
    /// The most bytes that wait; the oldest are dropped.
    pub queue_bytes: usize,
    /// How requests are made: proxy, authorities, time-out.
    pub http: HttpOptions,
}

impl ShipSettings {
    /// Those that serve where nothing else is said.
    #[must_use]
    pub fn new(provider: ShipProvider, api_key: Secret) -> Self {
        Self {
            provider,
            api_key,
            site: Text::default(),
            level: LogLevel::Warn,
            service: "swarmpulse".into(),
            host: Text::default(),
            environment: Text::default(),
            url: None,
            queue_lines: 10_000,
            queue_bytes: 8 << 20,
            http: HttpOptions::default(),
        }
    }
}
