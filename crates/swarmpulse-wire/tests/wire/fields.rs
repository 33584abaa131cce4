//! Every field of every kind: read, renamed, refused.

use swarmpulse_model::record::{CallState, Resources, Usage};
use swarmpulse_model::{Attributes, TaskStatus, Timestamp, Value};
use swarmpulse_wire::Kind;

use crate::support::{all_refused, call, failure, heartbeat, sandbox, service, task};

const AT: Option<Timestamp> = Some(Timestamp(1_763_771_465_250_000_000));

fn attributes(pairs: &[(&str, Value)]) -> Attributes {
    Attributes(
        pairs
            .iter()
            .map(|(key, value)| ((*key).into(), value.clone()))
            .collect(),
    )
}

#[test]
fn heartbeats_hold_every_field() {
    let beat = heartbeat(
        r#"{"agent":"a1","kind":"bot","instance":"i1","host":"h1","pid":4711,"sandbox":"s1","status":"busy","task":"t1",
        "interval_s":2.5,"sequence":18446744073709551615,"at":"2025-11-22T00:31:05.25Z","metrics":{"cpu":0.5,"n":3},
        "attributes":{"region":"eu"},"extra":[1, {"a": null}],"ok":true,"none":null,"n":-3,"f":1.5,"big":1e19}"#,
    );
    assert_eq!(
        (&*beat.agent, beat.kind.as_deref(), beat.instance.as_deref()),
        ("a1", Some("bot"), Some("i1"))
    );
    assert_eq!(
        (beat.host.as_deref(), beat.pid, beat.sandbox.as_deref()),
        (Some("h1"), Some(4711), Some("s1"))
    );
    assert_eq!(
        (beat.status.as_deref(), beat.task.as_deref()),
        (Some("busy"), Some("t1"))
    );
    assert_eq!(
        (beat.interval_s, beat.sequence, beat.at),
        (Some(2.5), Some(u64::MAX), AT)
    );
    assert_eq!(beat.metrics, [("cpu".into(), 0.5), ("n".into(), 3.0)]);
    assert_eq!(
        beat.attributes,
        attributes(&[
            ("region", Value::Text("eu".into())),
            ("extra", Value::Json(r#"[1,{"a":null}]"#.into())),
            ("ok", Value::Bool(true)),
            ("none", Value::Null),
            ("n", Value::Integer(-3)),
            ("f", Value::Number(1.5)),
            ("big", Value::Number(1e19)),
        ])
    );
}

#[test]
fn heartbeats_of_the_sandbox_platform_are_understood() {
    let beat = heartbeat(
        r#"{"agent_id":"a1","timestamp":1763771465.25,"sequence_number":7,"status":"RUNNING","current_task_id":"t1",
        "health_metrics":{"cpu":12,"state":"ok","gone":null,"disk":{"free":1}},"checksum":"c0ffee"}"#,
    );
    assert_eq!(
        (&*beat.agent, beat.at, beat.sequence, beat.task.as_deref()),
        ("a1", AT, Some(7), Some("t1"))
    );
    assert_eq!(beat.metrics, [("cpu".into(), 12.0)]);
    assert_eq!(
        beat.attributes,
        attributes(&[
            ("state", Value::Text("ok".into())),
            ("disk", Value::Json(r#"{"free":1}"#.into())),
            ("checksum", Value::Text("c0ffee".into())),
        ])
    );
}

#[test]
fn nulls_are_absent_repeats_win_and_own_names_beat_others() {
    let beat = heartbeat(
        r#"{"agent":"old","agent":"a1","pid":null,"at":null,"metrics":null,"attributes":null,"sequence":1,"sequence":null,
        "task":"","metrics":{"x":1,"x":2,"y":null},"k":1,"k":"2","agent_id":"other","timestamp":5,"at":1763771465.25}"#,
    );
    assert_eq!(
        (
            &*beat.agent,
            beat.pid,
            beat.sequence,
            beat.task.as_deref(),
            beat.at
        ),
        ("a1", None, None, None, AT)
    );
    assert_eq!(beat.metrics, [("x".into(), 2.0)]);
    let kept = [
        ("k", Value::Text("2".into())),
        ("agent_id", Value::Text("other".into())),
    ];
    assert_eq!(beat.attributes, attributes(&kept));
    assert_eq!(heartbeat(r#"{"\u0061gent":"\u00e9\ud83d\ude00"}"#).agent, "é😀");
}

#[test]
fn wrong_fields_of_heartbeats_say_what_they_should_be() {
    let long = "x".repeat(60);
    all_refused(
        Kind::Heartbeats,
        &[
            (
                r#"{"kind":"bot"}"#,
                "`agent`: is missing, and every such item needs it",
            ),
            (
                r#"{"agent":null}"#,
                "`agent`: is missing, and every such item needs it",
            ),
            (
                r#"{"agent":""}"#,
                "`agent`: is missing, and every such item needs it",
            ),
            (r#"{"agent":"a\u0000b"}"#, "`agent`: contains a control character"),
            (r#"{"agent":true}"#, "`agent`: expected a text, got true"),
            (
                r#"{"agent":"a","host":{}}"#,
                "`host`: expected a text, got an object",
            ),
            (
                r#"{"agent":"a","pid":0}"#,
                "`pid`: expected a whole number from 1 to 4294967295, got the number 0",
            ),
            (
                r#"{"agent":"a","pid":1.5}"#,
                "`pid`: expected a whole number from 1 to 4294967295, got the number 1.5",
            ),
            (
                r#"{"agent":"a","pid":"12"}"#,
                "`pid`: expected a whole number from 1 to 4294967295, got the string \"12\"",
            ),
            (
                r#"{"agent":"a","interval_s":"fast"}"#,
                "`interval_s`: expected a number of seconds above 0, got the string \"fast\"",
            ),
            (
                r#"{"agent":"a","interval_s":0}"#,
                "`interval_s`: expected a number of seconds above 0, got the number 0",
            ),
            (
                r#"{"agent":"a","interval_s":1e999}"#,
                "`interval_s`: expected a number of seconds above 0, got the number 1e999",
            ),
            (
                r#"{"agent":"a","sequence":-1}"#,
                "`sequence`: expected a whole number from 0 to 18446744073709551615, got the number -1",
            ),
            (
                r#"{"agent":"a","sequence":18446744073709551616}"#,
                "`sequence`: expected a whole number from 0 to 18446744073709551615, got the number 18446744073709551616",
            ),
            (
                r#"{"agent":"a","at":"soon"}"#,
                "`at`: the string \"soon\" is not written as RFC 3339 or Unix seconds; expected a time such as \"2026-01-31T09:30:00.5Z\" or Unix seconds",
            ),
            (
                r#"{"agent":"a","at":-5}"#,
                "`at`: the number -5 lies outside the years 1970 to 2199; expected a time such as \"2026-01-31T09:30:00.5Z\" or Unix seconds",
            ),
            (
                r#"{"agent":"a","at":[]}"#,
                "`at`: expected a time such as \"2026-01-31T09:30:00.5Z\" or Unix seconds, got an array",
            ),
            (
                r#"{"agent":"a","metrics":[]}"#,
                "`metrics`: expected an object, got an array",
            ),
            (
                r#"{"agent":"a","metrics":{"cpu":"5"}}"#,
                "`metrics.cpu`: expected a finite number, got the string \"5\"",
            ),
            (
                r#"{"agent":"a","metrics":{"cpu":1e999}}"#,
                "`metrics.cpu`: expected a finite number, got the number 1e999",
            ),
            (
                r#"{"agent":"a","attributes":1}"#,
                "`attributes`: expected an object, got the number 1",
            ),
            (
                r#"{"agent":"a","x":1e999}"#,
                "`x`: expected a finite number, got the number 1e999",
            ),
            (
                r#"{"agent":"a","x":[1e999]}"#,
                "`x`: expected finite numbers, got the number 1e999",
            ),
            (
                &format!(r#"{{"agent":"a","pid":"{long}"}}"#),
                &format!(
                    "`pid`: expected a whole number from 1 to 4294967295, got the string \"{}…\"",
                    "x".repeat(40)
                ),
            ),
            (
                r#"{"agent":"a","pid":"sk-ant-api03-abcdefghij"}"#,
                "`pid`: expected a whole number from 1 to 4294967295, got the string \"[redacted secret]\"",
            ),
        ],
    );
}

#[test]
fn tasks_hold_every_field() {
    let task = task(
        r#"{"task":"t1","type":"build","status":"RUNNING","queue":"q","agent":"a","sandbox":"s","priority":"HIGH","user":"u",
        "attempt":2,"queued_at":1,"assigned_at":2,"started_at":3,"finished_at":1763771465.25,"timeout_s":60,"error":"no",
        "retryable":false,"max_retries":3}"#,
    );
    assert_eq!(
        (&*task.task, task.task_type.as_deref(), task.status),
        ("t1", Some("build"), TaskStatus::Running)
    );
    assert_eq!(
        (
            task.queue.as_deref(),
            task.agent.as_deref(),
            task.sandbox.as_deref()
        ),
        (Some("q"), Some("a"), Some("s"))
    );
    assert_eq!(
        (task.priority.as_deref(), task.user.as_deref(), task.attempt),
        (Some("HIGH"), Some("u"), Some(2))
    );
    let seconds = |seconds: i64| Some(Timestamp(seconds * 1_000_000_000));
    assert_eq!(
        (task.queued_at, task.assigned_at, task.started_at),
        (seconds(1), seconds(2), seconds(3))
    );
    assert_eq!((task.finished_at, task.timeout_s), (AT, Some(60.0)));
    assert_eq!((task.error.as_deref(), task.retryable), (Some("no"), Some(false)));
    assert_eq!(task.attributes, attributes(&[("max_retries", Value::Integer(3))]));
}

#[test]
fn tasks_of_the_sandbox_platform_are_understood() {
    let task = task(
        r#"{"id":"t1","task_type":"build","status":"needs_revision","priority":5,"assigned_agent_id":"a","sandbox_id":"s",
        "retry_count":0,"created_at":"1970-01-01T00:00:01Z","completed_at":2}"#,
    );
    assert_eq!(
        (&*task.task, task.task_type.as_deref(), task.status),
        ("t1", Some("build"), TaskStatus::Retrying)
    );
    assert_eq!(
        (task.agent.as_deref(), task.sandbox.as_deref(), task.attempt),
        (Some("a"), Some("s"), Some(1))
    );
    assert_eq!(
        (task.queued_at, task.finished_at),
        (Some(Timestamp(1_000_000_000)), Some(Timestamp(2_000_000_000)))
    );
    assert_eq!(task.priority.as_deref(), Some("5"));
    all_refused(
        Kind::Tasks,
        &[
            (
                r#"{"task":"t"}"#,
                "`status`: is missing, and every such item needs it",
            ),
            (
                r#"{"status":"failed"}"#,
                "`task`: is missing, and every such item needs it",
            ),
            (
                r#"{"task":"t","status":"on fire"}"#,
                "`status`: expected one of pending, claiming, assigned, running, validating, completed, failed, cancelled, retrying, got the string \"on fire\"",
            ),
            (
                r#"{"task":"t","status":7}"#,
                "`status`: expected one of pending, claiming, assigned, running, validating, completed, failed, cancelled, retrying, got the number 7",
            ),
            (
                r#"{"task":"t","status":"failed","retryable":"yes"}"#,
                "`retryable`: expected true or false, got the string \"yes\"",
            ),
            (
                r#"{"task":"t","status":"failed","priority":{}}"#,
                "`priority`: expected a text or number, got an object",
            ),
        ],
    );
}

#[test]
fn calls_hold_every_field() {
    let read = call(
        r#"{"call":"c1","service":"llm","operation":"messages","agent":"a","task":"t","state":"open","status_code":529,
        "latency_ms":12.5,"timeout_s":600,"error":"overloaded","at":1763771465250,"model":"m"}"#,
    );
    assert_eq!(
        (read.call.as_deref(), &*read.service, read.operation.as_deref()),
        (Some("c1"), "llm", Some("messages"))
    );
    assert_eq!(
        (read.agent.as_deref(), read.task.as_deref(), read.state),
        (Some("a"), Some("t"), CallState::Open)
    );
    assert_eq!(
        (read.status_code, read.latency_ms, read.timeout_s),
        (Some(529), Some(12.5), Some(600.0))
    );
    assert_eq!((read.error.as_deref(), read.at), (Some("overloaded"), AT));
    assert_eq!(read.attributes, attributes(&[("model", Value::Text("m".into()))]));
    assert_eq!(
        call(r#"{"service":"x","call_id":"c","state":null}"#).state,
        CallState::Closed
    );
    all_refused(
        Kind::Calls,
        &[
            (
                r#"{"call":"c"}"#,
                "`service`: is missing, and every such item needs it",
            ),
            (
                r#"{"service":"x","state":"ajar"}"#,
                "`state`: expected one of open, closed, got the string \"ajar\"",
            ),
            (
                r#"{"service":"x","status_code":70000}"#,
                "`status_code`: expected a whole number from 100 to 999, got the number 70000",
            ),
            (
                r#"{"service":"x","latency_ms":-1}"#,
                "`latency_ms`: expected a number of milliseconds from 0, got the number -1",
            ),
        ],
    );
}

#[test]
fn sandboxes_hold_every_field() {
    let sandbox = sandbox(
        r#"{"sandbox":"s1","provider":"daytona","state":"started","agent":"a","task":"t","created_at":1,"last_activity_at":2,
        "resources":{"cpu":2,"memory_bytes":1e9,"disk_bytes":5,"gpu":1},
        "usage":{"cpu_ratio":0.5,"memory_bytes":1,"disk_bytes":2,"network_receive_bytes":3,"network_transmit_bytes":4},
        "price_per_hour_usd":0.07}"#,
    );
    assert_eq!(
        (
            &*sandbox.sandbox,
            sandbox.provider.as_deref(),
            sandbox.state.as_deref()
        ),
        ("s1", Some("daytona"), Some("started"))
    );
    assert_eq!(
        (sandbox.agent.as_deref(), sandbox.task.as_deref()),
        (Some("a"), Some("t"))
    );
    let times = (Some(Timestamp(1_000_000_000)), Some(Timestamp(2_000_000_000)));
    assert_eq!((sandbox.created_at, sandbox.last_activity_at), times);
    let resources = Resources {
        cpu: Some(2.0),
        memory_bytes: Some(1e9),
        disk_bytes: Some(5.0),
    };
    let usage = Usage {
        cpu_ratio: Some(0.5),
        memory_bytes: Some(1.0),
        disk_bytes: Some(2.0),
        network_receive_bytes: Some(3.0),
        network_transmit_bytes: Some(4.0),
    };
    assert_eq!(
        (sandbox.resources, sandbox.usage, sandbox.price_per_hour_usd),
        (resources, usage, Some(0.07))
    );
    assert_eq!(
        sandbox.attributes,
        attributes(&[("resources.gpu", Value::Integer(1))])
    );
    all_refused(
        Kind::Sandboxes,
        &[
            (r#"{}"#, "`sandbox`: is missing, and every such item needs it"),
            (
                r#"{"sandbox":"s","usage":{"cpu_ratio":"all"}}"#,
                "`usage.cpu_ratio`: expected a number from 0, got the string \"all\"",
            ),
            (
                r#"{"sandbox":"s","price_per_hour_usd":-1}"#,
                "`price_per_hour_usd`: expected a number of US dollars from 0, got the number -1",
            ),
        ],
    );
}

#[test]
fn services_and_failures_hold_every_field() {
    let service = service(
        r#"{"service":"api","url":"http://x/","kind":"http","depends_on":["db","db","","cache"],"team":"core"}"#,
    );
    assert_eq!(
        (&*service.service, service.url.as_deref(), service.kind.as_deref()),
        ("api", Some("http://x/"), Some("http"))
    );
    assert_eq!(service.depends_on, ["db", "cache"]);
    assert_eq!(
        service.attributes,
        attributes(&[("team", Value::Text("core".into()))])
    );
    all_refused(
        Kind::Services,
        &[
            (
                r#"{"service":"a","depends_on":"db"}"#,
                "`depends_on`: expected an array of service ids, got the string \"db\"",
            ),
            (
                r#"{"service":"a","depends_on":[1]}"#,
                "`depends_on`: expected a text, got the number 1",
            ),
        ],
    );
    for body in [
        r#"{"task":"t","agent":"a","type":"build","error":"no","error_code":"E1","at":1763771465.25}"#,
        r#"{"task_id":"t","bot_id":"a","task_type":"build","error_message":"no","error_code":"E1","timestamp":1763771465.25}"#,
    ] {
        let failure = failure(body);
        assert_eq!(
            (failure.task.as_deref(), failure.agent.as_deref()),
            (Some("t"), Some("a"))
        );
        assert_eq!(
            (failure.task_type.as_deref(), failure.error.as_deref()),
            (Some("build"), Some("no"))
        );
        assert_eq!((failure.error_code.as_deref(), failure.at), (Some("E1"), AT));
        assert!(failure.attributes.is_empty());
    }
    let error = "at least one of `task`, `agent`, `type`, `error` and `error_code` is needed";
    all_refused(Kind::Failures, &[(r#"{"at":5}"#, error)]);
}
