//! Alerts as they are posted to an Alertmanager: what is read of them, and what is wrong with others.

use swarmpulse_model::Timestamp;
use swarmpulse_model::alert::PostedAlert;
use swarmpulse_wire::redact::SECRET_STAND_IN;
use swarmpulse_wire::{AlertLimits, BodyError, DecodedAlerts, decode_alerts};

fn decode(body: &str) -> DecodedAlerts {
    decode_alerts(body.as_bytes(), &AlertLimits::default()).unwrap()
}

fn one(body: &str) -> PostedAlert {
    let mut decoded = decode(&format!("[{body}]"));
    assert_eq!(decoded.rejected, [], "{body}");
    decoded.alerts.remove(0)
}

fn pairs(alert: &PostedAlert) -> String {
    let texts = alert.labels.iter().chain(&alert.annotations);
    let pairs = texts.map(|label| format!("{}={}", label.name, label.value));
    pairs.collect::<Vec<_>>().join(" ")
}

#[test]
fn an_alert_as_prometheus_sends_it() {
    let alert = one(
        r#"{"labels": {"severity": "page", "alertname": "DiskFull", "none": ""},
        "annotations": {"summary": "98 % used", "empty": null}, "startsAt": "2026-01-05T00:00:01.5Z",
        "endsAt": "2026-01-05T01:04:01+01:00", "generatorURL": "http://prometheus:9090/graph?g0.expr=up", "more": [1, {}]}"#,
    );
    assert_eq!(
        pairs(&alert),
        "alertname=DiskFull severity=page summary=98 % used"
    );
    let second = |seconds: f64| Some(Timestamp::from_unix_s(seconds));
    assert_eq!(
        (alert.starts_at, alert.ends_at),
        (second(1_767_571_201.5), second(1_767_571_441.0))
    );
    assert_eq!(
        alert.source_url.as_deref(),
        Some("http://prometheus:9090/graph?g0.expr=up")
    );
}

#[test]
fn what_go_writes_for_no_time_is_none_and_far_ends_are_brought_back() {
    for none in [r#""0001-01-01T00:00:00.000Z""#, r#""""#, "null"] {
        let alert = one(&format!(
            r#"{{"labels": {{"a": "b"}}, "startsAt": {none}, "endsAt": {none}, "generatorURL": ""}}"#
        ));
        assert_eq!(
            (alert.starts_at, alert.ends_at, alert.source_url),
            (None, None, None)
        );
    }
    let far = one(r#"{"labels": {"a": "b"}, "endsAt": "9999-01-01T00:00:00Z"}"#);
    assert_eq!(far.ends_at.unwrap().to_string(), "2199-12-31T23:59:59.000Z");
}

#[test]
fn what_is_wrong_is_refused_alone_with_field_and_reason() {
    let long = "x".repeat(9000);
    let many: Vec<String> = (0..65).map(|n| format!("\"l{n}\": \"v\"")).collect();
    let large = r#""a": "VALUE", "b": "VALUE", "c": "VALUE""#.replace("VALUE", &"y".repeat(8000));
    let cases: [(String, &str); 16] = [
        ("7".into(), "expected an object, got the number 7"),
        ("{}".into(), "`labels`: an alert needs one at least"),
        (
            r#"{"labels": {"a": ""}}"#.into(),
            "`labels`: an alert needs one at least",
        ),
        (
            r#"{"labels": ["a"]}"#.into(),
            "`labels`: expected an object, got an array",
        ),
        (
            r#"{"labels": {"a": 1}}"#.into(),
            "`labels.a`: expected a text, got the number 1",
        ),
        (r#"{"labels": {"": "v"}}"#.into(), "`labels`: a name is empty"),
        (
            r#"{"labels": {"a\n": "v"}}"#.into(),
            "`labels`: a name has a control character",
        ),
        (
            format!(r#"{{"labels": {{"{}": "v"}}}}"#, "n".repeat(257)),
            "has 257 bytes, the limit is 256",
        ),
        (
            format!(r#"{{"labels": {{"a": "{long}"}}}}"#),
            "`labels.a`: has 9000 bytes, the limit is 8192",
        ),
        (
            format!(r#"{{"labels": {{{}}}}}"#, many.join(",")),
            "`labels`: has more than 64 of them",
        ),
        (
            format!(r#"{{"labels": {{{large}}}}}"#),
            "`labels and annotations`: has 24003 bytes, the limit is 16384",
        ),
        (
            r#"{"labels": {"a": "b"}, "startsAt": "yesterday"}"#.into(),
            "`startsAt`: expected a time such as",
        ),
        (
            r#"{"labels": {"a": "b"}, "startsAt": 5}"#.into(),
            "`startsAt`: expected a time such as",
        ),
        (
            r#"{"labels": {"a": "b"}, "endsAt": "1969-01-01T00:00:00Z"}"#.into(),
            "`endsAt`: lies outside the years",
        ),
        (
            r#"{"labels": {"a": "b"}, "startsAt": "2026-01-05T00:00:02Z", "endsAt": "2026-01-05T00:00:01Z"}"#
                .into(),
            "`startsAt`: 2026-01-05T00:00:02.000Z lies after `endsAt`, 2026-01-05T00:00:01.000Z",
        ),
        (
            r#"{"labels": {"a": "b"}, "generatorURL": "javascript://x/%0Aalert(1)"}"#.into(),
            "`generatorURL`: expected an address such as",
        ),
    ];
    for (wrong, expected) in cases {
        let decoded = decode(&format!(
            r#"[{{"labels": {{"n": "1"}}}}, {wrong}, {{"labels": {{"n": "2"}}}}]"#
        ));
        assert_eq!(decoded.alerts.len(), 2, "{wrong}");
        let [refused] = decoded.rejected.as_slice() else {
            panic!("{wrong}: {:?}", decoded.rejected);
        };
        assert_eq!(refused.index, 1);
        assert!(refused.error.contains(expected), "{wrong}: {}", refused.error);
    }
}

#[test]
fn a_body_that_is_no_list_of_alerts_is_refused_whole() {
    let limits = AlertLimits {
        decompressed_bytes: 100,
        alerts: 2,
        ..AlertLimits::default()
    };
    for (body, expected) in [
        ("", "got nothing"),
        ("{}", "got an object"),
        ("\"x\"", "got a text"),
        ("[{]", "line 1 column 3"),
        ("[] x", "expected nothing more"),
        ("[{\"labels\":{\"a\":\"b\"}},{},{}]", "more than 2 items"),
        (&"[".repeat(30), "more than 16"),
        (&" ".repeat(101), "the limit is 100"),
    ] {
        let error = decode_alerts(body.as_bytes(), &limits).unwrap_err().to_string();
        assert!(error.contains(expected), "{body}: {error}");
    }
    let not_utf8 = decode_alerts(b"[\xff]", &limits).unwrap_err();
    assert_eq!(not_utf8, BodyError::NotUtf8 { offset: 1 });
    assert_eq!(decode("[]"), DecodedAlerts::default());
}

#[test]
fn no_secret_is_kept() {
    let alert = one(r#"{"labels": {"url": "https://ann:hunter2-hunter2@db.example/x"},
        "annotations": {"summary": "login with password=hunter2-hunter2 fails"},
        "generatorURL": "http://ann:hunter2-hunter2@prometheus:9090/graph"}"#);
    let all = format!("{alert:?}");
    assert!(!all.contains("hunter2") && all.contains(SECRET_STAND_IN), "{all}");
}
