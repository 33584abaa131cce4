//! Events of PagerDuty, version 2: <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>.

use super::{list, object, posted, text, time, url};
use crate::case::SECRET;
use crate::server::Received;

pub fn check(requests: &[Received]) {
    assert_eq!(requests[0].path, "/v2/enqueue");
    assert!(requests[0].body.len() <= 512 << 10);
    let body = posted(requests);
    object(
        &body,
        &["routing_key", "event_action", "payload", "dedup_key"],
        &["client", "client_url", "links", "images"],
    );
    assert_eq!(body["routing_key"], SECRET);
    assert_eq!(text(&body["routing_key"], 32, 32).len(), 32);
    assert!(["trigger", "resolve"].contains(&text(&body["event_action"], 1, 20)));
    text(&body["dedup_key"], 1, 255);
    let payload = &body["payload"];
    object(
        payload,
        &["summary", "source", "severity"],
        &["timestamp", "component", "group", "class", "custom_details"],
    );
    text(&payload["summary"], 1, 1024);
    text(&payload["source"], 1, 255);
    assert!(["critical", "error", "warning", "info"].contains(&text(&payload["severity"], 1, 20)));
    time(&payload["timestamp"]);
    assert_eq!(payload["custom_details"]["notification"], "0-4711-2");
    if let Some(links) = body.get("links") {
        for link in list(links, 100) {
            object(link, &["href", "text"], &[]);
            url(&link["href"], 2048);
        }
    }
}
