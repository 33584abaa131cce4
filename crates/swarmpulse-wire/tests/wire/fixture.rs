//! The journals of every release stay readable: one envelope of each format with every field set.

use std::path::PathBuf;

use swarmpulse_model::condition::Severity;
use swarmpulse_model::process::{
    ProcessExit, ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen, ProcessState,
};
use swarmpulse_model::record::{
    Alias, Call, CallState, Event, EventSource, Failure, FleetSettings, Heartbeat, MonitorEvent, Resources,
    Sandbox, Service, Task, Usage, WorkLimit,
};
use swarmpulse_model::{
    Attributes, Condition, EntityKey, EntityKind, Envelope, Position, Record, Source, TaskStatus, Timestamp,
    Value,
};
use swarmpulse_wire::envelope::{decode_body, encode_body};

const AT: Timestamp = Timestamp(1_763_771_465_250_000_001);

fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/envelope_v1.bin")
}

fn attributes() -> Attributes {
    let json = Value::Json(r#"{"deep":[1,null]}"#.into());
    Attributes(vec![
        ("null".into(), Value::Null),
        ("bool".into(), Value::Bool(true)),
        ("integer".into(), Value::Integer(-42)),
        ("number".into(), Value::Number(2.5)),
        (
            "text".into(),
            Value::Text("a text that is longer than twenty-four bytes".into()),
        ),
        ("json".into(), json),
    ])
}

fn heartbeat() -> Heartbeat {
    Heartbeat {
        agent: "agent-1".into(),
        kind: Some("claude-code".into()),
        instance: Some("instance-1".into()),
        host: Some("host-1".into()),
        pid: Some(4711),
        sandbox: Some("sandbox-1".into()),
        status: Some("working".into()),
        task: Some("task-1".into()),
        interval_s: Some(2.5),
        sequence: Some(u64::MAX),
        at: Some(AT),
        metrics: vec![("cpu".into(), 0.25), ("zero".into(), 0.0)],
        attributes: attributes(),
        on_demand: None,
    }
}

fn task() -> Task {
    Task {
        task: "task-1".into(),
        task_type: Some("build".into()),
        status: TaskStatus::Validating,
        queue: Some("fast".into()),
        agent: Some("agent-1".into()),
        sandbox: Some("sandbox-1".into()),
        priority: Some("HIGH".into()),
        user: Some("ann".into()),
        attempt: Some(2),
        queued_at: Some(Timestamp(0)),
        assigned_at: Some(Timestamp(1)),
        started_at: Some(Timestamp(-1)),
        finished_at: Some(AT),
        timeout_s: Some(60.0),
        error: Some("none yet".into()),
        retryable: Some(false),
        attributes: attributes(),
    }
}

fn call() -> Call {
    Call {
        call: Some("call-1".into()),
        service: "llm".into(),
        operation: Some("messages".into()),
        agent: Some("agent-1".into()),
        task: Some("task-1".into()),
        state: CallState::Open,
        status_code: Some(529),
        latency_ms: Some(12.5),
        timeout_s: Some(600.0),
        error: Some("overloaded".into()),
        at: Some(AT),
        attributes: attributes(),
    }
}

fn event() -> Event {
    Event {
        event: Some("event-1".into()),
        event_type: "agent.tool_use".into(),
        source: EventSource::System,
        agent: Some("agent-1".into()),
        instance: Some("instance-1".into()),
        sandbox: Some("sandbox-1".into()),
        task: Some("task-1".into()),
        at: Some(AT),
        size_bytes: Some(512),
        data: Some(r#"{"tool":"Bash"}"#.into()),
        attributes: attributes(),
    }
}

fn sandbox() -> Sandbox {
    Sandbox {
        sandbox: "sandbox-1".into(),
        provider: Some("daytona".into()),
        state: Some("started".into()),
        agent: Some("agent-1".into()),
        task: Some("task-1".into()),
        created_at: Some(Timestamp(1)),
        last_activity_at: Some(AT),
        resources: Resources {
            cpu: Some(2.0),
            memory_bytes: Some(1e9),
            disk_bytes: Some(1e10),
        },
        usage: Usage {
            cpu_ratio: Some(0.5),
            memory_bytes: Some(5e8),
            disk_bytes: Some(1e9),
            network_receive_bytes: Some(1000.0),
            network_transmit_bytes: Some(0.0),
        },
        price_per_hour_usd: Some(0.07),
        attributes: attributes(),
    }
}

fn sample() -> ProcessSample {
    ProcessSample {
        state: ProcessState::DiskSleep,
        command: Some("python bot.py".into()),
        cpu_ratio: 1.5,
        cpu_seconds: 99.5,
        rss_bytes: 100 << 20,
        vms_bytes: 1 << 40,
        memory_ratio: 0.125,
        memory_limit_bytes: Some(1 << 30),
        cgroup_memory_bytes: Some(200 << 20),
        open_fds: Some(806),
        fd_limit: Some(1024),
        threads: 12,
        thread_limit: Some(4096),
        connections: Some(3),
        pss_bytes: Some(90 << 20),
        major_faults: 7,
        read_bytes: Some(1),
        write_bytes: Some(0),
        memory_pressure_ratio: Some(0.01),
        children: 2,
        zombie_children: 1,
        progress: true,
        liveness_only: true,
    }
}

fn process(seen: ProcessSeen) -> Record {
    Record::Process(Box::new(ProcessReport {
        agent: "agent-1".into(),
        kind: Some("bot".into()),
        host: "host-1".into(),
        pid: 4711,
        started_at: AT,
        origin: ProcessOrigin::Watched,
        instance: Some("instance-1".into()),
        seen,
    }))
}

#[allow(
    clippy::needless_update,
    reason = "fields that later releases add are not in the first format's fixture"
)]
fn settings() -> FleetSettings {
    let limit = |name: &str, limit_s| {
        vec![WorkLimit {
            name: name.into(),
            limit_s,
        }]
    };
    FleetSettings {
        local_host: "host-1".into(),
        start_grace_s: 1.5,
        default_interval_s: 2.5,
        silence_floor_s: 3.5,
        silence_intervals: 4.5,
        unknown_limit_s: 5.5,
        blind_limit_s: 6.5,
        task_limit_s: 7.5,
        call_limit_s: 8.5,
        claim_limit_s: 0.0,
        provider_claim_s: 9.5,
        backoff_hold_s: 10.5,
        task_limits: limit("build", 11.5),
        call_limits: limit("llm", 12.5),
        flap_changes: 0,
        flap_window_s: 13.5,
        flap_hold_s: 14.5,
        forget_agent_s: 15.5,
        forget_discovered_s: 16.5,
        exit_word_s: 17.5,
        forget_task_s: 18.5,
        agents_max: 19,
        entities_max: 20,
        ..FleetSettings::default()
    }
}

/// A record of every type and variant with every field set.
pub(crate) fn every_record() -> Vec<Record> {
    let exit = ProcessExit {
        exit_code: Some(-1),
        signal: Some(9),
        out_of_memory: true,
        pid_reused: true,
        requested: true,
    };
    let condition = |subject| {
        let (name, reason) = ("memory_leak".into(), "12 MB/h for 3 h".into());
        Record::Condition(Box::new(Condition {
            name,
            subject,
            severity: Severity::Critical,
            active: true,
            since: AT,
            reason,
        }))
    };
    let subject = EntityKey::new("prod", EntityKind::Host, "host-1");
    let depends_on = vec!["db".into(), "cache".into()];
    vec![
        Record::Heartbeat(Box::new(heartbeat())),
        Record::Task(Box::new(task())),
        Record::Call(Box::new(call())),
        Record::Event(Box::new(event())),
        Record::Sandbox(Box::new(sandbox())),
        Record::Service(Box::new(Service {
            service: "api".into(),
            url: Some("http://api/".into()),
            kind: Some("http".into()),
            depends_on,
            attributes: attributes(),
        })),
        Record::Failure(Box::new(Failure {
            task: Some("task-1".into()),
            agent: Some("agent-1".into()),
            task_type: Some("build".into()),
            error: Some("boom".into()),
            error_code: Some("E1".into()),
            at: Some(AT),
            attributes: attributes(),
        })),
        process(ProcessSeen::Alive(Box::new(sample()))),
        process(ProcessSeen::Exited(exit)),
        process(ProcessSeen::Unreadable {
            error: "permission denied".into(),
        }),
        Record::Alias(Box::new(Alias {
            agent: "agent-1".into(),
            other: "pid-4711".into(),
            reason: "pid".into(),
        })),
        condition(Some(subject)),
        condition(None),
        Record::Monitor(MonitorEvent::Started {
            last_seen_at: Some(AT),
        }),
        Record::Monitor(MonitorEvent::Stalled { duration_s: 3.5 }),
        Record::Monitor(MonitorEvent::ClockJumped { by_s: -7.5 }),
        Record::Monitor(MonitorEvent::IngestGap {
            duration_s: 2.5,
            cause: "disk full".into(),
        }),
        Record::Monitor(MonitorEvent::ProbeFailed {
            probe: "procfs".into(),
            error: "too slow".into(),
        }),
        Record::Tick,
        Record::Settings(Box::new(settings())),
    ]
}

fn body() -> Vec<u8> {
    let mut body = Vec::new();
    encode_body("prod", "token-1", Source::Detector, &every_record(), &mut body);
    body
}

#[test]
fn the_first_format_is_still_read() {
    let bytes = std::fs::read(fixture()).unwrap();
    let envelope = decode_body(
        Position {
            partition: 0,
            offset: 5,
        },
        AT,
        &bytes,
    )
    .unwrap();
    let expected = Envelope {
        position: Position {
            partition: 0,
            offset: 5,
        },
        received_at: AT,
        namespace: "prod".into(),
        principal: "token-1".into(),
        source: Source::Detector,
        records: every_record(),
    };
    assert_eq!(envelope, expected);
}

#[test]
fn what_is_written_now_reads_as_the_fixture_does() {
    let written = decode_body(Position::default(), AT, &body()).unwrap();
    let kept = decode_body(Position::default(), AT, &std::fs::read(fixture()).unwrap()).unwrap();
    assert_eq!(written, kept);
}

/// Run once for a new format, then commit the file; it never writes over one that is there.
#[test]
#[ignore = "writes the fixture of a new format"]
fn write_the_fixture() {
    let path = fixture();
    assert!(
        !path.exists(),
        "{} is there; fixtures are never written again",
        path.display()
    );
    std::fs::write(path, body()).unwrap();
}
