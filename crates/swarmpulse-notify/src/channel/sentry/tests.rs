//! Events of Sentry as they read, and against its documented rules.

use serde_json::Value;

use super::*;
use crate::examples;
use crate::listener::{Heard, Listener, Reply};
use crate::settings::Common;

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn channel(listener: &Listener) -> Sentry {
    Sentry::new(&SentrySettings {
        common: Common {
            name: "sentry/0".into(),
            send_resolved: true,
        },
        dsn: Secret::new(format!("http://{KEY}@{}/sub/42", listener.address)),
        environment: Some("prod/eu".to_owned()),
        ..SentrySettings::default()
    })
    .unwrap()
}

/// The rules of Sentry's documentation of envelopes and events.
fn check(heard: &Heard) -> Value {
    assert_eq!(
        (heard.method.as_str(), heard.path.as_str()),
        ("POST", "/sub/api/42/envelope/")
    );
    assert_eq!(
        heard.header("content-type"),
        Some("application/x-sentry-envelope")
    );
    let auth = heard.header("x-sentry-auth").unwrap();
    for part in [
        "Sentry sentry_version=7",
        "sentry_client=swarmpulse/",
        &format!("sentry_key={KEY}"),
    ] {
        assert!(auth.contains(part), "{auth}");
    }
    assert!(heard.body.len() <= 200_000);
    let (header, items) = heard.envelope();
    let [(item, event)] = items.as_slice() else {
        panic!("one event an envelope: {items:?}");
    };
    assert_eq!(item["type"], "event");
    assert_eq!(header["event_id"], event["event_id"]);
    let id = event["event_id"].as_str().unwrap();
    assert!(
        id.len() == 32
            && id
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    );
    let sent_at = header["sent_at"].as_str().unwrap();
    assert!(sent_at.ends_with('Z') && sent_at.parse::<jiff::Timestamp>().is_ok());
    assert!(
        event["timestamp"]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .is_ok()
    );
    assert!(["fatal", "error", "warning", "info", "debug"].contains(&event["level"].as_str().unwrap()));
    assert_eq!(event["platform"], "other");
    assert!(event["logentry"]["formatted"].as_str().unwrap().chars().count() <= 8192);
    assert!(
        event["fingerprint"]
            .as_array()
            .unwrap()
            .iter()
            .all(Value::is_string)
    );
    for (name, value) in event["tags"].as_object().unwrap() {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
        assert!(
            !name.is_empty() && name.len() <= 32 && name.chars().all(is_letter),
            "{name}"
        );
        let value = value.as_str().unwrap();
        assert!(
            !value.is_empty() && value.chars().count() <= 200 && !value.contains('\n'),
            "{value}"
        );
    }
    assert!(event["contexts"].to_string().len() <= 8192);
    let environment = event["environment"].as_str().unwrap();
    assert!(environment.len() <= 64 && !environment.contains(['/', '\n', ' ']));
    event.clone()
}

#[test]
fn events_read_well() {
    for (name, notification) in examples::all() {
        if name == "long" || name == "many" {
            continue;
        }
        insta::assert_json_snapshot!(name, event::render(&examples::message(&notification)));
    }
}

#[tokio::test]
async fn every_example_is_taken() {
    let listener = Listener::start(vec![Reply::Answer(200, "", "{\"id\":\"x\"}")]).await;
    let sentry = channel(&listener);
    for (name, notification) in examples::all() {
        let sent = sentry.send(examples::message(&notification)).await;
        assert_eq!(sent, Ok(()), "{name}");
    }
    let events: Vec<Value> = listener.heard().iter().map(check).collect();
    assert_eq!(events.len(), examples::all().len());
    // The storm's, many's and the end's: of one group, so of one issue.
    let prints: std::collections::BTreeSet<String> = events
        .iter()
        .map(|event| event["fingerprint"].to_string())
        .collect();
    assert_eq!(prints.len(), 2, "{prints:?}");
}

#[tokio::test]
async fn repeats_have_the_same_id() {
    let reply = Reply::Answer(500, "", "");
    let listener = Listener::start(vec![reply, Reply::Answer(200, "", "{}")]).await;
    let sentry = channel(&listener);
    let notification = examples::firing();
    let first = sentry.send(examples::message(&notification)).await;
    assert!(matches!(first, Err(SendError::Later { .. })));
    assert_eq!(sentry.send(examples::message(&notification)).await, Ok(()));
    let ids: Vec<Value> = listener
        .heard()
        .iter()
        .map(|heard| check(heard)["event_id"].clone())
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn limits_of_its_own_are_kept_to() {
    let limits = "retry-after: 7\r\nx-sentry-rate-limits: 120:error:organization, 900:log_item:key\r\n";
    let listener = Listener::start(vec![Reply::Answer(429, limits, "")]).await;
    let notification = examples::firing();
    let error = channel(&listener)
        .send(examples::message(&notification))
        .await
        .unwrap_err();
    assert!(
        matches!(error, SendError::Later { after_s: Some(after_s), .. } if after_s == 120.0),
        "{error:?}"
    );
}

#[tokio::test]
async fn its_words_are_told_without_the_key() {
    let quoting = "{\"detail\":\"bad sentry request for 0123456789abcdef0123456789abcdef\"}";
    let listener = Listener::start(vec![Reply::Answer(403, "", quoting)]).await;
    let sentry = channel(&listener);
    let notification = examples::firing();
    let error = sentry.send(examples::message(&notification)).await.unwrap_err();
    let told = format!("{error} {error:?} {sentry:?}");
    assert!(matches!(error, SendError::Refused { .. }));
    assert!(
        told.contains("bad sentry request for <secret>") && !told.contains(KEY),
        "{told}"
    );
}

#[test]
fn a_dsn_that_is_none_is_told_without_itself() {
    let settings = SentrySettings {
        dsn: Secret::new("https://s3cretkey@host/"),
        ..SentrySettings::default()
    };
    let error = Sentry::new(&settings).unwrap_err().to_string();
    assert!(error.starts_with("dsn ") && !error.contains("s3cret"), "{error}");
}
