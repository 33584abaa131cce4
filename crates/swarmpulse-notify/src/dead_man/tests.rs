//! Pings that arrive, and those that do not.

use super::*;
use crate::listener::{Listener, Reply};

const PATH: &str = "5a1c7b0e-secret-uuid";

fn settings(listener: &Listener) -> DeadManSettings {
    DeadManSettings::new(Secret::new(format!("{}/ping/{PATH}", listener.url())))
}

#[tokio::test]
async fn a_ping_arrives() {
    let listener = Listener::start(vec![Reply::Answer(200, "", "OK")]).await;
    let mut settings = settings(&listener);
    assert_eq!(DeadMan::new(&settings).unwrap().ping().await, Ok(()));
    settings.method = PingMethod::Post;
    settings.fail_suffix = true;
    let dead_man = DeadMan::new(&settings).unwrap();
    assert_eq!(dead_man.ping_failure().await, Ok(()));
    settings.fail_suffix = false;
    assert_eq!(DeadMan::new(&settings).unwrap().ping_failure().await, Ok(()));
    let heard = listener.heard();
    assert_eq!(heard.len(), 2, "who takes no failures is told of none");
    let asked: Vec<_> = heard
        .iter()
        .map(|heard| (heard.method.clone(), heard.path.clone()))
        .collect();
    assert_eq!(asked[0], ("GET".to_owned(), format!("/ping/{PATH}")));
    assert_eq!(asked[1], ("POST".to_owned(), format!("/ping/{PATH}/fail")));
    assert!(heard[1].body.ends_with(b": not well\n"));
}

#[tokio::test]
async fn what_goes_wrong_is_told_without_the_address() {
    let quoting = Reply::Answer(404, "", "no check 5a1c7b0e-secret-uuid");
    let listener = Listener::start(vec![quoting, Reply::Answer(503, "", ""), Reply::HangUp]).await;
    let dead_man = DeadMan::new(&settings(&listener)).unwrap();
    let mut errors = Vec::new();
    for _ in 0..3 {
        errors.push(dead_man.ping().await.unwrap_err());
    }
    assert!(matches!(&errors[0], SendError::Refused { .. }));
    assert!(matches!(&errors[1], SendError::Later { .. }));
    assert!(matches!(&errors[2], SendError::Later { .. }));
    let told = format!("{errors:?} {dead_man:?} {:?}", settings(&listener));
    assert!(!told.contains(PATH) && !told.contains("/ping"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_is_left() {
    let listener = Listener::start(vec![Reply::Silence]).await;
    let error = DeadMan::new(&settings(&listener))
        .unwrap()
        .ping()
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("no whole answer within 10 s"),
        "{error}"
    );
}

#[test]
fn settings_that_make_no_ping_are_told_without_the_address() {
    let wrong = |change: fn(&mut DeadManSettings)| {
        let mut settings = DeadManSettings::new(Secret::new("https://host.example/s3cret"));
        change(&mut settings);
        DeadMan::new(&settings).unwrap_err().to_string()
    };
    for (error, words) in [
        (wrong(|s| s.url = Secret::new("s3cret")), "url is no URL"),
        (wrong(|s| s.interval_s = 1.0), "interval_s is 1,"),
        (wrong(|s| s.interval_s = f64::NAN), "interval_s is NaN,"),
        (wrong(|s| s.timeout_s = 0.0), "timeout_s is not within"),
    ] {
        assert!(error.starts_with(words) && !error.contains("s3cret"), "{error}");
    }
    assert_eq!(PingMethod::parse("post"), Some(PingMethod::Post));
    assert_eq!(PingMethod::parse("PUT"), None);
}
