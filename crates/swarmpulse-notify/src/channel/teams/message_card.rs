//! A notification as a `MessageCard`, for the older connectors of Teams. Its texts are Markdown with some HTML.

use serde_json::{Value, json};

use super::card::{BYTES_MAX, Words};
use crate::Message;
use crate::settings::TeamsSettings;
use crate::summary::{Line, Summary, escaped, shorten_bytes};
use crate::wording::Writer;

/// Alerts that are shown at most.
const ALERTS_MAX: usize = 10;
/// What follows from an alert, shown at most.
const SYMPTOMS_MAX: usize = 10;

/// The body of a post to a connector.
#[must_use]
pub fn render(message: &Message<'_>, settings: &TeamsSettings) -> Value {
    let mut alerts_max = ALERTS_MAX;
    let words = Words::of(message, settings);
    let in_lists = Writer::new(message).some(settings.summary.as_ref());
    loop {
        let summary = Summary::of(message, alerts_max, SYMPTOMS_MAX);
        let mut body = card(message, &summary, &words);
        if let Some(in_lists) = &in_lists {
            body["summary"] = shorten_bytes(in_lists.trim(), 1000).into();
        }
        if alerts_max == 0 || body.to_string().len() <= BYTES_MAX {
            return body;
        }
        alerts_max -= 1;
    }
}

fn card(message: &Message<'_>, summary: &Summary, words: &Words) -> Value {
    let mut facts: Vec<Value> = Vec::new();
    let lines = match words.text {
        Some(_) => &[],
        None => summary.lines.as_slice(),
    };
    for line in lines {
        if summary.is_list() {
            facts.push(json!({
                "name": escape(&format!("{} {}", line.level(), line.head())),
                "value": value(line),
            }));
        } else if let Some(symptoms) = &line.symptoms {
            facts.push(json!({"name": "Follows", "value": escape(symptoms)}));
        }
    }
    if let Some(more) = &summary.more
        && words.text.is_none()
    {
        facts.push(json!({"name": "And more", "value": escape(more)}));
    }
    let foot = format!("{} · {}", message.notification.receiver, message.id);
    facts.push(json!({"name": "Notification", "value": escape(&foot)}));
    let mut actions = vec![action("Open in Swarmpulse", &summary.url)];
    if let [only] = summary.lines.as_slice()
        && let Some(runbook) = &only.runbook_url
    {
        actions.push(action("What to do", runbook));
    }
    json!({
        "@type": "MessageCard",
        "@context": "https://schema.org/extensions",
        "themeColor": summary.color(),
        "summary": summary.title,
        "title": words.title.clone().unwrap_or_else(|| escape(&summary.title)),
        "text": words.text.clone().unwrap_or_else(|| escape(&summary.sentence)),
        "sections": [{"facts": facts, "markdown": true}],
        "potentialAction": actions,
    })
}

fn value(line: &Line) -> String {
    match &line.symptoms {
        Some(symptoms) => escape(&format!("{}. {symptoms}", line.detail())),
        None => escape(&line.detail()),
    }
}

fn action(name: &str, url: &str) -> Value {
    json!({"@type": "OpenUri", "name": name, "targets": [{"os": "default", "uri": url}]})
}

/// Text without markup: HTML's signs as entities, Markdown's behind a backslash.
fn escape(text: &str) -> String {
    escaped(text, 3000, |place, out| match place.this {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        sign if "\\*_~`#[]()|+-!".contains(sign) => {
            out.push('\\');
            out.push(sign);
        }
        other => out.push(other),
    })
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
