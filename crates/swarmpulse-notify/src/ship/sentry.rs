//! Lines as Sentry takes them: errors as events, grouped by what went wrong; all others as its log items.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use swarmpulse_model::Timestamp;

use super::line::{FieldValue, LogLevel, LogLine};
use super::origin::Origin;
use super::parcel::Parcel;
use crate::channel::sentry::envelope;
use crate::channel::sentry::limits::Category;
use crate::digest;
use crate::summary::{plain, shorten};

/// The most lines of one envelope.
const LINES_MAX: usize = 100;
/// The most characters of an exception's words.
const VALUE_CHARACTERS_MAX: usize = 4096;

/// Lines as requests: each sort of error is one event, however often it came, and says how often.
pub(super) fn parcels(lines: &[LogLine], origin: &Origin, now: Timestamp) -> Vec<Parcel> {
    let mut errors: BTreeMap<(&str, String), Vec<&LogLine>> = BTreeMap::new();
    let mut logs = Vec::new();
    for line in lines {
        if line.level == LogLevel::Error {
            let sort = (line.target.as_str(), template(&line.message));
            errors.entry(sort).or_default().push(line);
        } else {
            logs.push(line);
        }
    }
    let events = errors.into_iter().map(|((target, template), those)| {
        let event_id = event_id(&those, origin);
        let event = event(&event_id, &those, [target, &template], origin);
        let body = envelope::of_event(&event_id, now, &event);
        Parcel::new(envelope::MEDIA_TYPE, &body, those.len(), Category::Error)
    });
    let logs = logs.chunks(LINES_MAX).map(|lines| {
        let items: Vec<Value> = lines.iter().map(|line| log(line, origin)).collect();
        Parcel::new(
            envelope::MEDIA_TYPE,
            &envelope::of_logs(now, &items),
            items.len(),
            Category::Log,
        )
    });
    events.chain(logs).collect()
}

/// A message without its figures: what differs in them alone is one sort of error.
fn template(message: &str) -> String {
    let mut template = String::with_capacity(message.len());
    for c in message.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !template.ends_with('#') {
            template.push(c);
        }
    }
    shorten(&template, 300)
}

/// The same in every attempt.
fn event_id(lines: &[&LogLine], origin: &Origin) -> String {
    let mut hasher = Sha256::new();
    hasher.update(&*origin.run);
    for line in lines {
        hasher.update(line.at.0.to_le_bytes());
        hasher.update(&*line.target);
        hasher.update([0]);
        hasher.update(&*line.message);
        hasher.update([0]);
    }
    digest::hex(&hasher.finalize()[..16])
}

fn event(event_id: &str, lines: &[&LogLine], fingerprint: [&str; 2], origin: &Origin) -> Value {
    let Some(last) = lines.last() else {
        return Value::Null;
    };
    let words = match last.text("error") {
        Some(error) if !last.message.contains(error) => format!("{}: {error}", last.message),
        _ => last.message.to_string(),
    };
    let sort = last.text("error_type").unwrap_or(&last.target);
    let mut extra: Map<String, Value> = last
        .fields
        .iter()
        .map(|(name, value)| (name.to_string(), json!(value)))
        .collect();
    if lines.len() > 1 {
        extra.insert("times".to_owned(), json!(lines.len()));
    }
    let tags: Map<String, Value> = ["agent", "task", "sandbox", "service", "namespace", "channel"]
        .iter()
        .filter_map(|name| envelope::tag(name, last.text(name)?))
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    let mut event = json!({
        "event_id": event_id,
        "timestamp": last.at.to_string(),
        "platform": "other",
        "level": "error",
        "logger": last.target,
        "server_name": origin.host,
        "release": Origin::release(),
        "exception": {"values": [{
            "type": plain(sort, 200),
            "value": shorten(&words, VALUE_CHARACTERS_MAX),
            "module": last.target,
            "mechanism": {"type": "generic", "handled": true},
        }]},
        "fingerprint": fingerprint,
        "tags": tags,
        "extra": extra,
    });
    if !origin.environment.is_empty() {
        event["environment"] = json!(origin.environment);
    }
    event
}

fn log(line: &LogLine, origin: &Origin) -> Value {
    let text = |value: &str| json!({"value": value, "type": "string"});
    let mut attributes: Map<String, Value> = line
        .fields
        .iter()
        .map(|(name, value)| {
            let attribute = match value {
                FieldValue::Text(words) => text(words),
                FieldValue::Integer(number) => json!({"value": number, "type": "integer"}),
                FieldValue::Number(number) => json!({"value": number, "type": "double"}),
                FieldValue::Boolean(yes) => json!({"value": yes, "type": "boolean"}),
            };
            (name.to_string(), attribute)
        })
        .collect();
    for (name, value) in [
        ("logger.name", line.target.as_str()),
        ("server.address", &origin.host),
        ("service.name", &origin.service),
        ("sentry.environment", &origin.environment),
        ("sentry.release", Origin::release()),
        ("sentry.origin", "auto.log.tracing"),
        ("sentry.sdk.name", "swarmpulse"),
        ("sentry.sdk.version", env!("CARGO_PKG_VERSION")),
    ] {
        if !value.is_empty() {
            attributes.insert(name.to_owned(), text(value));
        }
    }
    json!({
        "timestamp": line.at.unix_ms() as f64 / 1000.0,
        "trace_id": origin.run,
        "level": line.level.as_str(),
        "severity_number": 1 + 4 * line.level as u8,
        "body": line.message,
        "attributes": attributes,
    })
}
