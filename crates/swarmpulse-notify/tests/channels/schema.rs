//! What the services document of the requests they take.

pub mod alertmanager;
pub mod datadog;
pub mod discord;
pub mod newrelic;
pub mod opsgenie;
pub mod pagerduty;
pub mod sentry;
pub mod slack;
pub mod teams;
pub mod webhook;

use serde_json::Value;

/// A text of that many characters, as UTF-16 counts them.
pub fn text(value: &Value, least: usize, most: usize) -> &str {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no text"));
    let length = text.encode_utf16().count();
    assert!((least..=most).contains(&length), "{length} characters: {text}");
    text
}

/// A point in time in RFC 3339.
pub fn time(value: &Value) -> jiff::Timestamp {
    text(value, 20, 40).parse().unwrap()
}

/// An address that can be opened.
pub fn url(value: &Value, most: usize) {
    let url = reqwest::Url::parse(text(value, 8, most)).unwrap();
    assert!(matches!(url.scheme(), "http" | "https"));
}

/// An object with these fields and, perhaps, those.
pub fn object(value: &Value, required: &[&str], optional: &[&str]) {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("{value} is no object"));
    for name in required {
        assert!(object.contains_key(*name), "{name} is missing: {value}");
    }
    for name in object.keys() {
        let known = required.contains(&name.as_str()) || optional.contains(&name.as_str());
        assert!(known, "{name} is not documented");
    }
}

/// A list of so many at most.
pub fn list(value: &Value, most: usize) -> &[Value] {
    let list = value.as_array().unwrap_or_else(|| panic!("{value} is no list"));
    assert!(list.len() <= most, "{} entries", list.len());
    list
}

/// An object of texts.
pub fn texts(value: &Value) -> &serde_json::Map<String, Value> {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("{value} is no object"));
    assert!(object.values().all(Value::is_string), "{value}");
    object
}

/// The one request that there is: a JSON document that is posted.
pub fn posted(requests: &[crate::server::Received]) -> Value {
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, "POST");
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    requests[0].json()
}
