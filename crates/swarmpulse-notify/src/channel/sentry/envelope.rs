//! Sentry's envelopes: a line of headers, then items, each a line of headers and so many bytes.

use serde_json::{Value, json};
use swarmpulse_model::Timestamp;

/// The most bytes of an event before compression; Sentry refuses what is longer.
pub(crate) const EVENT_BYTES_MAX: usize = 1_000_000;
/// The most bytes of an event as sent, compressed or not.
pub(crate) const EVENT_SENT_BYTES_MAX: usize = 200_000;
/// The most characters of an event's message.
pub(crate) const MESSAGE_CHARACTERS_MAX: usize = 8192;
/// The most characters of a tag's name.
const TAG_NAME_CHARACTERS_MAX: usize = 32;
/// The most characters of a tag's value.
const TAG_VALUE_CHARACTERS_MAX: usize = 200;

/// The media type of envelopes.
pub(crate) const MEDIA_TYPE: &str = "application/x-sentry-envelope";

/// An envelope with one event.
pub(crate) fn of_event(event_id: &str, sent_at: Timestamp, event: &Value) -> Vec<u8> {
    let header = json!({"event_id": event_id, "sent_at": sent_at.to_string(), "sdk": sdk()});
    let payload = event.to_string();
    let item = json!({"type": "event", "content_type": "application/json", "length": payload.len()});
    format!("{header}\n{item}\n{payload}\n").into_bytes()
}

/// An envelope with lines of a log.
pub(crate) fn of_logs(sent_at: Timestamp, lines: &[Value]) -> Vec<u8> {
    let header = json!({"sent_at": sent_at.to_string(), "sdk": sdk()});
    let payload = json!({"items": lines}).to_string();
    let item = json!({
        "type": "log",
        "item_count": lines.len(),
        "content_type": "application/vnd.sentry.items.log+json",
        "length": payload.len(),
    });
    format!("{header}\n{item}\n{payload}\n").into_bytes()
}

/// A tag as Sentry takes it; `None` if nothing of it would be left.
pub(crate) fn tag(name: &str, value: &str) -> Option<(String, String)> {
    let name: String = name
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | ':' | '-' => c,
            _ => '_',
        })
        .take(TAG_NAME_CHARACTERS_MAX)
        .collect();
    let value = crate::summary::plain(value, TAG_VALUE_CHARACTERS_MAX);
    (!name.is_empty() && !value.is_empty()).then_some((name, value))
}

fn sdk() -> Value {
    json!({"name": "swarmpulse", "version": env!("CARGO_PKG_VERSION")})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_bytes_that_follow() {
        let envelope = of_event("0123", Timestamp(0), &json!({"message": "größer\nals"}));
        let text = String::from_utf8(envelope).unwrap();
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(lines.len(), 4, "{text}");
        let item: Value = serde_json::from_str(lines[1]).unwrap();
        assert_eq!(item["length"], lines[2].len());
        assert_eq!(lines[3], "");
    }

    #[test]
    fn tags_keep_to_sentrys_letters_and_lengths() {
        assert_eq!(
            tag("task type", "a\nb"),
            Some(("task_type".to_owned(), "a b".to_owned()))
        );
        assert_eq!(tag("", "x"), None);
        assert_eq!(tag("x", "\n"), None);
        let (name, value) = tag(&"n".repeat(99), &"v".repeat(999)).unwrap();
        assert_eq!((name.len(), value.chars().count()), (32, 200));
    }
}
