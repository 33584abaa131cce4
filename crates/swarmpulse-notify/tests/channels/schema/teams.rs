//! Cards of Microsoft Teams: <https://adaptivecards.io/explorer/>, and
//! <https://learn.microsoft.com/outlook/actionable-messages/message-card-reference>.

use serde_json::{Value, json};

use super::{list, object, posted, text, url};
use crate::server::Received;

pub fn adaptive_card(requests: &[Received]) {
    assert!(requests[0].body.len() <= 28 << 10);
    let body = posted(requests);
    object(&body, &["type", "attachments"], &[]);
    assert_eq!(body["type"], "message");
    let [attachment] = list(&body["attachments"], 1) else {
        panic!("no attachment");
    };
    object(attachment, &["contentType", "content"], &["contentUrl"]);
    assert_eq!(
        attachment["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    let card = &attachment["content"];
    object(
        card,
        &["type", "version", "body"],
        &["$schema", "actions", "msteams"],
    );
    assert_eq!(
        (&card["type"], &card["version"]),
        (&json!("AdaptiveCard"), &json!("1.2"))
    );
    assert!(!list(&card["body"], 50).is_empty());
    for block in list(&card["body"], 50) {
        object(block, &["type", "inlines"], &[]);
        assert_eq!(block["type"], "RichTextBlock");
        for run in list(&block["inlines"], 10) {
            object(
                run,
                &["type", "text"],
                &["color", "size", "weight", "isSubtle", "selectAction"],
            );
            text(&run["text"], 1, 10_000);
            if let Some(action) = run.get("selectAction") {
                open(action);
            }
        }
    }
    for action in list(&card["actions"], 6) {
        text(&action["title"], 1, 100);
        open(action);
    }
}

fn open(action: &Value) {
    assert_eq!(action["type"], "Action.OpenUrl");
    url(&action["url"], 4096);
}

pub fn message_card(requests: &[Received]) {
    assert!(requests[0].body.len() <= 28 << 10);
    let body = posted(requests);
    object(
        &body,
        &["@type", "@context", "summary"],
        &["themeColor", "title", "text", "sections", "potentialAction"],
    );
    assert_eq!(
        (&body["@type"], &body["@context"]),
        (&json!("MessageCard"), &json!("https://schema.org/extensions"))
    );
    assert!(u32::from_str_radix(text(&body["themeColor"], 6, 6), 16).is_ok());
    for section in list(&body["sections"], 10) {
        for fact in list(&section["facts"], 20) {
            object(fact, &["name", "value"], &[]);
            text(&fact["name"], 1, 3000);
            text(&fact["value"], 1, 3000);
        }
    }
    for action in list(&body["potentialAction"], 4) {
        assert_eq!(action["@type"], "OpenUri");
        for target in list(&action["targets"], 1) {
            url(&target["uri"], 4096);
        }
    }
}
