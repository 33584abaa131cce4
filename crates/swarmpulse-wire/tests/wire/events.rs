//! Events, and the exits among them.

use swarmpulse_model::process::{ProcessExit, ProcessOrigin, ProcessReport, ProcessSeen};
use swarmpulse_model::record::EventSource;
use swarmpulse_model::{Record, Timestamp};
use swarmpulse_wire::Kind;

use crate::support::{all_refused, event, record};

#[test]
fn events_hold_every_field() {
    let read = event(
        r#"{"event":"e1","type":"agent.tool_use","source":"Worker","agent":"a","instance":"i","sandbox":"s","task":"t",
        "at":1,"size_bytes":512,"data":{ "tool" : "Bash" , "ms": 1.50 },"color":"red"}"#,
    );
    assert_eq!(
        (read.event.as_deref(), &*read.event_type, read.source),
        (Some("e1"), "agent.tool_use", EventSource::Worker)
    );
    assert_eq!(
        (read.agent.as_deref(), read.instance.as_deref()),
        (Some("a"), Some("i"))
    );
    assert_eq!(
        (read.sandbox.as_deref(), read.task.as_deref()),
        (Some("s"), Some("t"))
    );
    assert_eq!(
        (read.at, read.size_bytes),
        (Some(Timestamp(1_000_000_000)), Some(512))
    );
    assert_eq!(read.data.as_deref(), Some(r#"{"tool":"Bash","ms":1.50}"#));
    assert_eq!(read.attributes.0.len(), 1);
    let platform =
        event(r#"{"event_id":"e1","event_type":"x","event_data":[1, 2],"agent_id":"a","timestamp":1}"#);
    assert_eq!(
        (platform.event.as_deref(), &*platform.event_type, platform.source),
        (Some("e1"), "x", EventSource::Agent)
    );
    assert_eq!(
        (platform.data.as_deref(), platform.size_bytes),
        (Some("[1,2]"), Some(6))
    );
    assert_eq!(event(r#"{"type":"x","data":null}"#).data, None);
    all_refused(
        Kind::Events,
        &[
            (
                r#"{"data":{}}"#,
                "`type`: is missing, and every such item needs it",
            ),
            (
                r#"{"type":"x","source":"me"}"#,
                "`source`: expected one of agent, worker, system, got the string \"me\"",
            ),
            (
                r#"{"type":"x","data":[1e999]}"#,
                "`data`: expected finite numbers, got the number 1e999",
            ),
        ],
    );
}

#[test]
fn exits_that_a_worker_reports_are_process_reports() {
    let sent = r#"{"type":"agent.exited","source":"worker","agent":"a","instance":"i","data":{"pid":7,"host":"h","started_at":1.5,
        "exit_code":null,"signal":9,"out_of_memory":true,"requested":false,"kind":"bot","more":[{}]}}"#;
    let exit = ProcessExit {
        signal: Some(9),
        out_of_memory: true,
        ..ProcessExit::default()
    };
    let expected = ProcessReport {
        agent: "a".into(),
        kind: Some("bot".into()),
        host: "h".into(),
        pid: 7,
        started_at: Timestamp(1_500_000_000),
        origin: ProcessOrigin::Watched,
        instance: Some("i".into()),
        seen: ProcessSeen::Exited(exit),
    };
    assert_eq!(record(Kind::Events, sent), Record::Process(Box::new(expected)));
    let least = r#"{"data":{"pid":7,"exit_code":-1},"agent":"a","type":"process.exited","source":"system"}"#;
    let Record::Process(report) = record(Kind::Events, least) else {
        panic!("{least}")
    };
    assert_eq!((&*report.host, report.started_at), ("", Timestamp(0)));
    assert_eq!(
        report.seen,
        ProcessSeen::Exited(ProcessExit {
            exit_code: Some(-1),
            ..ProcessExit::default()
        })
    );
}

#[test]
fn other_exits_stay_events() {
    for body in [
        r#"{"type":"agent.exited","source":"agent","agent":"a","data":{"pid":7}}"#,
        r#"{"type":"agent.exited","agent":"a","data":{"pid":7}}"#,
        r#"{"type":"agent.exited","source":"worker","data":{"pid":7}}"#,
        r#"{"type":"agent.exited","source":"worker","agent":"a","data":{"exit_code":1}}"#,
        r#"{"type":"agent.exited","source":"worker","agent":"a","data":[7]}"#,
        r#"{"type":"agent.exited","source":"worker","agent":"a"}"#,
        r#"{"type":"agent.completed","source":"worker","agent":"a","data":{"pid":7}}"#,
    ] {
        assert!(matches!(record(Kind::Events, body), Record::Event(_)), "{body}");
    }
}

#[test]
fn exits_with_wrong_data_are_refused() {
    all_refused(
        Kind::Events,
        &[
            (
                r#"{"type":"agent.exited","source":"worker","agent":"a","data":{"pid":"x"}}"#,
                "`data.pid`: expected a whole number from 1 to 4294967295, got the string \"x\"",
            ),
            (
                r#"{"type":"agent.exited","source":"worker","agent":"a","data":{"pid":1,"exit_code":1.5}}"#,
                "`data.exit_code`: expected a whole number, got the number 1.5",
            ),
        ],
    );
}
