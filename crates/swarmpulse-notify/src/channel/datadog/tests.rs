//! Events of Datadog as they read, and its answers.

use super::*;
use crate::examples;
use crate::listener::{Listener, Reply};
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

#[test]
fn events_read_well() {
    for (name, notification) in examples::all() {
        if name == "long" || name == "many" {
            continue;
        }
        insta::assert_json_snapshot!(name, render(&examples::message(&notification), &[]));
    }
}

#[test]
fn what_was_held_back_is_dated_so_that_it_is_taken() {
    let mut notification = examples::firing();
    notification.at = notification.at.plus_s(-2.0 * 86_400.0);
    let event = render(&examples::message(&notification), &["team:bots".to_owned()]);
    let age_s = examples::NOW.unix_ms() / 1000 - event["date_happened"].as_i64().unwrap();
    assert_eq!(age_s, 17 * 3600);
    assert_eq!(event["host"], "h1");
    assert!(event["tags"].to_string().contains("team:bots"));
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
