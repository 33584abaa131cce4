//! A notification as an Adaptive Card, for workflows of Teams. Texts are runs of text, in which no sign means anything.
//!
//! Teams refuses messages that are too large; fewer alerts are shown until it fits.

use serde_json::{Value, json};

use crate::Message;
use crate::settings::TeamsSettings;
use crate::summary::{Line, Summary, shorten_bytes};
use crate::wording::{Wording, Writer};

/// Alerts that are shown at most.
const ALERTS_MAX: usize = 10;
/// What follows from an alert, shown at most.
const SYMPTOMS_MAX: usize = 10;
/// The most bytes of a message. 28 KB are documented; Teams counts what it makes of it, and refuses some above 21 KB.
pub(super) const BYTES_MAX: usize = 20_000;
/// The most bytes of people's own text.
const TEXT_BYTES_MAX: usize = 20_000;

/// The body of a post to a workflow.
#[must_use]
pub fn render(message: &Message<'_>, settings: &TeamsSettings) -> Value {
    let mut alerts_max = ALERTS_MAX;
    let words = Words::of(message, settings);
    loop {
        let summary = Summary::of(message, alerts_max, SYMPTOMS_MAX);
        let body = wrapped(message, &summary, &words);
        if alerts_max == 0 || body.to_string().len() <= BYTES_MAX {
            return body;
        }
        alerts_max -= 1;
    }
}

/// What people say in place of our words, already as the markup of Teams.
pub(super) struct Words {
    pub(super) title: Option<String>,
    pub(super) text: Option<String>,
}

impl Words {
    pub(super) fn of(message: &Message<'_>, settings: &TeamsSettings) -> Self {
        let writer = Writer::new(message);
        let write = |wording: &Option<Wording>, bytes_max: usize| {
            let text = writer.write(wording.as_ref())?;
            Some(shorten_bytes(text.trim(), bytes_max))
        };
        Self {
            title: write(&settings.title, 1000),
            text: write(&settings.text, TEXT_BYTES_MAX),
        }
    }
}

fn wrapped(message: &Message<'_>, summary: &Summary, words: &Words) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.2",
                "body": body(message, summary, words),
                "actions": [
                    {"type": "Action.OpenUrl", "title": "Open in Swarmpulse", "url": summary.url},
                ],
                "msteams": {"width": "Full"},
            },
        }],
    })
}

fn body(message: &Message<'_>, summary: &Summary, words: &Words) -> Vec<Value> {
    let title = match &words.title {
        Some(title) => text_block(
            title,
            json!({"weight": "Bolder", "size": "Medium", "color": color(summary)}),
        ),
        None => block(&[json!({
            "type": "TextRun",
            "text": summary.title,
            "weight": "Bolder",
            "size": "Medium",
            "color": color(summary),
        })]),
    };
    let mut blocks = vec![title];
    if let Some(text) = &words.text {
        blocks.push(text_block(text, json!({})));
    } else {
        blocks.push(block(&[run(&summary.sentence)]));
        for line in &summary.lines {
            let runs = runs(line, summary.is_list());
            if !runs.is_empty() {
                blocks.push(block(&runs));
            }
        }
        if let Some(more) = &summary.more {
            blocks.push(block(&[run(more)]));
        }
    }
    let foot = format!("{} · {}", message.notification.receiver, message.id);
    blocks.push(block(&[json!({
        "type": "TextRun",
        "text": foot,
        "size": "Small",
        "isSubtle": true,
    })]));
    blocks
}

/// Text with markup, as people's templates write it.
fn text_block(text: &str, mut block: Value) -> Value {
    block["type"] = "TextBlock".into();
    block["text"] = text.into();
    block["wrap"] = true.into();
    block
}

fn runs(line: &Line, in_list: bool) -> Vec<Value> {
    let mut runs = Vec::new();
    if in_list {
        runs.push(json!({
            "type": "TextRun",
            "text": format!("{} {}", line.level(), line.head()),
            "weight": "Bolder",
            "selectAction": {"type": "Action.OpenUrl", "url": line.url},
        }));
        runs.push(run(&format!(" {}", line.detail())));
    }
    if let Some(symptoms) = &line.symptoms {
        let before = if runs.is_empty() { "" } else { ". " };
        runs.push(run(&format!("{before}{symptoms}")));
    }
    if let Some(runbook) = &line.runbook_url {
        let before = if runs.is_empty() { "" } else { " " };
        runs.push(json!({
            "type": "TextRun",
            "text": format!("{before}What to do"),
            "selectAction": {"type": "Action.OpenUrl", "url": runbook},
        }));
    }
    runs
}

fn block(inlines: &[Value]) -> Value {
    json!({"type": "RichTextBlock", "inlines": inlines})
}

fn run(text: &str) -> Value {
    json!({"type": "TextRun", "text": text})
}

fn color(summary: &Summary) -> &'static str {
    match summary.color() {
        "2EB67D" => "Good",
        "D92D20" => "Attention",
        "F79009" => "Warning",
        _ => "Accent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;

    #[test]
    fn every_example_is_rendered_as_it_was() {
        for (name, notification) in examples::all() {
            insta::assert_json_snapshot!(
                name,
                render(&examples::message(&notification), &TeamsSettings::default())
            );
        }
    }
}
