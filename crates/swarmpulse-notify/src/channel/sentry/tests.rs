//! Events of Sentry as they read, and its answers.

use serde_json::Value;

use super::*;
use crate::examples;
use crate::listener::{Listener, Reply};
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

#[test]
fn events_read_well() {
    for (name, notification) in examples::all() {
        if name == "long" || name == "many" {
            continue;
        }
        insta::assert_json_snapshot!(name, event::render(&examples::message(&notification)));
    }
}

#[test]
fn all_that_is_told_of_a_group_is_one_issue() {
    let print = |notification: &_| event::render(&examples::message(notification))["fingerprint"].clone();
    assert_eq!(print(&examples::firing()), print(&examples::resolved()));
    assert_ne!(print(&examples::firing()), print(&examples::special()));
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
        .map(|heard| heard.envelope().0["event_id"].clone())
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
