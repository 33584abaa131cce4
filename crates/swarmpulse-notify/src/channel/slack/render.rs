//! A notification as Slack shows it: a title, and an attachment of blocks with the colour of its severity.
//!
//! Bounds: 50 blocks and 3,000 characters in the text of one; all texts together are kept below 9,000, for Slack refuses
//! somewhere above 9,600 without saying where (`msg_blocks_too_long`).

mod attachment;

use serde_json::{Map, Value, json};

use crate::Message;
use crate::settings::SlackSettings;
use crate::summary::{Line, Place, Summary, characters, escaped, shorten};
use crate::wording::Writer;

/// Alerts that are shown at most.
const ALERTS_MAX: usize = 10;
/// What follows from an alert, shown at most.
const SYMPTOMS_MAX: usize = 10;
/// The most characters in the text of one block.
const BLOCK_CHARACTERS_MAX: usize = 3000;
/// The most characters of the title.
const TITLE_CHARACTERS_MAX: usize = 300;
/// The most characters in all texts.
const CHARACTERS_MAX: usize = 9000;

/// The body of a post to a webhook, or of `chat.postMessage`.
#[must_use]
pub fn render(message: &Message<'_>, settings: &SlackSettings) -> Value {
    let summary = Summary::of(message, ALERTS_MAX, SYMPTOMS_MAX);
    let title = escape(&summary.title, TITLE_CHARACTERS_MAX);
    let writer = Writer::new(message);
    let own = &settings.attachment;
    let color = writer.some(own.color.as_ref());
    let color = color.map_or_else(
        || format!("#{}", summary.color()),
        |color| color.trim().to_owned(),
    );
    let mut body = Map::new();
    let attachment = if own.is_wanted() {
        attachment::render(
            &attachment::Ours {
                message,
                summary: &summary,
                title: &title,
            },
            own,
            &writer,
            &color,
        )
    } else {
        body.insert("text".to_owned(), title.as_str().into());
        let fallback = writer.some(own.fallback.as_ref());
        json!({
            "color": color,
            "fallback": fallback.unwrap_or(title),
            "blocks": blocks(message, &summary),
        })
    };
    if let Some(text) = writer.write(settings.message_text.as_ref()) {
        body.insert(
            "text".to_owned(),
            shorten(text.trim(), BLOCK_CHARACTERS_MAX).into(),
        );
    }
    body.insert("attachments".to_owned(), json!([attachment]));
    body.insert("unfurl_links".to_owned(), false.into());
    body.insert("unfurl_media".to_owned(), false.into());
    body.insert("link_names".to_owned(), own.link_names.into());
    for (name, value) in [
        ("channel", &settings.channel),
        ("username", &settings.username),
        ("icon_emoji", &settings.icon_emoji),
        ("icon_url", &settings.icon_url),
    ] {
        if let Some(value) = writer.some(value.as_ref()) {
            body.insert(name.to_owned(), value.trim().into());
        }
    }
    Value::Object(body)
}

fn blocks(message: &Message<'_>, summary: &Summary) -> Vec<Value> {
    let link = format!("<{}|Open in Swarmpulse>", address(&summary.url));
    let foot = format!(
        "{link} · {} · {}",
        escape(&message.notification.receiver, 200),
        message.id
    );
    let mut texts = vec![escape(&summary.sentence, 1500)];
    let more = summary
        .more
        .as_ref()
        .map(|more| format!("_{}_", escape(more, 700)));
    let others = [Some(&texts[0]), Some(&foot), more.as_ref()];
    let taken: usize = others.into_iter().flatten().map(|text| characters(text)).sum();
    let mut left = CHARACTERS_MAX.saturating_sub(taken + TITLE_CHARACTERS_MAX);
    let mut hidden = 0;
    for line in &summary.lines {
        let text = line_text(line, summary.is_list());
        if text.is_empty() {
            continue;
        }
        if characters(&text) > left {
            hidden += 1;
            continue;
        }
        left -= characters(&text);
        texts.push(text);
    }
    if hidden > 0 {
        texts.push(format!("_{hidden} more are too long to show here_"));
    }
    texts.extend(more);
    let mut blocks: Vec<Value> = texts.iter().map(|text| section(text)).collect();
    blocks.push(json!({
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": foot, "verbatim": true}],
    }));
    blocks
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// An alert, where the title does not say all of it; and what follows from it.
fn line_text(line: &Line, in_list: bool) -> String {
    let mut parts = Vec::new();
    if in_list {
        parts.push(format!(
            "*{}* <{}|{}> {}",
            line.level(),
            address(&line.url),
            escape(&line.head(), 400),
            escape(&line.detail(), 700)
        ));
    }
    if let Some(symptoms) = &line.symptoms {
        parts.push(escape(symptoms, 900));
    }
    if let Some(runbook) = &line.runbook_url {
        parts.push(format!("<{}|What to do>", address(runbook)));
    }
    let text = parts.join("\n");
    if characters(&text) > BLOCK_CHARACTERS_MAX {
        // Only addresses are this long; without them it is not.
        return escape(&line.text(), BLOCK_CHARACTERS_MAX);
    }
    text
}

/// Text without markup: `&`, `<` and `>` are escaped, and so no mention and no link is left; signs that would format have no
/// escape in Slack and are replaced by ones that look the same.
fn escape(text: &str, characters_max: usize) -> String {
    escaped(text, characters_max, |place, out| match place.this {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '*' => out.push('∗'),
        '~' => out.push('∼'),
        '`' => out.push('ˋ'),
        '_' if !within_word(place) => out.push('＿'),
        other => out.push(other),
    })
}

/// Within a word an underscore formats nothing: `agent_down` stays as it is.
fn within_word(place: Place) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    is_word(place.before) && is_word(place.after)
}

/// An address within `<...|...>`.
fn address(url: &str) -> String {
    escaped(url, 2000, |place, out| match place.this {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("%3C"),
        '>' => out.push_str("%3E"),
        '|' => out.push_str("%7C"),
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
            let body = render(&examples::message(&notification), &SlackSettings::default());
            insta::assert_json_snapshot!(name, body);
        }
    }

    #[test]
    fn nothing_formats_or_mentions() {
        assert_eq!(
            escape("<!here> a*b*c _x_ agent_down `c` ~d~ & @all", 100),
            "&lt;!here&gt; a∗b∗c ＿x＿ agent_down ˋcˋ ∼d∼ &amp; @all"
        );
    }
}
