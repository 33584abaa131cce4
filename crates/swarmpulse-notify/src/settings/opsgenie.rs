//! Opsgenie: alerts that are created and closed.

use swarmpulse_yaml::{Fields, Node};

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;
use crate::wording::Wording;

/// What Opsgenie knows.
pub(crate) const OPSGENIE_PRIORITIES: [&str; 5] = ["P1", "P2", "P3", "P4", "P5"];
/// Who can respond.
pub(crate) const OPSGENIE_RESPONDERS: [&str; 4] = ["team", "user", "escalation", "schedule"];

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
    /// Tags, with commas between.
    pub tags: Option<Wording>,
    /// Actions that are offered, with commas between.
    pub actions: Option<Wording>,
    /// `P1` to `P5`; `None`: from the gravest alert.
    pub priority: Option<Wording>,
    /// A note.
    pub note: Option<Wording>,
    /// Which domain it is about.
    pub entity: Option<Wording>,
    /// Who says it; `None`: this monitor.
    pub source: Option<Wording>,
    /// Further details.
    pub details: Vec<(String, Wording)>,
    /// The alert's one line.
    pub message: Option<Wording>,
    /// What it says.
    pub description: Option<Wording>,
    /// Whether the message of an alert that is there is changed.
    pub update_alerts: bool,
}

/// Who is to respond. One of `id`, `name` and `username` is there.
#[derive(Clone, Debug, PartialEq)]
pub struct OpsgenieResponder {
    /// Their id.
    pub id: Option<Wording>,
    /// Their name.
    pub name: Option<Wording>,
    /// A person's user name.
    pub username: Option<Wording>,
    /// `team`, `user`, `escalation` or `schedule`.
    pub kind: Wording,
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
        let priority = reader.wording(fields, "priority");
        if let Some(priority) = priority.as_ref().and_then(Wording::as_plain)
            && !OPSGENIE_PRIORITIES.contains(&priority)
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
            tags: reader.wording(fields, "tags"),
            actions: reader.wording(fields, "actions"),
            priority,
            note: reader.wording(fields, "note"),
            entity: reader.wording(fields, "entity"),
            source: reader.wording(fields, "source"),
            details: reader.wordings(fields, "details"),
            message: reader.wording(fields, "message"),
            description: reader.wording(fields, "description"),
            update_alerts: fields
                .boolean("update_alerts", &mut reader.faults)
                .unwrap_or(false),
        };
        Some(Self {
            api_key: api_key?,
            ..settings
        })
    }
}

fn responder(node: &Node, reader: &mut Reader<'_>) -> Option<OpsgenieResponder> {
    let mut fields = reader.fields(node, "a responder")?;
    let kind = fields.required("type", &mut reader.faults)?;
    let kind = reader.wording_of("type", kind, fields.place("type"))?;
    let responder = OpsgenieResponder {
        id: reader.wording(&mut fields, "id"),
        name: reader.wording(&mut fields, "name"),
        username: reader.wording(&mut fields, "username"),
        kind,
    };
    if let Some(kind) = responder.kind.as_plain()
        && !OPSGENIE_RESPONDERS.contains(&kind.to_ascii_lowercase().as_str())
    {
        let message = format!("type is `{kind}`: a responder is a team, user, escalation or schedule");
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
