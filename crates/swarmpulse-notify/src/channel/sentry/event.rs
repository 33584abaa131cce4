//! A notification as an event of Sentry.

use serde_json::{Map, Value, json};
use swarmpulse_model::{AlertState, Severity};

use super::envelope::{EVENT_BYTES_MAX, EVENT_SENT_BYTES_MAX, MESSAGE_CHARACTERS_MAX, tag};
use crate::summary::{Line, Summary, plain, shorten};
use crate::{Message, digest};

/// The most alerts that are told one by one.
const ALERTS_MAX: usize = 50;
/// The most alerts that are named as following from one.
const SYMPTOMS_MAX: usize = 10;
/// The most labels of the group that become tags.
const TAGS_MAX: usize = 40;

/// The id of a message's event: the same in every attempt, so that Sentry drops repeats.
pub(super) fn event_id(message: &Message<'_>) -> String {
    digest::notification(message)
}

/// The event. Everything that is told of a group has the same fingerprint: Sentry makes one issue of it.
pub(super) fn render(message: &Message<'_>) -> Value {
    let mut alerts_max = ALERTS_MAX;
    loop {
        let event = with_alerts(message, alerts_max);
        let bytes = event.to_string().len();
        if bytes <= EVENT_SENT_BYTES_MAX.min(EVENT_BYTES_MAX) || alerts_max == 0 {
            return event;
        }
        alerts_max /= 2;
    }
}

fn with_alerts(message: &Message<'_>, alerts_max: usize) -> Value {
    let told = message.notification;
    let summary = Summary::of(message, alerts_max, SYMPTOMS_MAX);
    let words = format!("{}\n{}", summary.title, summary.sentence);
    let alerts: Vec<String> = summary.lines.iter().map(told_of).collect();
    let mut extra = Map::new();
    extra.insert("alerts".to_owned(), json!(alerts));
    if let Some(more) = &summary.more {
        extra.insert("more".to_owned(), json!(more));
    }
    extra.insert("url".to_owned(), json!(summary.url));
    extra.insert("group_key".to_owned(), json!(plain(&told.group_key, 1000)));
    json!({
        "event_id": event_id(message),
        "timestamp": told.at.to_string(),
        "platform": "other",
        "level": level(&summary),
        "logger": "swarmpulse.alerts",
        "logentry": {"formatted": shorten(&words, MESSAGE_CHARACTERS_MAX)},
        "fingerprint": ["swarmpulse", digest::incident(&told.group_key)],
        "tags": tags(message, &summary),
        "contexts": {"notification": {
            "type": "notification",
            "id": message.id.to_string(),
            "reason": told.reason.as_str(),
            "receiver": plain(&told.receiver, 200),
            "firing": summary.firing,
            "resolved": summary.resolved,
        }},
        "extra": extra,
    })
}

/// An alert, and what follows from it.
fn told_of(line: &Line) -> String {
    match &line.symptoms {
        Some(symptoms) => format!("{}; {symptoms}", line.text()),
        None => line.text(),
    }
}

/// Sentry's word for it; the end of an incident is information.
fn level(summary: &Summary) -> &'static str {
    match (summary.state, summary.severity) {
        (AlertState::Resolved, _) | (_, Severity::Info) => "info",
        (_, Severity::Critical) => "fatal",
        (_, Severity::Warning) => "warning",
    }
}

fn tags(message: &Message<'_>, summary: &Summary) -> Map<String, Value> {
    let own = [
        ("status", summary.state.as_str()),
        ("severity", summary.severity.as_str()),
        ("receiver", &message.notification.receiver),
    ];
    let labels = &message.notification.group_labels;
    own.into_iter()
        .chain(
            labels
                .iter()
                .map(|label| (label.name.as_str(), label.value.as_str())),
        )
        .filter_map(|(name, value)| tag(name, value))
        .take(TAGS_MAX)
        .map(|(name, value)| (name, Value::String(value)))
        .collect()
}
