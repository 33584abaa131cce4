//! Sentry's envelopes and events: <https://develop.sentry.dev/sdk/foundations/envelopes/>,
//! <https://develop.sentry.dev/sdk/foundations/transport/event-payloads/>.

use serde_json::Value;

use super::{list, object, text, texts, time};
use crate::case::SECRET;
use crate::server::Received;

pub fn check(requests: &[Received]) {
    for request in requests {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/sub/api/42/envelope/")
        );
        assert_eq!(
            request.header("content-type"),
            Some("application/x-sentry-envelope")
        );
        let auth = request.header("x-sentry-auth").unwrap();
        for part in [
            "Sentry sentry_version=7, ",
            "sentry_client=swarmpulse/",
            &format!("sentry_key={SECRET}"),
        ] {
            assert!(auth.contains(part), "{auth}");
        }
        assert!(request.body.len() <= 200_000, "{} bytes", request.body.len());
        envelope(std::str::from_utf8(&request.body).unwrap());
    }
    assert_eq!(requests.len(), 1);
}

fn envelope(body: &str) {
    let lines: Vec<&str> = body.split('\n').collect();
    let [header, item, payload, ""] = lines.as_slice() else {
        panic!("one item an envelope, each line ended: {lines:?}");
    };
    let header: Value = serde_json::from_str(header).unwrap();
    object(&header, &["event_id", "sent_at"], &["dsn", "sdk", "trace"]);
    time(&header["sent_at"]);
    let item: Value = serde_json::from_str(item).unwrap();
    object(&item, &["type", "length"], &["content_type"]);
    assert_eq!(
        (&item["type"], &item["length"]),
        (&"event".into(), &payload.len().into())
    );
    let payload: Value = serde_json::from_str(payload).unwrap();
    assert_eq!(header["event_id"], payload["event_id"]);
    event(&payload);
}

fn event(event: &Value) {
    object(
        event,
        &["event_id", "timestamp", "platform"],
        &[
            "level",
            "logger",
            "transaction",
            "server_name",
            "release",
            "dist",
            "tags",
            "environment",
            "modules",
            "extra",
            "fingerprint",
            "logentry",
            "contexts",
        ],
    );
    let id = text(&event["event_id"], 32, 32);
    assert!(
        id.bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    );
    time(&event["timestamp"]);
    assert_eq!(event["platform"], "other");
    assert!(["fatal", "error", "warning", "info", "debug"].contains(&text(&event["level"], 4, 7)));
    text(&event["logentry"]["formatted"], 1, 8192);
    for part in list(&event["fingerprint"], 10) {
        text(part, 1, 200);
    }
    for (name, value) in texts(&event["tags"]) {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
        assert!(
            (1..=32).contains(&name.len()) && name.chars().all(is_letter),
            "{name}"
        );
        assert!(!text(value, 1, 200).contains('\n'), "{value}");
    }
    assert!(event["contexts"].to_string().len() <= 8192);
    assert!(!text(&event["environment"], 1, 64).contains(['/', '\n', ' ']));
}
