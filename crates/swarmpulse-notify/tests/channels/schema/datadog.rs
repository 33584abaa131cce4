//! Datadog's events: <https://docs.datadoghq.com/api/latest/events/#post-an-event>.

use super::{list, object, text};
use crate::case::SECRET;
use crate::examples;
use crate::server::Received;

pub fn check(requests: &[Received]) {
    for request in requests {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/api/v1/events")
        );
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("dd-api-key"), Some(SECRET));
        let event = request.json();
        object(
            &event,
            &["title", "text"],
            &[
                "aggregation_key",
                "alert_type",
                "date_happened",
                "device_name",
                "host",
                "priority",
                "related_event_id",
                "source_type_name",
                "tags",
            ],
        );
        text(&event["title"], 1, 100);
        let words = text(&event["text"], 1, 4000);
        assert!(!words.contains("@everyone"), "somebody is called: {words}");
        text(&event["aggregation_key"], 1, 100);
        assert!(["error", "warning", "info", "success"].contains(&text(&event["alert_type"], 4, 7)));
        assert!(["normal", "low"].contains(&text(&event["priority"], 3, 6)));
        let age_s = examples::NOW.unix_ms() / 1000 - event["date_happened"].as_i64().unwrap();
        assert!((0..18 * 3600).contains(&age_s), "{age_s}");
        for tag in list(&event["tags"], 100) {
            text(tag, 1, 200);
        }
    }
    assert_eq!(requests.len(), 1);
}
