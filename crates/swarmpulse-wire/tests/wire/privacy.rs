//! What reaches a record of what people said and of secrets: nothing by default.

use swarmpulse_model::{Record, Value};
use swarmpulse_wire::{Decoded, Kind, Limits, Privacy, Reason, decode};

use crate::support::{call, event, failure, heartbeat, service, task};

fn with_payloads(kind: Kind, body: &str) -> Decoded {
    decode(
        kind,
        body.as_bytes(),
        &Limits::default(),
        &Privacy { keep_payloads: true },
    )
    .unwrap()
}

const DATA: &str = r#"{"type":"t","data":{"tool":"Bash","prompt":"héllo","messages":[{"role":"user"}],"input_tokens":5,
    "output":"","response":7,"api_key":"abc","password":12345,"token":17,"nested":{"filePath":"/x","fileText":"ab\ncd",
    "deep":[{"content":"x"},"key sk-ant-api03-abcdefghij","--token","abc","--verbose","abc"]},"url":"http://u:p@h/"}}"#;

#[test]
fn event_data_lose_payloads_and_secrets_wherever_they_are() {
    let event = event(DATA);
    assert_eq!(
        event.data.as_deref(),
        Some(concat!(
            r#"{"tool":"Bash","prompt":"[redacted 5 characters]","messages":"[redacted 17 characters]","input_tokens":5,"#,
            r#""output":"","response":7,"api_key":"[redacted secret]","password":"[redacted secret]","token":17,"#,
            r#""nested":{"filePath":"/x","fileText":"[redacted 5 characters]","#,
            r#""deep":[{"content":"[redacted 1 characters]"},"key [redacted secret]","--token","[redacted secret]","#,
            r#""--verbose","abc"]},"url":"http://u:[redacted secret]@h/"}"#
        ))
    );
    assert!(event.size_bytes > Some(300));
}

#[test]
fn payloads_can_be_kept_and_secrets_cannot() {
    let decoded = with_payloads(Kind::Events, DATA);
    let [Record::Event(event)] = &decoded.records[..] else {
        panic!("{decoded:?}")
    };
    let data = event.data.as_deref().unwrap();
    assert!(
        data.contains(r#""prompt":"héllo","messages":[{"role":"user"}]"#),
        "{data}"
    );
    assert!(data.contains(r#""fileText":"ab\ncd""#), "{data}");
    for secret in ["sk-ant", "12345", "\"abc\"]", ":p@", "\"api_key\":\"abc"] {
        assert!(
            !data.contains(secret) || secret == "\"abc\"]",
            "{secret} in {data}"
        );
    }
    assert_eq!(decoded.counters.get(Reason::RedactedPayload), 0);
    assert_eq!(decoded.counters.get(Reason::RedactedSecret), 5);
}

#[test]
fn attributes_and_texts_lose_them_too() {
    let beat = heartbeat(
        r#"{"agent":"a","status":"using ghp_16C7e42F292c6912E7710c838347Ae178B4a","prompt":"write","thinking":{"a":1},
        "auth_token":"x","attributes":{"completion":"done","note":"Bearer abc123def456"},"env":{"API_KEY":"x","HOME":"/"}}"#,
    );
    assert_eq!(beat.status.as_deref(), Some("using [redacted secret]"));
    for (key, value) in [
        ("prompt", Value::Text("[redacted 5 characters]".into())),
        ("thinking", Value::Text("[redacted 7 characters]".into())),
        ("auth_token", Value::Text("[redacted secret]".into())),
        ("completion", Value::Text("[redacted 4 characters]".into())),
        ("note", Value::Text("Bearer [redacted secret]".into())),
        (
            "env",
            Value::Json(r#"{"API_KEY":"[redacted secret]","HOME":"/"}"#.into()),
        ),
    ] {
        assert_eq!(beat.attributes.get(key), Some(&value), "{key}");
    }
    let secret = r#""error":"password=hunter2 refused""#;
    let clean = Some("password=[redacted secret] refused");
    assert_eq!(
        task(&format!(r#"{{"task":"t","status":"failed",{secret}}}"#))
            .error
            .as_deref(),
        clean
    );
    assert_eq!(
        call(&format!(r#"{{"service":"s",{secret}}}"#)).error.as_deref(),
        clean
    );
    assert_eq!(failure(&format!("{{{secret}}}")).error.as_deref(), clean);
    let url = service(r#"{"service":"db","url":"postgres://me:pw@db/x"}"#).url;
    assert_eq!(url.as_deref(), Some("postgres://me:[redacted secret]@db/x"));
}

#[test]
fn redaction_comes_before_limits_and_is_counted() {
    let long = "x".repeat(500_000);
    let body = format!(r#"{{"type":"agent.message","data":{{"prompt":"{long}"}},"content":"{long}"}}"#);
    let decoded = decode(
        Kind::Events,
        body.as_bytes(),
        &Limits::default(),
        &Privacy::default(),
    )
    .unwrap();
    let [Record::Event(event)] = &decoded.records[..] else {
        panic!("{:?}", decoded.rejected)
    };
    assert_eq!(
        event.data.as_deref(),
        Some(r#"{"prompt":"[redacted 500000 characters]"}"#)
    );
    assert_eq!(event.size_bytes, Some(500_013));
    assert_eq!(decoded.counters.get(Reason::RedactedPayload), 2);
}

#[test]
fn ids_types_and_numbers_are_left_alone() {
    let beat = heartbeat(
        r#"{"agent":"task-sk-1","task":"token","kind":"tokenizer","input_tokens":5,"max_tokens":4096}"#,
    );
    assert_eq!(
        (&*beat.agent, beat.task.as_deref(), beat.kind.as_deref()),
        ("task-sk-1", Some("token"), Some("tokenizer"))
    );
    assert_eq!(beat.attributes.get("input_tokens"), Some(&Value::Integer(5)));
}
