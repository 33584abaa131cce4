//! The Alert API of Opsgenie: <https://docs.opsgenie.com/docs/alert-api>.

use super::{list, object, text, texts};
use crate::case::SECRET;
use crate::server::Received;

pub fn check(requests: &[Received]) {
    for request in requests {
        let key = format!("GenieKey {SECRET}");
        assert_eq!(request.header("authorization"), Some(key.as_str()));
        let body = request.json();
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        assert_eq!(query.is_empty(), parts.len() == 2);
        assert!(query.is_empty() || query == "identifierType=alias");
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["v2", "alerts"]) => create(&body),
            ("POST", ["v2", "alerts", alias, "close"]) => {
                assert_eq!(alias.len(), 40);
                object(&body, &[], &["user", "source", "note"]);
                text(&body["note"], 1, 25_000);
                text(&body["source"], 1, 100);
            }
            ("PUT", ["v2", "alerts", _, "message"]) => {
                object(&body, &["message"], &[]);
                text(&body["message"], 1, 130);
            }
            ("PUT", ["v2", "alerts", _, "description"]) => {
                object(&body, &["description"], &[]);
                text(&body["description"], 1, 15_000);
            }
            (method, _) => panic!("{method} {path}"),
        }
    }
    assert!([1, 3].contains(&requests.len()));
}

fn create(body: &serde_json::Value) {
    object(
        body,
        &["message"],
        &[
            "alias",
            "description",
            "responders",
            "visibleTo",
            "actions",
            "tags",
            "details",
            "entity",
            "source",
            "priority",
            "user",
            "note",
        ],
    );
    text(&body["message"], 1, 130);
    text(&body["alias"], 1, 512);
    text(&body["description"], 1, 15_000);
    text(&body["source"], 1, 100);
    text(&body["entity"], 1, 512);
    assert!(["P1", "P2", "P3", "P4", "P5"].contains(&text(&body["priority"], 2, 2)));
    for tag in list(&body["tags"], 20) {
        text(tag, 1, 50);
    }
    for responder in list(&body["responders"], 50) {
        object(responder, &["type"], &["id", "name", "username"]);
    }
    let details = texts(&body["details"]);
    let characters: usize = details
        .iter()
        .map(|(name, value)| name.chars().count() + value.as_str().unwrap().chars().count())
        .sum();
    assert!(characters <= 8000);
    assert_eq!(details["notification"], "0-4711-2");
}
