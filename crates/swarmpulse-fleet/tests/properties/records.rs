//! Any records, good and odd ones.

use proptest::option;
use proptest::prelude::*;
use swarmpulse_model::process::{
    ProcessExit, ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen, ProcessState,
};
use swarmpulse_model::record::{
    Alias, Call, CallState, Event, EventSource, Failure, FleetSettings, Heartbeat, MonitorEvent, Sandbox,
    Service, Task,
};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{
    Attributes, Condition, EntityKey, EntityKind, Record, Severity, Source, TaskStatus, Text, Timestamp,
    Value,
};

/// The time before the first record.
pub const BEGIN: i64 = 1_800_000_000 * SECOND_NS;

/// A record, how long after the one before it came, and from whom.
#[derive(Clone, Debug)]
pub struct Sent {
    /// In milliseconds.
    pub after_ms: i64,
    /// From the sender's credential.
    pub namespace: &'static str,
    /// The door it came through.
    pub source: Source,
    /// What was sent.
    pub record: Record,
}

/// Small limits and short memories, so that they are met.
pub fn settings() -> FleetSettings {
    FleetSettings {
        local_host: "h0".into(),
        agents_max: 12,
        entities_max: 12,
        forget_agent_s: 400.0,
        forget_discovered_s: 100.0,
        forget_task_s: 200.0,
        ..FleetSettings::default()
    }
}

fn name(prefix: &'static str, many: u8) -> impl Strategy<Value = Text> {
    (0..many).prop_map(move |n| Text::from(format!("{prefix}{n}")))
}

fn agent() -> impl Strategy<Value = Text> {
    name("a", 8)
}

fn sender_time() -> impl Strategy<Value = Option<Timestamp>> {
    option::of((-20_000..20_000_i64).prop_map(|s| Timestamp(BEGIN + s * SECOND_NS)))
}

fn odd_seconds() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        4 => Just(None),
        4 => (1..900_u32).prop_map(|s| Some(f64::from(s))),
        1 => prop_oneof![
            Just(Some(0.0)),
            Just(Some(-3.0)),
            Just(Some(f64::NAN)),
            Just(Some(f64::INFINITY)),
            Just(Some(1e300)),
        ],
    ]
}

fn status() -> impl Strategy<Value = Option<Text>> {
    option::of(prop_oneof![
        Just("working"),
        Just("idle"),
        Just("waiting"),
        Just("starting"),
        Just("rate_limited"),
        Just("stopped"),
        Just("failed"),
        Just("reading"),
    ])
    .prop_map(|status| status.map(Text::from))
}

fn heartbeat() -> impl Strategy<Value = Record> {
    let who = (
        agent(),
        option::of(name("i", 3)),
        option::of(name("h", 3)),
        option::of(0..4_u32),
    );
    let what = (
        status(),
        option::of(name("t", 6)),
        odd_seconds(),
        option::of(prop_oneof![0..40_u64, Just(u64::MAX)]),
    );
    (
        who,
        what,
        option::of(name("s", 3)),
        sender_time(),
        proptest::bool::weighted(0.2),
    )
        .prop_map(
            |((agent, instance, host, pid), (status, task, interval_s, sequence), sandbox, at, watcher)| {
                let mut attributes = Attributes::default();
                if watcher {
                    attributes.0.push(("watcher".into(), Value::Bool(true)));
                }
                Record::Heartbeat(Box::new(Heartbeat {
                    agent,
                    instance,
                    host,
                    pid,
                    sandbox,
                    status,
                    task,
                    interval_s,
                    on_demand: sequence.map(|sequence| sequence % 3 == 0),
                    sequence,
                    at,
                    attributes,
                    ..Heartbeat::default()
                }))
            },
        )
}

fn task() -> impl Strategy<Value = Record> {
    let status = (0..TaskStatus::ALL.len()).prop_map(|n| TaskStatus::ALL[n]);
    (
        name("t", 6),
        status,
        option::of(agent()),
        option::of(name("s", 3)),
        option::of(0..3_u32),
        odd_seconds(),
        (sender_time(), sender_time()),
    )
        .prop_map(
            |(task, status, agent, sandbox, attempt, timeout_s, (started_at, finished_at))| {
                Record::Task(Box::new(Task {
                    task,
                    task_type: Some("kind".into()),
                    status,
                    queue: None,
                    agent,
                    sandbox,
                    priority: None,
                    user: None,
                    attempt,
                    queued_at: None,
                    assigned_at: None,
                    started_at,
                    finished_at,
                    timeout_s,
                    error: None,
                    retryable: None,
                    attributes: Attributes::default(),
                }))
            },
        )
}

fn call() -> impl Strategy<Value = Record> {
    (
        option::of(name("c", 4)),
        name("svc", 14),
        option::of(agent()),
        any::<bool>(),
        option::of(400..530_u16),
        odd_seconds(),
        odd_seconds(),
    )
        .prop_map(
            |(call, service, agent, open, status_code, latency_ms, timeout_s)| {
                let state = if open { CallState::Open } else { CallState::Closed };
                Record::Call(Box::new(Call {
                    call,
                    service,
                    agent,
                    state,
                    status_code,
                    latency_ms,
                    timeout_s,
                    ..Call::default()
                }))
            },
        )
}

fn event() -> impl Strategy<Value = Record> {
    let event_type = prop_oneof![
        Just("agent.tool_use"),
        Just("agent.started"),
        Just("agent.waiting"),
        Just("agent.completed"),
        Just("agent.heartbeat"),
        Just("agent.error"),
        Just("quux"),
    ];
    let source = prop_oneof![
        Just(EventSource::Agent),
        Just(EventSource::Worker),
        Just(EventSource::System)
    ];
    (
        option::of(name("e", 9)),
        event_type,
        source,
        option::of(agent()),
        option::of(name("i", 3)),
        option::of(name("s", 3)),
        option::of(name("t", 6)),
        sender_time(),
    )
        .prop_map(
            |(event, event_type, source, agent, instance, sandbox, task, at)| {
                Record::Event(Box::new(Event {
                    event,
                    event_type: event_type.into(),
                    source,
                    agent,
                    instance,
                    sandbox,
                    task,
                    at,
                    ..Event::default()
                }))
            },
        )
}

fn process() -> impl Strategy<Value = Record> {
    let states = [
        ProcessState::Running,
        ProcessState::Sleeping,
        ProcessState::Stopped,
        ProcessState::Zombie,
    ];
    let seen = prop_oneof![
        4 => ((0..states.len()), any::<bool>(), any::<bool>()).prop_map(move |(state, progress, liveness_only)| {
            let sample = ProcessSample { state: states[state], progress, liveness_only, ..ProcessSample::default() };
            ProcessSeen::Alive(Box::new(sample))
        }),
        2 => (option::of(0..3_i32), any::<bool>(), any::<bool>()).prop_map(|(exit_code, out_of_memory, pid_reused)| {
            ProcessSeen::Exited(ProcessExit { exit_code, out_of_memory, pid_reused, ..ProcessExit::default() })
        }),
        1 => Just(ProcessSeen::Unreadable { error: "denied".into() }),
    ];
    let origin = prop_oneof![
        Just(ProcessOrigin::Watched),
        Just(ProcessOrigin::Announced),
        Just(ProcessOrigin::Discovered)
    ];
    (
        agent(),
        name("h", 3),
        0..4_u32,
        0..3_i64,
        origin,
        option::of(name("i", 3)),
        seen,
    )
        .prop_map(|(agent, host, pid, start, origin, instance, seen)| {
            let started_at = Timestamp(if start == 0 {
                0
            } else {
                BEGIN + start * 200 * SECOND_NS
            });
            Record::Process(Box::new(ProcessReport {
                agent,
                kind: None,
                host,
                pid,
                started_at,
                origin,
                instance,
                seen,
            }))
        })
}

fn sandbox() -> impl Strategy<Value = Record> {
    let state = prop_oneof![
        Just("running"),
        Just("stopped"),
        Just("destroyed"),
        Just("paused"),
        Just("odd")
    ];
    (
        name("s", 3),
        option::of(state),
        option::of(agent()),
        option::of(name("p", 3)),
    )
        .prop_map(|(sandbox, state, agent, provider)| {
            let state = state.map(Text::from);
            Record::Sandbox(Box::new(Sandbox {
                sandbox,
                state,
                agent,
                provider,
                ..Sandbox::default()
            }))
        })
}

fn rare() -> impl Strategy<Value = Record> {
    prop_oneof![
        (agent(), agent()).prop_map(|(agent, other)| {
            Record::Alias(Box::new(Alias {
                agent,
                other,
                reason: "test".into(),
            }))
        }),
        name("svc", 14).prop_map(|service| Record::Service(Box::new(Service {
            service,
            ..Service::default()
        }))),
        option::of(agent()).prop_map(|agent| Record::Failure(Box::new(Failure {
            agent,
            ..Failure::default()
        }))),
        (name("h", 3), any::<bool>(), any::<bool>()).prop_map(|(id, host, active)| {
            let kind = if host {
                EntityKind::Host
            } else {
                EntityKind::Sandbox
            };
            Record::Condition(Box::new(Condition {
                name: "host_gone".into(),
                subject: Some(EntityKey::new("default", kind, &id)),
                severity: Severity::Critical,
                active,
                since: Timestamp(0),
                reason: Text::default(),
            }))
        }),
        prop_oneof![
            Just(MonitorEvent::Started {
                last_seen_at: Some(Timestamp(BEGIN))
            }),
            Just(MonitorEvent::Stalled { duration_s: 20.0 }),
            Just(MonitorEvent::ClockJumped { by_s: -600.0 }),
        ]
        .prop_map(Record::Monitor),
        (20..90_u32).prop_map(|floor_s| {
            let silence_floor_s = f64::from(floor_s);
            Record::Settings(Box::new(FleetSettings {
                silence_floor_s,
                ..settings()
            }))
        }),
    ]
}

/// Any record, at some time after the one before.
pub fn sent() -> impl Strategy<Value = Sent> {
    let record = prop_oneof![
        8 => heartbeat(),
        4 => task(),
        4 => call(),
        4 => event(),
        4 => process(),
        2 => sandbox(),
        1 => rare(),
        4 => Just(Record::Tick),
    ];
    let after_ms = prop_oneof![4 => Just(0), 4 => 1..8_000_i64, 1 => 8_000..120_000_i64];
    let namespace = prop_oneof![6 => Just("default"), 1 => Just("other")];
    (after_ms, namespace, proptest::bool::weighted(0.2), record).prop_map(
        |(after_ms, namespace, other_door, record)| {
            let own = matches!(record, Record::Monitor(_) | Record::Tick | Record::Settings(_));
            let source = match (&record, other_door) {
                (Record::Process(_), false) => Source::Probe,
                (Record::Heartbeat(_), true) => Source::Watch,
                _ if own => Source::Monitor,
                _ => Source::Http,
            };
            let namespace = if own { "default" } else { namespace };
            Sent {
                after_ms,
                namespace,
                source,
                record,
            }
        },
    )
}
