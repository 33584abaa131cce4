//! New Relic's custom events:
//! <https://docs.newrelic.com/docs/data-apis/custom-data/custom-events/data-requirements-limits-custom-event-data/>.

use serde_json::Value;

use super::{list, text};
use crate::case::SECRET;
use crate::examples;
use crate::server::Received;

pub fn check(requests: &[Received]) {
    for request in requests {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/v1/accounts/7/events")
        );
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("api-key"), Some(SECRET));
        assert!(request.body.len() <= 1_000_000, "{} bytes", request.body.len());
        let events = request.json();
        assert!(!list(&events, 2000).is_empty());
        for one in list(&events, 2000) {
            event(one);
        }
    }
    assert_eq!(requests.len(), 1);
}

fn event(event: &Value) {
    let attributes = event.as_object().unwrap();
    assert!(attributes.len() <= 254, "{} attributes", attributes.len());
    let kind = text(&event["eventType"], 1, 255);
    assert!(
        kind.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_: ".contains(c)),
        "{kind}"
    );
    let age_ms = examples::NOW.unix_ms() - event["timestamp"].as_i64().unwrap();
    assert!((0..86_400_000).contains(&age_ms), "{age_ms}");
    for (name, value) in attributes {
        assert!((1..=255).contains(&name.encode_utf16().count()), "{name}");
        assert!(
            !["accountId", "appId"].contains(&name.as_str()),
            "{name} is reserved"
        );
        match value {
            Value::String(_) => drop(text(value, 1, 4096)),
            Value::Number(number) => assert!(number.as_f64().unwrap().is_finite()),
            other => panic!("{name} is {other}: texts and numbers alone are taken"),
        }
    }
}
