//! No bytes break the decoder, and what it accepts survives the journal.

use proptest::prelude::*;
use swarmpulse_model::{Position, Source, Timestamp};
use swarmpulse_wire::{AlertLimits, Format, Kind, Limits, Privacy, decode_alerts, decode_as, envelope};

/// One valid item of each kind.
const ITEMS: [(Kind, &str); 7] = [
    (
        Kind::Heartbeats,
        r#"{"agent":"a","pid":7,"interval_s":5.5,"at":"2025-11-22T00:31:05Z","metrics":{"cpu":1e-3},"x":[{}]}"#,
    ),
    (
        Kind::Events,
        r#"{"type":"agent.exited","source":"worker","agent":"a","at":1,"data":{"pid":7,"prompt":"p\u00e9","k":[1,{"z":null}]}}"#,
    ),
    (
        Kind::Tasks,
        r#"{"task":"t","status":"running","retry_count":3,"queued_at":1763771465.25,"error":"token=abc","retryable":true}"#,
    ),
    (
        Kind::Sandboxes,
        r#"{"sandbox":"s","resources":{"cpu":2,"gpu":[1]},"usage":{"cpu_ratio":0.5},"created_at":1763771465250}"#,
    ),
    (
        Kind::Calls,
        r#"{"service":"llm","state":"open","status_code":200,"latency_ms":1.5,"error":"Bearer abc123def456"}"#,
    ),
    (
        Kind::Services,
        r#"{"service":"s","depends_on":["a","b"],"url":"postgres://u:p@h/d"}"#,
    ),
    (
        Kind::Failures,
        r#"{"task":"t","error":"boom","error_code":5,"at":"2025-11-22 00:31:05.5+01:00"}"#,
    ),
];

/// Decodes in both formats; every item comes out once, and what is accepted reads back from the journal.
fn check(kind: Kind, body: &[u8]) {
    for format in [Format::Auto, Format::Ndjson] {
        let Ok(decoded) = decode_as(kind, format, body, &Limits::default(), &Privacy::default()) else {
            continue;
        };
        assert_eq!(decoded.records.len(), decoded.indexes.len());
        let mut indexes: Vec<u64> = decoded.indexes.iter().map(|index| u64::from(*index)).collect();
        indexes.extend(decoded.rejected.iter().map(|rejection| rejection.index));
        indexes.sort_unstable();
        assert_eq!(indexes, (0..indexes.len() as u64).collect::<Vec<_>>());
        assert!(
            decoded
                .rejected
                .iter()
                .all(|rejection| rejection.error.len() < 1000)
        );
        let mut bytes = Vec::new();
        envelope::encode_body("n", "p", Source::Http, &decoded.records, &mut bytes);
        let read = envelope::decode_body(Position::default(), Timestamp(0), &bytes).unwrap();
        assert_eq!(read.records, decoded.records);
    }
}

fn pick() -> impl Strategy<Value = (Kind, &'static str)> {
    prop::sample::select(&ITEMS[..])
}

/// An alert as a Prometheus posts it.
const POSTED: &str = r#"{"labels":{"alertname":"A","host":"h1","x":""},"annotations":{"summary":"p\u00e9"},"startsAt":"2025-11-22T00:31:05Z","endsAt":"2025-11-22T00:35:05.5+01:00","generatorURL":"http://p:9090/graph?g0=1"}"#;

/// Each posted alert comes out once, and what is taken is as it is said to be.
fn check_posted(body: &[u8]) {
    let limits = AlertLimits {
        labels: 3,
        value_bytes: 40,
        alert_bytes: 90,
        ..AlertLimits::default()
    };
    let Ok(decoded) = decode_alerts(body, &limits) else {
        return;
    };
    for alert in &decoded.alerts {
        for labels in [&alert.labels, &alert.annotations] {
            assert!(labels.len() <= 3 && labels.is_sorted_by(|a, b| a.name < b.name));
            assert!(labels.iter().all(|label| (1..=40).contains(&label.value.len())));
        }
        assert!(!alert.labels.is_empty());
        assert!(!matches!((alert.starts_at, alert.ends_at), (Some(start), Some(end)) if start > end));
    }
    let refused = decoded.rejected.iter().map(|rejection| rejection.index);
    assert!(refused.clone().is_sorted_by(|a, b| a < b));
    let all = (decoded.alerts.len() + decoded.rejected.len()) as u64;
    assert!(refused.max().is_none_or(|last| last < all));
    assert!(
        decoded
            .rejected
            .iter()
            .all(|rejection| rejection.error.len() < 1000)
    );
}

/// Bytes with some changed, added or gone.
fn damaged(mut body: Vec<u8>, damage: &[(prop::sample::Index, u8, i32)]) -> Vec<u8> {
    for (place, byte, how) in damage {
        if body.is_empty() {
            break;
        }
        let at = place.index(body.len());
        match how {
            0 => body[at] = *byte,
            1 => body.insert(at, *byte),
            _ => drop(body.remove(at)),
        }
    }
    body
}

proptest! {
    #[test]
    fn any_bytes(kind in prop::sample::select(&Kind::ALL[..]), body in prop::collection::vec(any::<u8>(), 0..300)) {
        check(kind, &body);
    }

    #[test]
    fn any_mix_of_json_signs(
        kind in prop::sample::select(&Kind::ALL[..]),
        body in r#"([\[\]{},:\n]|"(agent|task|status|data|metrics|type|at)"|"\\u00[0-9a-f]{2}"|-?[0-9]{1,3}(\.5)?(e9)?|null|true){0,40}"#,
    ) {
        check(kind, body.as_bytes());
    }

    #[test]
    fn damaged_bodies(
        (kind, item) in pick(),
        count in 1..4_usize,
        form in 0..3,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 0..4),
    ) {
        let items = vec![item; count];
        let body = match form {
            0 => items.join("\n"),
            1 => format!("[{}]", items.join(",")),
            _ => item.to_owned(),
        }.into_bytes();
        check(kind, &damaged(body, &damage));
    }

    #[test]
    fn any_posted_bytes(body in prop::collection::vec(any::<u8>(), 0..300)) {
        check_posted(&body);
    }

    #[test]
    fn any_posted_signs(
        body in r#"\[([\[\]{},:]|"(labels|annotations|startsAt|endsAt|generatorURL|a)"|\{"labels":\{"a":"b"\}\},?|"[b ]{0,50}"|-?[0-9]{1,3}|null|true){0,40}\]"#,
    ) {
        check_posted(body.as_bytes());
    }

    #[test]
    fn damaged_alerts(
        count in 1..4_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 0..4),
    ) {
        let body = format!("[{}]", vec![POSTED; count].join(","));
        check_posted(&damaged(body.into_bytes(), &damage));
    }

    #[test]
    fn cut_bodies((kind, item) in pick(), cut in any::<prop::sample::Index>()) {
        check(kind, &item.as_bytes()[..cut.index(item.len())]);
    }

    #[test]
    fn fields_of_any_type(
        (kind, item) in pick(),
        place in any::<prop::sample::Index>(),
        value in r#"(null|true|-?[0-9]{1,25}(\.[0-9]{1,3})?(e-?[0-9]{1,3})?|"[ -!#-\[\]-~é]{0,20}"|\[[0-9]\]|\{"a":[0-9]\})"#,
    ) {
        let mut object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(item).unwrap();
        let key = object.keys().nth(place.index(object.len())).cloned().unwrap();
        object.remove(&key);
        let rest = serde_json::to_string(&object).unwrap();
        let separator = if object.is_empty() { "" } else { "," };
        check(kind, format!("{{\"{key}\":{value}{separator}{}", &rest[1..]).as_bytes());
    }
}

#[test]
fn every_kind_takes_its_example() {
    for (kind, item) in ITEMS {
        let decoded = decode_as(
            kind,
            Format::Auto,
            item.as_bytes(),
            &Limits::default(),
            &Privacy::default(),
        )
        .unwrap();
        assert_eq!((decoded.records.len(), decoded.rejected.len()), (1, 0), "{item}");
    }
}

#[test]
fn huge_texts_and_flat_deserts_are_refused_clearly() {
    let mebibytes = "é".repeat(1 << 20);
    for body in [
        format!("{{\"agent\":\"{mebibytes}\"}}"),
        format!("{{\"{mebibytes}\":1,\"agent\":\"a\"}}"),
        format!("{{\"agent\":\"a\",\"x\":\"{}\"}}", "\\u00e9".repeat(1 << 18)),
        format!("{{\"agent\":\"a\",\"interval_s\":{}}}", "9".repeat(1 << 20)),
        format!("{{\"agent\":\"a\",\"x\":[{}1]}}", "[],".repeat(1 << 18)),
    ] {
        let decoded = decode_as(
            Kind::Heartbeats,
            Format::Auto,
            body.as_bytes(),
            &Limits::default(),
            &Privacy::default(),
        )
        .unwrap();
        assert_eq!((decoded.records.len(), decoded.rejected.len()), (0, 1));
        assert!(
            decoded.rejected[0].error.len() < 300,
            "{}",
            decoded.rejected[0].error
        );
    }
}
