//! A webhook: JSON as Alertmanager sends it, signed if there is a secret for it.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;

/// A webhook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WebhookSettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// Where to.
    pub url: Secret,
    /// The most alerts in one message; 0: all.
    pub max_alerts: u64,
    /// How long an attempt may take; `None`: as long as any channel.
    pub timeout_s: Option<f64>,
    /// With what messages are signed.
    pub signing_secret: Option<Secret>,
}

impl WebhookSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        _: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let url = reader.required_secret_url(fields, &secret_keys!("url"));
        let max_alerts = fields.whole("max_alerts", &mut reader.faults).unwrap_or(0);
        let timeout_s = fields
            .duration_s("timeout", &mut reader.faults)
            .filter(|timeout_s| *timeout_s > 0.0);
        let signing_secret = reader.secret(fields, &secret_keys!("signing_secret"));
        fields.unused(
            &["payload"],
            "webhooks are told what Alertmanager posts",
            &mut reader.faults,
        );
        Some(Self {
            common,
            http,
            url: url?,
            max_alerts,
            timeout_s,
            signing_secret,
        })
    }
}
