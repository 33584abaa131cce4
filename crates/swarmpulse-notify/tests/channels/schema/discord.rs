//! Executing a webhook of Discord: <https://discord.com/developers/docs/resources/webhook#execute-webhook>, and the limits of
//! embeds: <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>.

use serde_json::json;

use super::{list, object, posted, text, time, url};
use crate::case::SECRET;
use crate::server::Received;

pub fn check(requests: &[Received]) {
    assert_eq!(requests[0].path, format!("/api/webhooks/1/{SECRET}?wait=true"));
    let body = posted(requests);
    object(
        &body,
        &["embeds", "allowed_mentions"],
        &["username", "avatar_url", "content"],
    );
    assert_eq!(body["allowed_mentions"], json!({"parse": []}));
    text(&body["username"], 1, 80);
    let mut characters = 0;
    for embed in list(&body["embeds"], 10) {
        object(
            embed,
            &["title", "description"],
            &["url", "color", "timestamp", "fields", "footer"],
        );
        characters += text(&embed["title"], 1, 256).encode_utf16().count();
        characters += text(&embed["description"], 1, 4096).encode_utf16().count();
        characters += text(&embed["footer"]["text"], 1, 2048).encode_utf16().count();
        url(&embed["url"], 2048);
        time(&embed["timestamp"]);
        assert!(embed["color"].as_u64().unwrap() <= 0xff_ffff);
        for field in list(&embed["fields"], 25) {
            object(field, &["name", "value"], &["inline"]);
            characters += text(&field["name"], 1, 256).encode_utf16().count();
            characters += text(&field["value"], 1, 1024).encode_utf16().count();
        }
    }
    assert!(characters <= 6000, "{characters} characters");
}
