//! A notification as custom events of New Relic: one for each alert.

use serde_json::{Map, Value, json};
use swarmpulse_model::Timestamp;
use swarmpulse_model::alert::{Alert, NotifiedAlert};

use crate::summary::{Summary, alert_url, plain, shorten};
use crate::{Message, digest};

/// The most characters of a value.
const VALUE_CHARACTERS_MAX: usize = 4096;
/// The most characters of a name.
const NAME_CHARACTERS_MAX: usize = 255;
/// The most attributes that an event has, with those of New Relic.
const ATTRIBUTES_MAX: usize = 254;
/// The most bytes of a request are 10^6; some are left for what surrounds the events.
const BYTES_MAX: usize = 990_000;
/// New Relic drops what is dated further back than a day; what was held back for longer is dated so far back.
const AGE_S_MAX: f64 = 23.0 * 3600.0;

/// The events, as many as fit into one request, and how many alerts did not.
pub(super) fn render(message: &Message<'_>, event_type: &str) -> (Vec<Value>, usize) {
    let told = message.notification;
    let mut events = Vec::with_capacity(told.alerts.len());
    let mut bytes = 2;
    for alert in &told.alerts {
        let event = Value::Object(of_alert(message, event_type, alert));
        bytes += event.to_string().len() + 1;
        if bytes > BYTES_MAX {
            break;
        }
        events.push(event);
    }
    if told.alerts.is_empty() {
        events.push(Value::Object(of_group(message, event_type)));
    }
    let left = told.alerts.len().saturating_sub(events.len());
    (events, left)
}

/// What every event of a notification says.
fn of_group(message: &Message<'_>, event_type: &str) -> Map<String, Value> {
    let told = message.notification;
    let summary = Summary::of(message, 0, 0);
    let mut event = Map::new();
    event.insert(
        "eventType".to_owned(),
        json!(plain(event_type, NAME_CHARACTERS_MAX)),
    );
    event.insert("timestamp".to_owned(), json!(date_ms(told.at, message.now)));
    event.insert("incident".to_owned(), json!(digest::incident(&told.group_key)));
    event.insert("notificationId".to_owned(), json!(digest::notification(message)));
    set(&mut event, "groupKey", &told.group_key);
    set(&mut event, "receiver", &told.receiver);
    set(&mut event, "reason", told.reason.as_str());
    set(&mut event, "groupStatus", told.state().as_str());
    set(&mut event, "groupTitle", &summary.title);
    event.insert("groupFiring".to_owned(), json!(summary.firing));
    event.insert("groupOmitted".to_owned(), json!(told.omitted));
    event
}

fn of_alert(message: &Message<'_>, event_type: &str, told: &NotifiedAlert) -> Map<String, Value> {
    let alert: &Alert = &told.alert;
    let mut event = of_group(message, event_type);
    set(&mut event, "alertId", &alert.id);
    set(&mut event, "alertName", &alert.name);
    set(&mut event, "status", alert.state.as_str());
    set(&mut event, "severity", alert.severity.as_str());
    set(&mut event, "namespace", &alert.namespace);
    set(&mut event, "origin", alert.origin.as_str());
    set(&mut event, "message", &alert.reason);
    set(&mut event, "url", &alert_url(message.external_url, &alert.id));
    if let Some(subject) = &alert.subject {
        set(&mut event, "subjectKind", subject.kind.as_str());
        set(&mut event, "subjectId", &subject.id);
    }
    if let Some(value) = alert.value.filter(|value| value.is_finite()) {
        event.insert("value".to_owned(), json!(value));
    }
    event.insert("activeAt".to_owned(), json!(alert.active_at.unix_ms()));
    if let Some(ended) = alert.ended_at {
        event.insert("endedAt".to_owned(), json!(ended.unix_ms()));
        event.insert(
            "durationSeconds".to_owned(),
            json!(ended.seconds_since(alert.active_at)),
        );
    }
    event.insert("symptoms".to_owned(), json!(told.symptoms_total));
    event.insert("flapping".to_owned(), json!(alert.flapping.to_string()));
    for label in &alert.labels {
        set(&mut event, &format!("label.{}", label.name), &label.value);
    }
    for annotation in &alert.annotations {
        set(
            &mut event,
            &format!("annotation.{}", annotation.name),
            &annotation.value,
        );
    }
    event
}

/// A value that is empty is no attribute, and what is beyond New Relic's number of them is left out.
fn set(event: &mut Map<String, Value>, name: &str, value: &str) {
    let value = shorten(value, VALUE_CHARACTERS_MAX);
    if !value.is_empty() && event.len() < ATTRIBUTES_MAX {
        event.insert(plain(name, NAME_CHARACTERS_MAX), Value::String(value));
    }
}

fn date_ms(at: Timestamp, now: Timestamp) -> i64 {
    at.max(now.plus_s(-AGE_S_MAX)).unix_ms()
}
