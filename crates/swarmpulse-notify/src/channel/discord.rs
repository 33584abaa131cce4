//! Discord: webhooks of a channel, <https://discord.com/developers/docs/resources/webhook#execute-webhook>.
//!
//! Bounds: title 256, description 4096, 25 fields of 256 and 1024, 6,000 characters in all. Nobody is mentioned, whatever the
//! text holds. Discord has no key for repeats: the id of the notification stands in the footer.

use serde_json::{Map, Value, json};

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::DiscordSettings;
use crate::summary::{self, Line, Summary, escaped, shorten};
use crate::wording::Writer;
use crate::{Message, Notifier, SendError, Sending};

/// Alerts that are shown at most.
const ALERTS_MAX: usize = 10;
/// What follows from an alert, shown at most.
const SYMPTOMS_MAX: usize = 10;
/// The most characters in all of an embed.
const CHARACTERS_MAX: usize = 6000;

/// A channel of Discord.
#[derive(Debug)]
pub struct Discord {
    settings: DiscordSettings,
    address: Address,
    http: HttpClient,
}

impl Discord {
    /// The channel of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &DiscordSettings) -> Result<Self, BuildError> {
        let address = Address::parse(settings.webhook_url.expose())
            .map_err(|error| BuildError::field("webhook_url", error))?;
        Ok(Self {
            http: connect(&settings.http, &[&address], &[&settings.webhook_url], None)?,
            // With it Discord answers only when the message is stored, and says what is wrong with it.
            address: address.with_query("wait", "true"),
            settings: settings.clone(),
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let request = Request::json(self.address.clone(), &render(&message, &self.settings));
        let mut answer = self.http.send(request, message.now).await?;
        if answer.status == 429 {
            // The body is more exact than the header.
            let exact = answer.json().and_then(|body| body["retry_after"].as_f64());
            answer.retry_after_s = exact.filter(|wait| *wait >= 0.0).or(answer.retry_after_s);
        }
        answer.accepted_by_service(explain).map(|_| ())
    }
}

impl Notifier for Discord {
    fn kind(&self) -> &'static str {
        "discord"
    }

    fn send_resolved(&self) -> bool {
        self.settings.common.send_resolved
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

/// Discord's own words: `{"message": "Unknown Webhook", "code": 10015}`.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let words = body["message"].as_str().map(str::to_owned);
    // Without a message the body names the fields that are wrong.
    words.or_else(|| body.is_object().then(|| body.to_string()))
}

/// The body of a post to a webhook.
#[must_use]
pub fn render(message: &Message<'_>, settings: &DiscordSettings) -> Value {
    let mut alerts_max = ALERTS_MAX;
    let writer = Writer::new(message);
    let words = Words {
        title: writer.write(settings.title.as_ref()),
        text: writer.write(settings.message.as_ref()),
    };
    let embed = loop {
        let embed = embed(message, alerts_max, &words);
        if characters(&embed) <= CHARACTERS_MAX || alerts_max == 0 {
            break embed;
        }
        alerts_max -= 1;
    };
    let mut body = Map::new();
    body.insert("embeds".to_owned(), json!([embed]));
    body.insert("allowed_mentions".to_owned(), json!({"parse": []}));
    for (name, wording, characters_max) in [
        ("content", &settings.content, 2000),
        ("username", &settings.username, 80),
        ("avatar_url", &settings.avatar_url, 2048),
    ] {
        if let Some(value) = writer.some(wording.as_ref()) {
            body.insert(name.to_owned(), shorten(value.trim(), characters_max).into());
        }
    }
    Value::Object(body)
}

/// What people say in place of our words, already as Discord's markup.
struct Words {
    title: Option<String>,
    text: Option<String>,
}

fn embed(message: &Message<'_>, alerts_max: usize, words: &Words) -> Value {
    let summary = Summary::of(message, alerts_max, SYMPTOMS_MAX);
    let mut description = escape(&summary.sentence, 1500);
    let mut fields = Vec::new();
    let lines = match &words.text {
        Some(text) => {
            description = shorten(text.trim(), 4096);
            &[]
        }
        None => summary.lines.as_slice(),
    };
    for line in lines {
        if summary.is_list() {
            fields.push(field(line));
        } else if let Some(extra) = extra(line) {
            description = format!("{description}\n{extra}");
        }
    }
    if let Some(more) = &summary.more
        && words.text.is_none()
    {
        fields.push(json!({"name": "And more", "value": escape(more, 1024)}));
    }
    json!({
        "title": words.title.as_ref().map_or_else(
            || escape(&summary.title, 256),
            |title| shorten(title.trim(), 256),
        ),
        "url": summary.url.get(..2048).unwrap_or(&summary.url),
        "description": description,
        "color": u32::from_str_radix(summary.color(), 16).unwrap_or_default(),
        "timestamp": message.now.to_string(),
        "fields": fields,
        "footer": {"text": format!("{} · {}", shorten(&message.notification.receiver, 200), message.id)},
    })
}

fn field(line: &Line) -> Value {
    let name = escape(&format!("{} {}", line.level(), line.head()), 256);
    let value = match extra(line) {
        Some(extra) => format!(
            "{}\n{extra}",
            escape(&line.detail(), 1024 - summary::characters(&extra) - 1)
        ),
        None => escape(&line.detail(), 1024),
    };
    json!({"name": name, "value": value})
}

/// What follows from an alert, and what to do: at most 700 characters.
fn extra(line: &Line) -> Option<String> {
    let symptoms = line.symptoms.as_ref().map(|symptoms| escape(symptoms, 400));
    // In angle brackets an address has no preview.
    let runbook = line
        .runbook_url
        .as_ref()
        .filter(|url| url.len() < 200 && !url.contains(['<', '>', ' ', ')']))
        .map(|url| format!("[What to do](<{url}>)"));
    let parts: Vec<String> = symptoms.into_iter().chain(runbook).collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// Text without markup: signs of Markdown and of mentions follow a backslash.
fn escape(text: &str, characters_max: usize) -> String {
    escaped(text, characters_max, |place, out| {
        if "\\*_~`|>#-+[]()<@".contains(place.this) {
            out.push('\\');
        }
        out.push(place.this);
    })
}

/// The characters that Discord counts together.
fn characters(embed: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, summary::characters);
    let fields = embed["fields"].as_array().into_iter().flatten();
    length(&embed["title"])
        + length(&embed["description"])
        + length(&embed["footer"]["text"])
        + fields
            .map(|field| length(&field["name"]) + length(&field["value"]))
            .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;

    #[test]
    fn every_example_is_rendered_as_it_was() {
        for (name, notification) in examples::all() {
            let body = render(&examples::message(&notification), &DiscordSettings::default());
            insta::assert_json_snapshot!(name, body);
        }
    }

    #[test]
    fn nothing_formats_or_mentions() {
        assert_eq!(
            escape("<@1> @everyone **b** a_b", 100),
            "\\<\\@1\\> \\@everyone \\*\\*b\\*\\* a\\_b"
        );
    }
}
