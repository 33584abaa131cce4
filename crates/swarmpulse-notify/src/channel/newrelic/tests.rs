//! Events of New Relic as they read, and its answers.

use serde_json::Value;

use super::*;
use crate::examples;
use crate::listener::{Listener, Reply};
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

#[test]
fn every_alert_is_an_event_and_what_was_held_back_is_dated_so_that_it_is_taken() {
    let mut notification = examples::many();
    notification.at = notification.at.plus_s(-2.0 * 86_400.0);
    let (events, left) = render(&examples::message(&notification), "T");
    assert_eq!((events.len(), left), (53, 0));
    for event in &events {
        let age_ms = examples::NOW.unix_ms() - event["timestamp"].as_i64().unwrap();
        assert_eq!(age_ms, 23 * 3_600_000);
        assert_eq!(event["groupOmitted"], 150);
    }
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
