//! PagerDuty: Events API v2.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{OWN_WORDING, Reader, secret_keys};
use super::secret::Secret;

/// PagerDuty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PagerdutySettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// Where events are sent.
    pub url: String,
    /// The integration's key.
    pub routing_key: Secret,
    /// Who says it; `None`: this monitor.
    pub client: Option<String>,
    /// Where the client is reached; `None`: this monitor's address.
    pub client_url: Option<String>,
    /// `critical`, `error`, `warning` or `info`; `None`: that of the gravest alert.
    pub severity: Option<String>,
    /// What it comes from; `None`: the alerts' subject.
    pub source: Option<String>,
    /// The class of the event.
    pub class: Option<String>,
    /// The component.
    pub component: Option<String>,
    /// The logical group.
    pub group: Option<String>,
}

impl PagerdutySettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        global: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let key = routing_key(fields, reader);
        let url = reader.url(fields, "url").or_else(|| global.pagerduty_url.clone());
        let severity = reader.text(fields, "severity");
        if let Some(severity) = &severity
            && !["critical", "error", "warning", "info"].contains(&severity.as_str())
        {
            let message =
                format!("severity is `{severity}`: PagerDuty knows critical, error, warning and info");
            reader.faults.error(fields.place("severity"), message);
        }
        let settings = Self {
            common,
            http,
            url: url.unwrap_or_else(|| "https://events.pagerduty.com/v2/enqueue".to_owned()),
            routing_key: Secret::default(),
            client: reader.text(fields, "client"),
            client_url: reader.text(fields, "client_url"),
            severity,
            source: reader.text(fields, "source"),
            class: reader.text(fields, "class"),
            component: reader.text(fields, "component"),
            group: reader.text(fields, "group"),
        };
        fields.unused(
            &["description", "details", "images", "links"],
            OWN_WORDING,
            &mut reader.faults,
        );
        fields.unused(&["timeout"], "every attempt has 30 s", &mut reader.faults);
        Some(Self {
            routing_key: key?,
            ..settings
        })
    }
}

fn routing_key(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Option<Secret> {
    let service_keys = secret_keys!("service_key");
    let service_key = reader.secret(fields, &service_keys);
    let routing_key = reader.secret(fields, &secret_keys!("routing_key"));
    if routing_key.is_none() && Reader::is_there(fields, &service_keys) {
        let message = "service_key is of the Events API v1, which is not used: it is sent as `routing_key` of v2, which most integrations take; write `routing_key`";
        reader.faults.warn(fields.place("service_key"), message);
        return service_key;
    }
    if routing_key.is_none() && !Reader::is_there(fields, &secret_keys!("routing_key")) {
        let message = "a PagerDuty channel needs `routing_key`, `routing_key_file` or `routing_key_env`";
        reader.faults.error(fields.at(), message);
    }
    routing_key
}
