//! The attachment in people's own words: the older sort, which their templates are written for.
//! <https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments>

use serde_json::{Map, Value, json};

use super::{BLOCK_CHARACTERS_MAX, address, escape, line_text};
use crate::Message;
use crate::settings::{SlackAction, SlackAttachment};
use crate::summary::{Summary, shorten};
use crate::wording::{Wording, Writer};

/// The most characters of a title; Alertmanager cuts there as well.
const TITLE_CHARACTERS_MAX: usize = 1024;
/// The most characters of the text.
const TEXT_CHARACTERS_MAX: usize = 2 * BLOCK_CHARACTERS_MAX;
/// The most fields.
const FIELDS_MAX: usize = 30;
/// The most buttons.
const ACTIONS_MAX: usize = 5;

/// What we would say.
pub(super) struct Ours<'a> {
    pub(super) message: &'a Message<'a>,
    pub(super) summary: &'a Summary,
    /// The title, escaped.
    pub(super) title: &'a str,
}

/// The attachment: what people have no words for, and what fails, is in ours.
pub(super) fn render(ours: &Ours<'_>, own: &SlackAttachment, writer: &Writer<'_>, color: &str) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, wording: &Option<Wording>, default: &dyn Fn() -> String, characters_max| {
        let text = writer.write(wording.as_ref()).unwrap_or_else(default);
        if !text.trim().is_empty() {
            body.insert(name.to_owned(), shorten(text.trim(), characters_max).into());
        }
    };
    let none = String::new;
    put(
        "fallback",
        &own.fallback,
        &|| ours.title.to_owned(),
        TITLE_CHARACTERS_MAX,
    );
    put(
        "title",
        &own.title,
        &|| ours.title.to_owned(),
        TITLE_CHARACTERS_MAX,
    );
    put(
        "title_link",
        &own.title_link,
        &|| address(&ours.summary.url),
        2000,
    );
    put("pretext", &own.pretext, &none, BLOCK_CHARACTERS_MAX);
    put("text", &own.text, &|| text(ours.summary), TEXT_CHARACTERS_MAX);
    put("footer", &own.footer, &|| foot(ours), 300);
    put("callback_id", &own.callback_id, &none, 300);
    put("image_url", &own.image_url, &none, 2000);
    put("thumb_url", &own.thumb_url, &none, 2000);
    body.insert("color".to_owned(), color.into());
    let marked = if own.mrkdwn_in.is_empty() {
        json!(["fallback", "pretext", "text"])
    } else {
        json!(own.mrkdwn_in)
    };
    body.insert("mrkdwn_in".to_owned(), marked);
    let fields = own.fields.iter().take(FIELDS_MAX).filter_map(|field| {
        let title = writer.write(Some(&field.title))?;
        let value = writer.write(Some(&field.value))?;
        let value = shorten(&value, BLOCK_CHARACTERS_MAX);
        Some(json!({"title": shorten(&title, 300), "value": value, "short": field.short}))
    });
    let fields: Vec<Value> = fields.collect();
    if !fields.is_empty() {
        body.insert("fields".to_owned(), fields.into());
    }
    let actions = own.actions.iter().filter_map(|one| action(one, writer));
    let actions: Vec<Value> = actions.take(ACTIONS_MAX).collect();
    if !actions.is_empty() {
        body.insert("actions".to_owned(), actions.into());
    }
    Value::Object(body)
}

/// The alerts in our words.
fn text(summary: &Summary) -> String {
    let mut parts = vec![escape(&summary.sentence, 1500)];
    let lines = summary
        .lines
        .iter()
        .map(|line| line_text(line, summary.is_list()));
    parts.extend(lines.filter(|text| !text.is_empty()));
    parts.extend(
        summary
            .more
            .as_ref()
            .map(|more| format!("_{}_", escape(more, 700))),
    );
    parts.join("\n")
}

fn foot(ours: &Ours<'_>) -> String {
    let receiver = escape(&ours.message.notification.receiver, 200);
    format!("{receiver} · {}", ours.message.id)
}

fn action(action: &SlackAction, writer: &Writer<'_>) -> Option<Value> {
    let mut body = Map::new();
    body.insert("type".to_owned(), writer.some(Some(&action.kind))?.trim().into());
    body.insert(
        "text".to_owned(),
        shorten(writer.some(Some(&action.text))?.trim(), 75).into(),
    );
    for (name, wording) in [
        ("url", &action.url),
        ("style", &action.style),
        ("name", &action.name),
        ("value", &action.value),
    ] {
        if let Some(text) = writer.some(wording.as_ref()) {
            body.insert(name.to_owned(), shorten(text.trim(), 2000).into());
        }
    }
    Some(Value::Object(body))
}
