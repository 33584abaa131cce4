//! Sentry: events of a project.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;

/// Sentry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SentrySettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// The project's DSN.
    pub dsn: Secret,
    /// The environment that events belong to.
    pub environment: Option<String>,
}

impl SentrySettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        _: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let dsn = reader.required_secret_url(fields, &secret_keys!("dsn"));
        let environment = reader.exact(fields, "environment");
        Some(Self {
            common,
            http,
            dsn: dsn?,
            environment,
        })
    }
}
