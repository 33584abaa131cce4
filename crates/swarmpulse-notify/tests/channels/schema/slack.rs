//! Messages of Slack: <https://docs.slack.dev/reference/methods/chat.postMessage>, <https://docs.slack.dev/reference/block-kit/blocks>.

use serde_json::Value;

use super::{list, object, posted, text};
use crate::case::SECRET;
use crate::server::Received;

pub fn webhook(requests: &[Received]) {
    assert_eq!(requests[0].path, format!("/services/T0/{SECRET}"));
    message(&posted(requests));
}

pub fn post_message(requests: &[Received]) {
    assert_eq!(requests[0].path, "/api/chat.postMessage");
    let bearer = format!("Bearer {SECRET}");
    assert_eq!(requests[0].header("authorization"), Some(bearer.as_str()));
    let body = posted(requests);
    assert_eq!(body["channel"], "#alerts");
    message(&body);
}

fn message(body: &Value) {
    object(
        body,
        &["text", "attachments"],
        &[
            "channel",
            "username",
            "icon_emoji",
            "icon_url",
            "unfurl_links",
            "unfurl_media",
            "link_names",
        ],
    );
    let mut characters = unmentioned(text(&body["text"], 1, 4000));
    for attachment in list(&body["attachments"], 20) {
        object(attachment, &["color", "fallback", "blocks"], &[]);
        let color = text(&attachment["color"], 7, 7);
        assert!(u32::from_str_radix(&color[1..], 16).is_ok() && color.starts_with('#'));
        for block in list(&attachment["blocks"], 50) {
            match block["type"].as_str() {
                Some("section") => {
                    object(block, &["type", "text"], &["fields", "block_id", "accessory"]);
                    characters += mrkdwn(&block["text"]);
                }
                Some("context") => {
                    object(block, &["type", "elements"], &["block_id"]);
                    let elements = list(&block["elements"], 10);
                    characters += elements.iter().map(mrkdwn).sum::<usize>();
                }
                other => panic!("a block of type {other:?}"),
            }
        }
    }
    assert!(characters < 9600, "{characters} characters");
}

fn mrkdwn(value: &Value) -> usize {
    object(value, &["type", "text"], &["verbatim"]);
    assert_eq!(value["type"], "mrkdwn");
    unmentioned(text(&value["text"], 1, 3000))
}

/// Angle brackets hold links alone.
fn unmentioned(text: &str) -> usize {
    for part in text.split('<').skip(1) {
        assert!(
            part.starts_with("http") && part.contains('|') && part.contains('>'),
            "<{part}"
        );
    }
    text.encode_utf16().count()
}
