//! Events of New Relic as they read, and against its documented rules.

use serde_json::Value;

use super::*;
use crate::examples;
use crate::listener::{Heard, Listener, Reply};
use crate::settings::Common;

const KEY: &str = "0123456789abcdef0123456789abcdefNRAL";

fn settings(listener: &Listener) -> NewRelicSettings {
    NewRelicSettings {
        common: Common {
            name: "newrelic/0".into(),
            send_resolved: true,
        },
        api_key: Secret::new(KEY),
        account_id: 1_234_567,
        region: NewRelicRegion::Eu,
        api_url: Some(listener.url()),
        event_type: "SwarmpulseAlert".to_owned(),
        ..NewRelicSettings::default()
    }
}

/// The rules of New Relic's documentation of the Event API.
fn check(heard: &Heard) -> Vec<Value> {
    assert_eq!(heard.method, "POST");
    assert_eq!(heard.path, "/v1/accounts/1234567/events");
    assert_eq!(heard.header("content-type"), Some("application/json"));
    assert_eq!(heard.header("api-key"), Some(KEY));
    assert!(heard.body.len() <= 1_000_000);
    let events = heard.json().as_array().unwrap().clone();
    assert!(!events.is_empty());
    for event in &events {
        let attributes = event.as_object().unwrap();
        assert!(attributes.len() <= 255, "{}", attributes.len());
        let kind = event["eventType"].as_str().unwrap();
        assert!(
            kind.len() <= 255
                && kind
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_: ".contains(c))
        );
        let age_ms = examples::NOW.unix_ms() - event["timestamp"].as_i64().unwrap();
        assert!((0..86_400_000).contains(&age_ms), "{age_ms}");
        for (name, value) in attributes {
            assert!(name.encode_utf16().count() <= 255 && !["accountId", "appId"].contains(&name.as_str()));
            match value {
                Value::String(text) => assert!((1..=4096).contains(&text.encode_utf16().count()), "{name}"),
                Value::Number(number) => assert!(number.as_f64().unwrap().is_finite()),
                other => panic!("{name} is {other}: only texts and numbers are taken"),
            }
        }
    }
    events
}

#[test]
fn events_read_well() {
    for (name, notification) in examples::all() {
        if ["long", "many", "storm"].contains(&name) {
            continue;
        }
        let (events, left) = render(&examples::message(&notification), "SwarmpulseAlert");
        assert_eq!(left, 0);
        insta::assert_json_snapshot!(name, events);
    }
}

#[tokio::test]
async fn every_example_is_taken() {
    let listener = Listener::start(vec![Reply::Answer(200, "", "{\"success\":true,\"uuid\":\"x\"}")]).await;
    let newrelic = NewRelic::new(&settings(&listener)).unwrap();
    for (name, mut notification) in examples::all() {
        notification.at = notification.at.plus_s(-2.0 * 86_400.0);
        assert_eq!(
            newrelic.send(examples::message(&notification)).await,
            Ok(()),
            "{name}"
        );
    }
    let counts: Vec<usize> = listener.heard().iter().map(|heard| check(heard).len()).collect();
    assert_eq!(counts.len(), examples::all().len());
    assert_eq!(counts[..3], [1, 1, 53]);
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut notification = examples::long();
    let one = notification.alerts[0].clone();
    notification.alerts = vec![one; 2000];
    let (events, left) = render(&examples::message(&notification), "T");
    assert!(Value::from(events.clone()).to_string().len() <= 1_000_000);
    assert!(left > 0 && events.len() + left == 2000, "{left}");
}

#[tokio::test]
async fn its_answers_are_understood() {
    let replies = vec![
        Reply::Answer(429, "retry-after: 60\r\n", ""),
        Reply::Answer(403, "", "{\"error\":\"no 0123456789abcdef0123456789abcdefNRAL\"}"),
        Reply::Answer(503, "", "<html>"),
        Reply::Answer(413, "", ""),
    ];
    let listener = Listener::start(replies).await;
    let newrelic = NewRelic::new(&settings(&listener)).unwrap();
    let notification = examples::firing();
    let mut errors = Vec::new();
    for _ in 0..4 {
        errors.push(newrelic.send(examples::message(&notification)).await.unwrap_err());
    }
    assert!(matches!(&errors[0], SendError::Later { after_s: Some(after_s), .. } if *after_s == 60.0));
    assert!(
        matches!(&errors[1], SendError::Refused { detail } if detail.contains("no <secret>")),
        "{errors:?}"
    );
    assert!(matches!(&errors[2], SendError::Later { .. }));
    assert!(matches!(&errors[3], SendError::Refused { .. }));
    let told = format!("{errors:?} {newrelic:?}");
    assert!(!told.contains(KEY), "{told}");
}
