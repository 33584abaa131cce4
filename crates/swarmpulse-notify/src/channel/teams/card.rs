//! A notification as an Adaptive Card, for workflows of Teams. Texts are runs of text, in which no sign means anything.
//!
//! Teams refuses messages above 28 KB; fewer alerts are shown until it fits.

use serde_json::{Value, json};

use crate::Message;
use crate::summary::{Line, Summary};

/// Alerts that are shown at most.
const ALERTS_MAX: usize = 10;
/// What follows from an alert, shown at most.
const SYMPTOMS_MAX: usize = 10;
/// The most bytes of a message: below 28 KB, for Teams adds to it.
pub(super) const BYTES_MAX: usize = 26_000;

/// The body of a post to a workflow.
#[must_use]
pub fn render(message: &Message<'_>) -> Value {
    let mut alerts_max = ALERTS_MAX;
    loop {
        let summary = Summary::of(message, alerts_max, SYMPTOMS_MAX);
        let body = wrapped(message, &summary);
        if alerts_max == 0 || body.to_string().len() <= BYTES_MAX {
            return body;
        }
        alerts_max -= 1;
    }
}

fn wrapped(message: &Message<'_>, summary: &Summary) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.2",
                "body": body(message, summary),
                "actions": [
                    {"type": "Action.OpenUrl", "title": "Open in Swarmpulse", "url": summary.url},
                ],
                "msteams": {"width": "Full"},
            },
        }],
    })
}

fn body(message: &Message<'_>, summary: &Summary) -> Vec<Value> {
    let mut blocks = vec![
        block(&[json!({
            "type": "TextRun",
            "text": summary.title,
            "weight": "Bolder",
            "size": "Medium",
            "color": color(summary),
        })]),
        block(&[run(&summary.sentence)]),
    ];
    for line in &summary.lines {
        let runs = runs(line, summary.is_list());
        if !runs.is_empty() {
            blocks.push(block(&runs));
        }
    }
    if let Some(more) = &summary.more {
        blocks.push(block(&[run(more)]));
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
            insta::assert_json_snapshot!(name, render(&examples::message(&notification)));
        }
    }
}
