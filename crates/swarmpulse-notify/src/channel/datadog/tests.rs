//! Events of Datadog as they read, and against its documented rules.

use serde_json::Value;

use super::*;
use crate::examples;
use crate::listener::{Heard, Listener, Reply};
use crate::settings::Common;

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn settings(listener: &Listener) -> DatadogSettings {
    DatadogSettings {
        common: Common {
            name: "datadog/0".into(),
            send_resolved: true,
        },
        api_key: Secret::new(KEY),
        site: "datadoghq.eu".to_owned(),
        api_url: Some(listener.url()),
        tags: vec!["team:bots".to_owned()],
        ..DatadogSettings::default()
    }
}

/// The rules of Datadog's documentation of events.
fn check(heard: &Heard) -> Value {
    assert_eq!(
        (heard.method.as_str(), heard.path.as_str()),
        ("POST", "/api/v1/events")
    );
    assert_eq!(heard.header("content-type"), Some("application/json"));
    assert_eq!(heard.header("dd-api-key"), Some(KEY));
    let event = heard.json();
    let known = [
        "aggregation_key",
        "alert_type",
        "date_happened",
        "device_name",
        "host",
        "priority",
        "related_event_id",
        "source_type_name",
        "tags",
        "text",
        "title",
    ];
    for name in event.as_object().unwrap().keys() {
        assert!(known.contains(&name.as_str()), "{name}");
    }
    let count = |name: &str| event[name].as_str().unwrap().encode_utf16().count();
    assert!((1..=100).contains(&count("title")));
    assert!((1..=4000).contains(&count("text")));
    assert!((1..=100).contains(&count("aggregation_key")));
    assert!(["error", "warning", "info", "success"].contains(&event["alert_type"].as_str().unwrap()));
    assert!(["normal", "low"].contains(&event["priority"].as_str().unwrap()));
    let age_s = examples::NOW.unix_ms() / 1000 - event["date_happened"].as_i64().unwrap();
    assert!((0..18 * 3600).contains(&age_s), "{age_s}");
    for tag in event["tags"].as_array().unwrap() {
        assert!(tag.as_str().unwrap().chars().count() <= 200);
    }
    event
}

#[test]
fn events_read_well() {
    for (name, notification) in examples::all() {
        if name == "long" || name == "many" {
            continue;
        }
        insta::assert_json_snapshot!(name, render(&examples::message(&notification), &[]));
    }
}

#[tokio::test]
async fn every_example_is_taken() {
    let listener = Listener::start(vec![Reply::Answer(202, "", "{\"status\":\"ok\"}")]).await;
    let datadog = Datadog::new(&settings(&listener)).unwrap();
    for (name, mut notification) in examples::all() {
        // Held back for two days.
        notification.at = notification.at.plus_s(-2.0 * 86_400.0);
        assert_eq!(
            datadog.send(examples::message(&notification)).await,
            Ok(()),
            "{name}"
        );
    }
    let events: Vec<Value> = listener.heard().iter().map(check).collect();
    assert_eq!(events.len(), examples::all().len());
    let text = events
        .iter()
        .map(|event| event["text"].as_str().unwrap())
        .collect::<String>();
    assert!(
        !text.contains("@everyone"),
        "nobody is told by what an alert says"
    );
    assert_eq!(events[0]["host"], "h1");
    assert!(events[0]["tags"].to_string().contains("team:bots"));
}

#[tokio::test]
async fn its_answers_are_understood() {
    let reset = "x-ratelimit-limit: 500\r\nx-ratelimit-reset: 33\r\n";
    let replies = vec![
        Reply::Answer(429, reset, "{\"errors\":[\"Rate limited\"]}"),
        Reply::Answer(
            403,
            "",
            "{\"errors\":[\"Forbidden\",\"0123456789abcdef0123456789abcdef\"]}",
        ),
        Reply::Answer(500, "", "oops"),
        Reply::HangUp,
    ];
    let listener = Listener::start(replies).await;
    let datadog = Datadog::new(&settings(&listener)).unwrap();
    let notification = examples::firing();
    let mut errors = Vec::new();
    for _ in 0..4 {
        errors.push(datadog.send(examples::message(&notification)).await.unwrap_err());
    }
    assert!(matches!(&errors[0], SendError::Later { after_s: Some(after_s), .. } if *after_s == 33.0));
    assert!(
        matches!(&errors[1], SendError::Refused { detail } if detail.contains("Forbidden; <secret>")),
        "{errors:?}"
    );
    assert!(matches!(&errors[2], SendError::Later { after_s: None, .. }));
    assert!(matches!(&errors[3], SendError::Later { after_s: None, .. }));
    let told = format!("{errors:?} {datadog:?}");
    assert!(!told.contains(KEY), "{told}");
}

#[test]
fn a_site_that_is_none_is_told() {
    let settings = DatadogSettings {
        site: "datadog.com".to_owned(),
        api_key: Secret::new(KEY),
        ..DatadogSettings::default()
    };
    let error = Datadog::new(&settings).unwrap_err().to_string();
    assert!(
        error.starts_with("site ") && error.contains("datadoghq.eu"),
        "{error}"
    );
}
