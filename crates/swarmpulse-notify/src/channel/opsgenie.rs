//! Opsgenie, and Jira Service Management's copy of its API: <https://docs.opsgenie.com/docs/alert-api>.
//!
//! The alias is the group's, so that all that is told of it is one alert, which is closed when it is over; the id of the
//! notification stands in `details`. Bounds: message 130, description 15,000, details 8,000, 20 tags of 50 characters.

use reqwest::Method;
use serde_json::{Map, Value, json};
use swarmpulse_model::{AlertState, Severity};

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::{OPSGENIE_PRIORITIES, OPSGENIE_RESPONDERS, OpsgenieResponder, OpsgenieSettings};
use crate::summary::{Summary, characters, plain, shorten};
use crate::wording::Writer;
use crate::{Message, Notifier, SendError, Sending, digest};

/// Alerts that are told at most.
const ALERTS_MAX: usize = 20;
/// What follows from an alert, told at most.
const SYMPTOMS_MAX: usize = 20;
/// The most characters in all details.
const DETAILS_CHARACTERS_MAX: usize = 8000;

/// A team's integration in Opsgenie.
#[derive(Debug)]
pub struct Opsgenie {
    settings: OpsgenieSettings,
    address: Address,
    http: HttpClient,
}

/// A request to Opsgenie: how, the parts of the path behind `v2/alerts`, and the body.
#[derive(Clone, Debug, PartialEq)]
pub struct OpsgenieCall {
    /// `POST` or `PUT`.
    pub method: Method,
    /// The parts of the path behind `v2/alerts`; with any, the first is the alias.
    pub path: Vec<String>,
    /// The body.
    pub body: Value,
}

impl Opsgenie {
    /// The channel of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &OpsgenieSettings) -> Result<Self, BuildError> {
        let address =
            Address::parse(&settings.api_url).map_err(|error| BuildError::field("api_url", error))?;
        Ok(Self {
            http: connect(&settings.http, &[&address], &[&settings.api_key], None)?,
            address: address.join(&["v2", "alerts"]),
            settings: settings.clone(),
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        for call in render(&message, &self.settings) {
            let parts: Vec<&str> = call.path.iter().map(String::as_str).collect();
            let mut address = self.address.join(&parts);
            if !parts.is_empty() {
                address = address.with_query("identifierType", "alias");
            }
            let mut request = Request::json(address, &call.body).header(
                "authorization",
                format!("GenieKey {}", self.settings.api_key.expose()),
            );
            request.method = call.method;
            let answer = self.http.send(request, message.now).await?;
            answer.accepted_by_service(explain)?;
        }
        Ok(())
    }
}

impl Notifier for Opsgenie {
    fn kind(&self) -> &'static str {
        "opsgenie"
    }

    fn send_resolved(&self) -> bool {
        self.settings.common.send_resolved
    }

    fn keeps_open(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

/// Opsgenie's own words: `{"message": "...", "errors": {"field": "..."}}`.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let message = body["message"].as_str()?;
    let errors = body["errors"].as_object();
    let errors: Vec<String> = errors
        .into_iter()
        .flatten()
        .map(|(field, error)| format!("{field} {}", error.as_str().unwrap_or_default()))
        .collect();
    Some(if errors.is_empty() {
        message.to_owned()
    } else {
        format!("{message}: {}", errors.join(", "))
    })
}

/// The requests: one that creates the alert, and with `update_alerts` two that change its words; or one that closes it.
#[must_use]
pub fn render(message: &Message<'_>, settings: &OpsgenieSettings) -> Vec<OpsgenieCall> {
    let summary = Summary::of(message, ALERTS_MAX, SYMPTOMS_MAX);
    let alias = digest::incident(&message.notification.group_key);
    let writer = Writer::new(message);
    let source = writer.some(settings.source.as_ref());
    let source = source.unwrap_or_else(|| "Swarmpulse".to_owned());
    if summary.state == AlertState::Resolved {
        let note = shorten(&format!("{} ({})", summary.sentence, message.id), 25_000);
        return vec![OpsgenieCall {
            method: Method::POST,
            path: vec![alias, "close".to_owned()],
            body: json!({"source": shorten(&source, 100), "note": note}),
        }];
    }
    let title = writer.some(settings.message.as_ref());
    let title = shorten(title.as_deref().map_or(&summary.title, str::trim), 130);
    let description = writer.write(settings.description.as_ref());
    let description = shorten(&description.unwrap_or_else(|| summary.text()), 15_000);
    let mut calls = vec![OpsgenieCall {
        method: Method::POST,
        path: Vec::new(),
        body: create(
            message,
            settings,
            &summary,
            &writer,
            &[&alias, &title, &description, &source],
        ),
    }];
    if settings.update_alerts {
        for (name, value) in [("message", title), ("description", description)] {
            calls.push(OpsgenieCall {
                method: Method::PUT,
                path: vec![alias.clone(), name.to_owned()],
                body: json!({name: value}),
            });
        }
    }
    calls
}

fn create(
    message: &Message<'_>,
    settings: &OpsgenieSettings,
    summary: &Summary,
    writer: &Writer<'_>,
    [alias, title, description, source]: &[&str; 4],
) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    put("message", (*title).into());
    put("alias", (*alias).into());
    put("description", (*description).into());
    put("source", shorten(source, 100).into());
    put("priority", priority(summary, settings, writer).into());
    put("details", details(message, settings, writer));
    let responders: Vec<Value> = settings
        .responders
        .iter()
        .filter_map(|one| responder(one, writer))
        .collect();
    if !responders.is_empty() {
        put("responders", responders.into());
    }
    for (name, wording, count_max) in [("tags", &settings.tags, 20), ("actions", &settings.actions, 10)] {
        let text = writer.some(wording.as_ref()).unwrap_or_default();
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let words: Vec<String> = words.take(count_max).map(|word| shorten(word, 50)).collect();
        if !words.is_empty() {
            put(name, json!(words));
        }
    }
    let subject = || {
        let first = message.notification.alerts.first()?;
        Some(crate::summary::subject(&first.alert))
    };
    if let Some(entity) = writer
        .some(settings.entity.as_ref())
        .or_else(subject)
        .filter(|entity| !entity.is_empty())
    {
        put("entity", shorten(&entity, 512).into());
    }
    if let Some(note) = writer.some(settings.note.as_ref()) {
        put("note", shorten(&note, 25_000).into());
    }
    Value::Object(body)
}

fn priority(summary: &Summary, settings: &OpsgenieSettings, writer: &Writer<'_>) -> String {
    let own = match summary.severity {
        Severity::Critical => "P1",
        Severity::Warning => "P2",
        Severity::Info => "P3",
    };
    let Some(wanted) = writer.some(settings.priority.as_ref()) else {
        return own.to_owned();
    };
    let wanted = wanted.trim().to_ascii_uppercase();
    if OPSGENIE_PRIORITIES.contains(&wanted.as_str()) {
        return wanted;
    }
    writer.remark(
        "priority",
        &format!("{:?} is not one of P1 to P5", shorten(&wanted, 20)),
    );
    own.to_owned()
}

/// What is told beside the words: the notification, what the group was formed by, and what the settings add.
fn details(message: &Message<'_>, settings: &OpsgenieSettings, writer: &Writer<'_>) -> Value {
    let told = [
        ("notification".to_owned(), message.id.to_string()),
        ("receiver".to_owned(), plain(&message.notification.receiver, 200)),
        ("url".to_owned(), message.external_url.to_owned()),
    ];
    let labels = message.notification.group_labels.iter();
    let labels = labels.map(|label| (label.name.to_string(), plain(&label.value, 500)));
    let own = settings.details.iter();
    let own = own.filter_map(|(name, value)| Some((name.clone(), writer.write(Some(value))?)));
    let mut details = Map::new();
    let mut left = DETAILS_CHARACTERS_MAX;
    for (name, value) in told.into_iter().chain(own).chain(labels) {
        let length = characters(&name) + characters(&value);
        if length <= left && !details.contains_key(&name) {
            left -= length;
            details.insert(name, value.into());
        }
    }
    Value::Object(details)
}

/// Who is to respond; `None` if that comes to nobody.
fn responder(responder: &OpsgenieResponder, writer: &Writer<'_>) -> Option<Value> {
    let mut body = Map::new();
    for (name, value) in [
        ("id", &responder.id),
        ("name", &responder.name),
        ("username", &responder.username),
    ] {
        if let Some(value) = writer.some(value.as_ref()) {
            body.insert(name.to_owned(), value.into());
        }
    }
    let kind = writer.some(Some(&responder.kind))?.trim().to_ascii_lowercase();
    if body.is_empty() || !OPSGENIE_RESPONDERS.contains(&kind.as_str()) {
        let why = format!("a responder of type {:?} comes to nobody", shorten(&kind, 20));
        writer.remark("responders", &why);
        return None;
    }
    body.insert("type".to_owned(), kind.into());
    Some(Value::Object(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;

    #[test]
    fn every_example_is_rendered_as_it_was() {
        let settings = OpsgenieSettings {
            update_alerts: true,
            tags: Some("swarm".into()),
            ..OpsgenieSettings::default()
        };
        for (name, notification) in examples::all() {
            if name == "long" {
                continue;
            }
            let calls = render(&examples::message(&notification), &settings);
            let told: Vec<Value> = calls
                .iter()
                .map(|call| json!([call.method.as_str(), call.path, call.body]))
                .collect();
            insta::assert_json_snapshot!(name, told);
        }
    }

    #[test]
    fn the_end_of_a_test_closes_the_alert_that_it_opened() {
        let settings = OpsgenieSettings::default();
        let tried = render(&examples::message(&examples::test()), &settings);
        let over = render(&examples::message(&examples::test_over()), &settings);
        let alias = tried[0].body["alias"].as_str().unwrap();
        assert_eq!(over[0].path, [alias, "close"]);
    }
}
