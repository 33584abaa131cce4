//! Every limit: at it all is well, beyond it the item alone is refused, named and counted.

use swarmpulse_wire::{BodyError, Counters, Kind, Limits, Privacy, Reason, decode};

/// What becomes of a body: the message of the only rejection, if there is one, and the counts.
fn outcome(kind: Kind, body: &str, limits: &Limits) -> (Option<String>, Counters) {
    let decoded = decode(kind, body.as_bytes(), limits, &Privacy { keep_payloads: true }).unwrap();
    assert_eq!(decoded.records.len() + decoded.rejected.len(), 1);
    (
        decoded.rejected.first().map(|rejection| rejection.error.clone()),
        decoded.counters,
    )
}

/// A kind, the reason counted, the body of that size, the limit, and the message one beyond it.
type Case = (Kind, Reason, fn(usize) -> String, usize, String);

fn x(count: usize) -> String {
    "x".repeat(count)
}

fn heartbeat(rest: &str) -> String {
    format!("{{\"agent\":\"a\",{rest}}}")
}

fn services(count: usize) -> String {
    (0..count)
        .map(|n| format!("\"s{n}\""))
        .collect::<Vec<_>>()
        .join(",")
}

fn fields(count: usize, value: &str) -> String {
    (0..count)
        .map(|n| format!("\"k{n}\":{value}"))
        .collect::<Vec<_>>()
        .join(",")
}

#[test]
fn items_beyond_a_limit_are_refused_alone() {
    let cases: Vec<Case> = vec![
        (
            Kind::Heartbeats,
            Reason::LimitId,
            |n| format!("{{\"agent\":\"{}\"}}", x(n)),
            200,
            "`agent`: has 201 bytes, the limit is 200".into(),
        ),
        (
            Kind::Heartbeats,
            Reason::LimitText,
            |n| heartbeat(&format!("\"status\":\"{}\"", x(n))),
            4096,
            "`status`: has 4097 bytes, the limit is 4096".into(),
        ),
        (
            Kind::Heartbeats,
            Reason::LimitAttributes,
            |n| heartbeat(&fields(n, "1")),
            64,
            "`k64`: has more than 64 attributes, the limit".into(),
        ),
        (
            Kind::Heartbeats,
            Reason::LimitAttributeKey,
            |n| heartbeat(&format!("\"{}\":1", x(n))),
            128,
            format!("`{}…`: has 129 bytes, the limit is 128", x(40)),
        ),
        (
            Kind::Heartbeats,
            Reason::LimitAttributeValue,
            |n| heartbeat(&format!("\"k\":\"{}\"", x(n))),
            8192,
            "`k`: has 8193 bytes, the limit is 8192".into(),
        ),
        (
            Kind::Heartbeats,
            Reason::LimitAttributeValue,
            |n| heartbeat(&format!("\"k\":[\"{}\"]", x(n - 4))),
            8192,
            "`k`: has 8193 bytes, the limit is 8192".into(),
        ),
        (
            Kind::Heartbeats,
            Reason::LimitMetrics,
            |n| heartbeat(&format!("\"metrics\":{{{}}}", fields(n, "1"))),
            64,
            "`metrics`: has more than 64 metrics, the limit".into(),
        ),
        (
            Kind::Heartbeats,
            Reason::LimitAttributeKey,
            |n| heartbeat(&format!("\"metrics\":{{\"{}\":1}}", x(n))),
            128,
            format!("`metrics.{}…`: has 129 bytes, the limit is 128", x(32)),
        ),
        (
            Kind::Events,
            Reason::LimitEventData,
            |n| format!("{{\"type\":\"t\",\"data\":\"{}\"}}", x(n - 2)),
            65_536,
            "`data`: has 65537 bytes, the limit is 65536".into(),
        ),
        (
            Kind::Services,
            Reason::LimitDependsOn,
            |n| format!("{{\"service\":\"a\",\"depends_on\":[{}]}}", services(n)),
            64,
            "`depends_on`: has more than 64 services, the limit".into(),
        ),
    ];
    for (kind, reason, body, limit, error) in cases {
        let (at_limit, counters) = outcome(kind, &body(limit), &Limits::default());
        assert_eq!((at_limit, counters.get(reason)), (None, 0), "{error}");
        let (beyond, counters) = outcome(kind, &body(limit + 1), &Limits::default());
        assert_eq!(
            (beyond.as_deref(), counters.get(reason)),
            (Some(error.as_str()), 1)
        );
    }
}

#[test]
fn limits_can_be_set() {
    let limits = Limits {
        id_bytes: 5,
        attributes: 1,
        text_bytes: 3,
        ..Limits::default()
    };
    for (body, error) in [
        ("{\"agent\":\"abcdef\"}", "`agent`: has 6 bytes, the limit is 5"),
        (
            "{\"agent\":\"a\",\"x\":1,\"y\":2}",
            "`y`: has more than 1 attributes, the limit",
        ),
        (
            "{\"agent\":\"a\",\"status\":\"busy\"}",
            "`status`: has 4 bytes, the limit is 3",
        ),
    ] {
        assert_eq!(outcome(Kind::Heartbeats, body, &limits).0.as_deref(), Some(error));
    }
    let generous = Limits {
        id_bytes: 1000,
        ..Limits::default()
    };
    let body = format!("{{\"agent\":\"{}\"}}", "x".repeat(201));
    assert_eq!(
        outcome(Kind::Heartbeats, &body, &generous).0.as_deref(),
        Some("`agent`: has 201 bytes, the limit is 200")
    );
}

#[test]
fn too_many_items_or_bytes_refuse_the_whole() {
    let limits = Limits {
        items: 3,
        decompressed_bytes: 100,
        ..Limits::default()
    };
    let all = |body: &str| decode(Kind::Heartbeats, body.as_bytes(), &limits, &Privacy::default());
    for body in [
        "[{\"agent\":\"a\"},{\"agent\":\"a\"},{},{}]",
        "{\"agent\":\"a\"}\n{\"agent\":\"a\"}\n{}\n{}\n",
        "[1,2,3,4]",
    ] {
        assert_eq!(all(body), Err(BodyError::TooManyItems { limit: 3 }), "{body}");
    }
    assert!(all("[1,2,3]").is_ok());
    assert_eq!(
        all(&" ".repeat(101)),
        Err(BodyError::TooLarge {
            size: 101,
            limit: 100
        })
    );
}

#[test]
fn nesting_is_limited_in_every_form_of_body() {
    let nested = |depth: usize| {
        format!(
            "{{\"agent\":\"a\",\"x\":{}{}}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    let limits = Limits::default();
    let all = |body: &str| decode(Kind::Heartbeats, body.as_bytes(), &limits, &Privacy::default());
    assert_eq!(all(&nested(63)).unwrap().records.len(), 1);
    let error = all(&nested(64)).unwrap_err();
    assert_eq!(
        error,
        BodyError::TooDeep {
            line: 1,
            column: 81,
            limit: 64
        }
    );
    assert_eq!(
        error.to_string(),
        "line 1 column 81: more than 64 arrays and objects within each other"
    );
    assert!(matches!(
        all(&format!("[{}]", nested(63))),
        Err(BodyError::TooDeep { .. })
    ));
    let lines = all(&format!("{}\n{}\n{}", nested(1), nested(10_000), nested(63))).unwrap();
    assert_eq!(
        (lines.records.len(), lines.counters.get(Reason::LimitNesting)),
        (2, 1)
    );
    assert_eq!(
        lines.rejected[0].error,
        "line 2 column 81: more than 64 arrays and objects within each other"
    );
    assert!(matches!(
        all(&"[".repeat(10_000)),
        Err(BodyError::TooDeep { column: 65, .. })
    ));
}
