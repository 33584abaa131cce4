//! Opsgenie: alerts that are created and closed.

use swarmpulse_yaml::{Fields, Node};

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{OWN_WORDING, Reader, secret_keys};
use super::secret::Secret;

/// Opsgenie.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpsgenieSettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// Where the API is, with a slash at its end: `https://api.opsgenie.com/`, `https://api.eu.opsgenie.com/`.
    pub api_url: String,
    /// The integration's key.
    pub api_key: Secret,
    /// Who is to respond.
    pub responders: Vec<OpsgenieResponder>,
    /// Tags.
    pub tags: Vec<String>,
    /// Actions that are offered.
    pub actions: Vec<String>,
    /// `P1` to `P5`; `None`: from the gravest alert.
    pub priority: Option<String>,
    /// A note.
    pub note: Option<String>,
    /// Which domain it is about.
    pub entity: Option<String>,
    /// Who says it; `None`: this monitor.
    pub source: Option<String>,
    /// Further details.
    pub details: Vec<(String, String)>,
    /// Whether the message of an alert that is there is changed.
    pub update_alerts: bool,
}

/// Who is to respond. One of `id`, `name` and `username` is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpsgenieResponder {
    /// Their id.
    pub id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// A person's user name.
    pub username: Option<String>,
    /// `team`, `user`, `escalation` or `schedule`.
    pub kind: String,
}

impl OpsgenieSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        global: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let keys = secret_keys!("api_key");
        let api_key = reader
            .secret(fields, &keys)
            .or_else(|| global.opsgenie_api_key.clone());
        if api_key.is_none() && !Reader::is_there(fields, &keys) {
            let message = "an Opsgenie channel needs `api_key`, `api_key_file` or `api_key_env`, or `opsgenie_api_key` under `global`";
            reader.faults.error(fields.at(), message);
        }
        let api_url = reader
            .url(fields, "api_url")
            .or_else(|| global.opsgenie_api_url.clone());
        let mut api_url = api_url.unwrap_or_else(|| "https://api.opsgenie.com/".to_owned());
        if !api_url.ends_with('/') {
            api_url.push('/');
        }
        let priority = reader.text(fields, "priority");
        if let Some(priority) = &priority
            && !["P1", "P2", "P3", "P4", "P5"].contains(&priority.as_str())
        {
            let message = format!("priority is `{priority}`: Opsgenie knows P1 to P5");
            reader.faults.error(fields.place("priority"), message);
        }
        let responders = fields.list("responders", &mut reader.faults);
        let settings = Self {
            common,
            http,
            api_url,
            api_key: Secret::default(),
            responders: responders
                .iter()
                .filter_map(|node| responder(node, reader))
                .collect(),
            tags: words(reader.text(fields, "tags")),
            actions: words(reader.text(fields, "actions")),
            priority,
            note: reader.text(fields, "note"),
            entity: reader.text(fields, "entity"),
            source: reader.text(fields, "source"),
            details: details(fields, reader),
            update_alerts: fields
                .boolean("update_alerts", &mut reader.faults)
                .unwrap_or(false),
        };
        fields.unused(&["message", "description"], OWN_WORDING, &mut reader.faults);
        Some(Self {
            api_key: api_key?,
            ..settings
        })
    }
}

fn responder(node: &Node, reader: &mut Reader<'_>) -> Option<OpsgenieResponder> {
    let mut fields = reader.fields(node, "a responder")?;
    let kind = reader
        .required(&mut fields, "type")
        .map(|kind| kind.to_ascii_lowercase());
    let responder = OpsgenieResponder {
        id: reader.exact(&mut fields, "id"),
        name: reader.exact(&mut fields, "name"),
        username: reader.exact(&mut fields, "username"),
        kind: kind?,
    };
    if !["team", "user", "escalation", "schedule"].contains(&responder.kind.as_str()) {
        let message = format!(
            "type is `{}`: a responder is a team, user, escalation or schedule",
            responder.kind
        );
        reader.faults.error(fields.place("type"), message);
    }
    if responder.id.is_none() && responder.name.is_none() && responder.username.is_none() {
        reader
            .faults
            .error(fields.at(), "a responder needs `id`, `name` or `username`");
    }
    fields.finish(&mut reader.faults);
    Some(responder)
}

fn details(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Vec<(String, String)> {
    let mut details = Vec::new();
    for (name, value, at) in fields.text_map("details", &mut reader.faults) {
        if value.contains("{{") {
            reader
                .faults
                .warn(at, format!("details: `{name}` has no effect: {OWN_WORDING}"));
        } else {
            details.push((name.to_owned(), value.to_owned()));
        }
    }
    details
}

fn words(text: Option<String>) -> Vec<String> {
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
