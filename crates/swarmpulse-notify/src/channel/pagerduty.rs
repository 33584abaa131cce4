//! PagerDuty: Events API v2, <https://developer.pagerduty.com/docs/send-alert-event>.
//!
//! `dedup_key` is the group's, so that all that is told of it is one incident; the id of the notification stands in
//! `custom_details`. Bounds: a summary of 1,024 characters, 512 KB in all.

use serde_json::{Map, Value, json};
use swarmpulse_model::{AlertState, Severity};

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::{PAGERDUTY_SEVERITIES, PagerdutySettings};
use crate::summary::{Summary, plain, shorten, shorten_bytes};
use crate::wording::Writer;
use crate::{Message, Notifier, SendError, Sending, digest};

/// The most bytes of an event.
const BYTES_MAX: usize = 512_000;
/// Alerts that are told at most.
const ALERTS_MAX: usize = 50;
/// The most bytes of one of people's own details.
const DETAIL_BYTES_MAX: usize = 16_000;
/// What follows from an alert, told at most.
const SYMPTOMS_MAX: usize = 100;

/// A service of PagerDuty.
#[derive(Debug)]
pub struct Pagerduty {
    settings: PagerdutySettings,
    address: Address,
    http: HttpClient,
}

impl Pagerduty {
    /// The channel of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &PagerdutySettings) -> Result<Self, BuildError> {
        let address = Address::parse(&settings.url).map_err(|error| BuildError::field("url", error))?;
        if settings.routing_key.is_empty() {
            return Err(BuildError::field(
                "routing_key",
                "is missing: the integration key of an \"Events API v2\" integration",
            ));
        }
        Ok(Self {
            http: connect(&settings.http, &[&address], &[&settings.routing_key], None)?,
            address,
            settings: settings.clone(),
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let body = render(&message, &self.settings);
        let answer = self
            .http
            .send(Request::json(self.address.clone(), &body), message.now)
            .await?;
        answer.accepted_by_service(explain).map(|_| ())
    }
}

impl Notifier for Pagerduty {
    fn kind(&self) -> &'static str {
        "pagerduty"
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

/// PagerDuty's own words: `{"status": "invalid event", "message": "...", "errors": ["..."]}`.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let errors = body["errors"].as_array();
    let errors: Vec<&str> = errors.into_iter().flatten().filter_map(Value::as_str).collect();
    let message = body["message"].as_str().or_else(|| body["status"].as_str())?;
    Some(if errors.is_empty() {
        message.to_owned()
    } else {
        format!("{message}: {}", errors.join(", "))
    })
}

/// The event.
#[must_use]
pub fn render(message: &Message<'_>, settings: &PagerdutySettings) -> Value {
    let mut alerts_max = ALERTS_MAX;
    let writer = Writer::new(message);
    loop {
        let summary = Summary::of(message, alerts_max, SYMPTOMS_MAX);
        let event = event(message, settings, &summary, &writer);
        if alerts_max == 0 || event.to_string().len() <= BYTES_MAX {
            return event;
        }
        alerts_max /= 2;
    }
}

fn event(
    message: &Message<'_>,
    settings: &PagerdutySettings,
    summary: &Summary,
    writer: &Writer<'_>,
) -> Value {
    let mut event = Map::new();
    event.insert("routing_key".to_owned(), settings.routing_key.expose().into());
    event.insert("event_action".to_owned(), action(summary).into());
    event.insert(
        "dedup_key".to_owned(),
        digest::incident(&message.notification.group_key).into(),
    );
    let client = writer.some(settings.client.as_ref());
    let client = client.unwrap_or_else(|| "Swarmpulse".to_owned());
    event.insert("client".to_owned(), client.into());
    let client_url = writer.some(settings.client_url.as_ref());
    let client_url = client_url.unwrap_or_else(|| message.external_url.to_owned());
    event.insert("client_url".to_owned(), client_url.into());
    if summary.state == AlertState::Firing {
        event.insert("links".to_owned(), Value::Array(links(settings, summary, writer)));
        let images = images(settings, writer);
        if !images.is_empty() {
            event.insert("images".to_owned(), Value::Array(images));
        }
    }
    event.insert("payload".to_owned(), payload(message, settings, summary, writer));
    Value::Object(event)
}

fn payload(
    message: &Message<'_>,
    settings: &PagerdutySettings,
    summary: &Summary,
    writer: &Writer<'_>,
) -> Value {
    let mut payload = Map::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            payload.insert(name.to_owned(), value.into());
        }
    };
    let first = message.notification.alerts.first();
    let since = message
        .notification
        .alerts
        .iter()
        .map(|told| told.alert.active_at)
        .min();
    let line = writer.some(settings.description.as_ref());
    put(
        "summary",
        Some(shorten(line.as_deref().map_or(&summary.title, str::trim), 1024)),
    );
    put("source", Some(source(message, settings, writer)));
    put("severity", Some(severity(summary, settings, writer)));
    put("timestamp", Some(since.unwrap_or(message.now).to_string()));
    let subject = first.map(|told| crate::summary::subject(&told.alert));
    put("component", writer.some(settings.component.as_ref()).or(subject));
    let labels = message.notification.group_labels.iter();
    let labels: Vec<String> = labels
        .map(|label| format!("{}={}", label.name, label.value))
        .collect();
    put(
        "group",
        Some(
            writer
                .some(settings.group.as_ref())
                .unwrap_or_else(|| plain(&labels.join(", "), 255)),
        ),
    );
    let name = first.map(|told| plain(&told.alert.name, 255));
    put("class", writer.some(settings.class.as_ref()).or(name));
    let mut details = details(message, summary);
    for (name, wording) in &settings.details {
        if let Some(value) = writer.write(Some(wording)) {
            details[name] = shorten_bytes(&value, DETAIL_BYTES_MAX).into();
        }
    }
    payload.insert("custom_details".to_owned(), details);
    Value::Object(payload)
}

fn details(message: &Message<'_>, summary: &Summary) -> Value {
    let lines = |state: AlertState| -> Vec<String> {
        let lines = summary.lines.iter().filter(|line| line.state == state);
        lines
            .map(|line| match &line.symptoms {
                Some(symptoms) => format!("{}; {symptoms}", line.text()),
                None => line.text(),
            })
            .collect()
    };
    let mut details = json!({
        "what": summary.sentence,
        "notification": message.id.to_string(),
        "receiver": message.notification.receiver.as_str(),
        "num_firing": summary.firing.to_string(),
        "num_resolved": summary.resolved.to_string(),
        "firing": lines(AlertState::Firing),
        "resolved": lines(AlertState::Resolved),
    });
    if let Some(more) = &summary.more {
        details["more"] = more.as_str().into();
    }
    details
}

fn links(settings: &PagerdutySettings, summary: &Summary, writer: &Writer<'_>) -> Vec<Value> {
    if !settings.links.is_empty() {
        let links = settings.links.iter().filter_map(|link| {
            let href = writer.some(Some(&link.href))?;
            let text = writer.some(link.text.as_ref());
            Some(json!({"href": href.trim(), "text": text.unwrap_or_else(|| href.clone())}))
        });
        return links.collect();
    }
    let mut links = vec![json!({"href": summary.url, "text": "Open in Swarmpulse"})];
    let runbooks = summary.lines.iter().filter_map(|line| {
        let url = line.runbook_url.as_ref()?;
        Some(json!({"href": url, "text": format!("What to do about {}", line.name)}))
    });
    links.extend(runbooks.take(5));
    links
}

fn images(settings: &PagerdutySettings, writer: &Writer<'_>) -> Vec<Value> {
    let images = settings.images.iter().filter_map(|image| {
        let mut body = Map::new();
        body.insert("src".to_owned(), writer.some(Some(&image.src))?.trim().into());
        for (name, wording) in [("href", &image.href), ("alt", &image.alt)] {
            if let Some(text) = writer.some(wording.as_ref()) {
                body.insert(name.to_owned(), text.trim().into());
            }
        }
        Some(Value::Object(body))
    });
    images.collect()
}

fn action(summary: &Summary) -> &'static str {
    match summary.state {
        AlertState::Resolved => "resolve",
        _ => "trigger",
    }
}

fn severity(summary: &Summary, settings: &PagerdutySettings, writer: &Writer<'_>) -> String {
    let own = match summary.severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let Some(wanted) = writer.some(settings.severity.as_ref()) else {
        return own.to_owned();
    };
    let wanted = wanted.trim().to_ascii_lowercase();
    if PAGERDUTY_SEVERITIES.contains(&wanted.as_str()) {
        return wanted;
    }
    let why = format!("{:?} is none that PagerDuty knows", shorten(&wanted, 20));
    writer.remark("severity", &why);
    own.to_owned()
}

fn source(message: &Message<'_>, settings: &PagerdutySettings, writer: &Writer<'_>) -> String {
    let told = || {
        let alert = &message.notification.alerts.first()?.alert;
        let host = alert.label("host").or_else(|| alert.label("instance"));
        host.map(str::to_owned)
            .or_else(|| alert.subject.as_ref().map(|key| key.id.to_string()))
    };
    let source = writer.some(settings.source.as_ref()).or_else(told);
    let source = plain(&source.unwrap_or_default(), 255);
    if source.is_empty() {
        return "swarmpulse".to_owned();
    }
    source
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;
    use crate::settings::Secret;

    #[test]
    fn every_example_is_rendered_as_it_was() {
        let settings = PagerdutySettings {
            routing_key: Secret::new("0123456789abcdef0123456789abcdef"),
            ..PagerdutySettings::default()
        };
        for (name, notification) in examples::all() {
            if name == "long" {
                continue;
            }
            let mut event = render(&examples::message(&notification), &settings);
            assert_eq!(event["routing_key"], settings.routing_key.expose());
            event["routing_key"] = "<secret>".into();
            insta::assert_json_snapshot!(name, event);
        }
    }

    #[test]
    fn firing_and_resolved_are_one_incident() {
        let settings = PagerdutySettings::default();
        let firing = render(&examples::message(&examples::firing()), &settings);
        let resolved = render(&examples::message(&examples::resolved()), &settings);
        assert_eq!(firing["dedup_key"], resolved["dedup_key"]);
        assert_eq!(
            (&firing["event_action"], &resolved["event_action"]),
            (&json!("trigger"), &json!("resolve"))
        );
    }

    #[test]
    fn a_test_opens_an_incident_and_its_end_closes_the_same() {
        let settings = PagerdutySettings::default();
        let tried = render(&examples::message(&examples::test()), &settings);
        let over = render(&examples::message(&examples::test_over()), &settings);
        assert_eq!(
            (&tried["event_action"], &over["event_action"]),
            (&json!("trigger"), &json!("resolve"))
        );
        assert_eq!(tried["dedup_key"], over["dedup_key"]);
        let words = over["payload"]["custom_details"]["what"].as_str().unwrap();
        assert!(words.ends_with("The test is over."), "{words}");
    }

    #[test]
    fn an_event_is_never_too_large() {
        let mut notification = examples::long();
        let told = notification.alerts[0].clone();
        notification.alerts = vec![told; 400];
        let event = render(&examples::message(&notification), &PagerdutySettings::default());
        assert!(event.to_string().len() <= BYTES_MAX);
    }
}
