//! What holds for any records: batching does not matter, snapshots lose nothing, nothing panics, and the fleet's word
//! is one chain. Debug builds check the fleet's invariants after every record.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use swarmpulse_fleet::Fleet;
use swarmpulse_model::process::{
    ProcessExit, ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen, ProcessState,
};
use swarmpulse_model::record::{
    Alias, Call, CallState, Event, EventSource, Failure, FleetSettings, Heartbeat, MonitorEvent, Sandbox,
    Service, Task,
};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{
    Attributes, Condition, Effect, EffectId, EntityKey, EntityKind, Envelope, Position, Record, Severity,
    Source, TaskStatus, Text, Timestamp, Value, Verdict,
};

const BEGIN: i64 = 1_800_000_000 * SECOND_NS;

/// A record, how long after the one before it came, and from whom.
#[derive(Clone, Debug)]
struct Sent {
    after_ms: i64,
    namespace: &'static str,
    source: Source,
    record: Record,
}

fn settings() -> FleetSettings {
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

fn sent() -> impl Strategy<Value = Sent> {
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

/// What a fleet said, checked as it is said.
#[derive(Default)]
struct Listener {
    verdicts: BTreeMap<EntityKey, Verdict>,
    said: Vec<Effect>,
}

impl Listener {
    fn hear(&mut self, effects: &mut Vec<(EffectId, Effect)>) -> Result<(), TestCaseError> {
        for (_, effect) in effects.drain(..) {
            match &effect {
                Effect::Verdict(change) => {
                    let before = self.verdicts.insert(change.agent.clone(), change.to);
                    prop_assert_eq!(before, change.from, "the chain of {}", change.agent.id);
                    prop_assert_ne!(before, Some(change.to));
                    prop_assert!(
                        !change.evidence.is_empty(),
                        "{} without evidence",
                        change.agent.id
                    );
                }
                Effect::Forgotten(key) => drop(self.verdicts.remove(key)),
                Effect::Joined(joined) => {
                    let other = EntityKey {
                        id: joined.other.clone(),
                        ..joined.agent.clone()
                    };
                    self.verdicts.remove(&other);
                }
                _ => {}
            }
            self.said.push(effect);
        }
        Ok(())
    }
}

fn envelope(offset: u64, at: Timestamp, sent: &[Sent]) -> Envelope {
    Envelope {
        position: Position { partition: 0, offset },
        received_at: at,
        namespace: sent[0].namespace.into(),
        principal: Text::default(),
        source: sent[0].source,
        records: sent.iter().map(|sent| sent.record.clone()).collect(),
    }
}

fn bytes(fleet: &Fleet) -> Vec<u8> {
    rmp_serde::to_vec_named(fleet).unwrap_or_default()
}

fn restored(fleet: &Fleet) -> Fleet {
    let mut restored: Fleet = rmp_serde::from_slice(&bytes(fleet)).unwrap_or_default();
    restored.restore();
    restored
}

/// Times and offsets as the journal would give them, each record in an envelope of its own.
fn stamped(records: &[Sent]) -> Vec<(Timestamp, &Sent)> {
    let mut at = Timestamp(BEGIN);
    records
        .iter()
        .map(|sent| {
            at = at.plus_ns(sent.after_ms * 1_000_000);
            (at, sent)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_records_keep_the_invariants_and_one_chain_of_verdicts(records in vec(sent(), 1..120)) {
        let mut fleet = Fleet::new(settings());
        let mut listener = Listener::default();
        let mut effects = Vec::new();
        for (offset, (at, sent)) in stamped(&records).into_iter().enumerate() {
            fleet.apply_envelope(envelope(offset as u64, at, std::slice::from_ref(sent)), &mut effects);
            listener.hear(&mut effects)?;
            if matches!(sent.record, Record::Tick) {
                prop_assert!(fleet.next_due() > at, "due {:?} after a tick at {at:?}", fleet.next_due());
            }
            let agents: Vec<_> = fleet.agents_from(0).map(|(_, agent)| agent).collect();
            prop_assert_eq!(listener.verdicts.len(), agents.len());
            prop_assert_eq!(fleet.counts().total(), agents.len() as u64);
            for agent in &agents {
                let key = EntityKey::new(fleet.namespace_of(agent), EntityKind::Agent, agent.id());
                prop_assert_eq!(listener.verdicts.get(&key), Some(&agent.verdict()));
                prop_assert!(!fleet.explain(agent, at).is_empty());
            }
            let limits = settings();
            prop_assert!(agents.len() as u64 <= limits.agents_max);
            prop_assert!(fleet.tasks_from(0).count() as u64 <= limits.entities_max);
            prop_assert!(fleet.services_from(0).count() as u64 <= limits.entities_max);
            prop_assert!(fleet.sandboxes_from(0).count() as u64 <= limits.entities_max);
        }
        // Left alone, the fleet comes to an end: every agent is decided on and forgotten.
        let mut at = fleet.now();
        for offset in 0..100_000 {
            let due = fleet.next_due();
            if due == Timestamp::NEVER {
                break;
            }
            prop_assert!(offset < 99_999, "ticks without end, due {due:?}");
            at = at.max(due);
            let tick = Sent { after_ms: 0, namespace: "default", source: Source::Monitor, record: Record::Tick };
            fleet.apply_envelope(envelope(1_000 + offset, at, &[tick]), &mut effects);
            listener.hear(&mut effects)?;
        }
        prop_assert_eq!(fleet.counts().total(), 0, "nobody is kept for ever");
        prop_assert_eq!(fleet.tasks_from(0).count() + fleet.sandboxes_from(0).count(), 0);
    }

    #[test]
    fn batching_does_not_matter(records in vec(sent(), 1..80), cuts in vec(any::<bool>(), 80)) {
        let (mut single, mut batched) = (Fleet::new(settings()), Fleet::new(settings()));
        let (mut of_single, mut of_batched) = (Vec::new(), Vec::new());
        // A batch has one time, one door and one credential; its records have one position.
        let mut first = 0;
        let mut at = Timestamp(BEGIN);
        let mut offset = 0;
        while first < records.len() {
            at = at.plus_ns(records[first].after_ms * 1_000_000);
            let like = |sent: &Sent| sent.namespace == records[first].namespace && sent.source == records[first].source;
            let mut last = first + 1;
            while last < records.len() && !cuts[last] && like(&records[last]) {
                last += 1;
            }
            for sent in &records[first..last] {
                single.apply_envelope(envelope(offset, at, std::slice::from_ref(sent)), &mut of_single);
            }
            batched.apply_envelope(envelope(offset, at, &records[first..last]), &mut of_batched);
            offset += 1;
            first = last;
        }
        prop_assert_eq!(bytes(&single), bytes(&batched));
        let effects = |all: Vec<(EffectId, Effect)>| all.into_iter().map(|(_, effect)| effect).collect::<Vec<_>>();
        prop_assert_eq!(effects(of_single), effects(of_batched));
    }

    #[test]
    fn a_snapshot_at_any_point_and_the_rest_is_all(records in vec(sent(), 1..80), cut in 0..80_usize) {
        let mut whole = Fleet::new(settings());
        let mut parted = Fleet::new(settings());
        let (mut of_whole, mut of_parted) = (Vec::new(), Vec::new());
        for (n, (at, sent)) in stamped(&records).into_iter().enumerate() {
            if n == cut {
                parted = restored(&parted);
            }
            let envelope = envelope(n as u64, at, std::slice::from_ref(sent));
            whole.apply_envelope(envelope.clone(), &mut of_whole);
            parted.apply_envelope(envelope, &mut of_parted);
        }
        prop_assert_eq!(&of_whole, &of_parted);
        prop_assert_eq!(bytes(&whole), bytes(&parted));
        prop_assert_eq!(bytes(&restored(&whole)), bytes(&whole));
    }

    #[test]
    fn a_tick_before_the_due_one_changes_nothing(records in vec(sent(), 1..80), share in 0.0..1.0_f64) {
        let mut fleet = Fleet::new(settings());
        let mut effects = Vec::new();
        for (n, (at, sent)) in stamped(&records).into_iter().enumerate() {
            fleet.apply_envelope(envelope(n as u64, at, std::slice::from_ref(sent)), &mut effects);
        }
        let (now, due) = (fleet.now(), fleet.next_due());
        if due > now && due != Timestamp::NEVER {
            let early = now.plus_ns(((due.since(now) - 1) as f64 * share) as i64);
            let nothing = Record::Monitor(MonitorEvent::ProbeFailed { probe: Text::default(), error: Text::default() });
            let mut after = [Record::Tick, nothing].map(|record| {
                let mut fleet = fleet.clone();
                let mut effects = Vec::new();
                let sent = Sent { after_ms: 0, namespace: "default", source: Source::Monitor, record };
                fleet.apply_envelope(envelope(1_000, early, &[sent]), &mut effects);
                (bytes(&fleet), effects)
            });
            prop_assert!(after[0].1.is_empty());
            let nothing = std::mem::take(&mut after[1].0);
            prop_assert_eq!(std::mem::take(&mut after[0].0), nothing);
        }
    }
}
