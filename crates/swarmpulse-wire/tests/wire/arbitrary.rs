//! Records of every type with anything in them.

use proptest::option::of;
use proptest::prelude::*;
use swarmpulse_model::condition::Severity;
use swarmpulse_model::process::{
    ProcessExit, ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen, ProcessState,
};
use swarmpulse_model::record::{
    Alias, Call, CallState, Event, EventSource, Failure, FleetSettings, Heartbeat, MonitorEvent, Resources,
    Sandbox, Service, Task, Usage, WorkLimit,
};
use swarmpulse_model::{
    Attributes, Condition, EntityKey, EntityKind, Record, TaskStatus, Text, Timestamp, Value,
};

pub(crate) fn text() -> impl Strategy<Value = Text> {
    prop_oneof![Just(String::new()), "[a-z0-9-]{1,20}", "\\PC{0,200}"].prop_map(Text::from)
}

pub(crate) fn at() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp)
}

/// Any number that equals itself.
pub(crate) fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(-0.0),
        any::<f64>().prop_filter("NaN is not equal to itself", |number| !number.is_nan())
    ]
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        number().prop_map(Value::Number),
        text().prop_map(Value::Text),
        text().prop_map(|json| Value::Json(json.as_str().into())),
    ];
    prop::collection::vec((text(), value), 0..5).prop_map(Attributes)
}

fn heartbeat() -> impl Strategy<Value = Heartbeat> {
    let names = (
        text(),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
    );
    let numbers = (of(any::<u32>()), of(number()), of(any::<u64>()), of(at()));
    (
        names,
        numbers,
        prop::collection::vec((text(), number()), 0..5),
        attributes(),
    )
        .prop_map(
            |(
                (agent, kind, instance, host, sandbox, status, task),
                (pid, interval_s, sequence, at),
                metrics,
                attributes,
            )| {
                Heartbeat {
                    agent,
                    kind,
                    instance,
                    host,
                    pid,
                    sandbox,
                    status,
                    task,
                    interval_s,
                    on_demand: sequence.map(|sequence| sequence % 2 == 0),
                    sequence,
                    at,
                    metrics,
                    attributes,
                }
            },
        )
}

fn task() -> impl Strategy<Value = Task> {
    let names = (
        text(),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
    );
    let times = (of(at()), of(at()), of(at()), of(at()));
    let others = (
        prop::sample::select(&TaskStatus::ALL[..]),
        of(any::<u32>()),
        of(number()),
        of(any::<bool>()),
    );
    (names, times, others, attributes()).prop_map(
        |(
            (task, task_type, queue, agent, sandbox, priority, user, error),
            (queued_at, assigned_at, started_at, finished_at),
            (status, attempt, timeout_s, retryable),
            attributes,
        )| Task {
            task,
            task_type,
            status,
            queue,
            agent,
            sandbox,
            priority,
            user,
            attempt,
            queued_at,
            assigned_at,
            started_at,
            finished_at,
            timeout_s,
            error,
            retryable,
            attributes,
        },
    )
}

fn call() -> impl Strategy<Value = Call> {
    let names = (of(text()), text(), of(text()), of(text()), of(text()), of(text()));
    let state = prop::sample::select(&[CallState::Open, CallState::Closed][..]);
    (
        names,
        state,
        of(any::<u16>()),
        of(number()),
        of(number()),
        of(at()),
        attributes(),
    )
        .prop_map(
            |(
                (call, service, operation, agent, task, error),
                state,
                status_code,
                latency_ms,
                timeout_s,
                at,
                attributes,
            )| Call {
                call,
                service,
                operation,
                agent,
                task,
                state,
                status_code,
                latency_ms,
                timeout_s,
                error,
                at,
                attributes,
            },
        )
}

fn event() -> impl Strategy<Value = Event> {
    let names = (of(text()), text(), of(text()), of(text()), of(text()), of(text()));
    let source = prop::sample::select(&[EventSource::Agent, EventSource::Worker, EventSource::System][..]);
    let data = of(text().prop_map(|data| Box::from(data.as_str())));
    (names, source, of(at()), of(any::<u64>()), data, attributes()).prop_map(
        |((event, event_type, agent, instance, sandbox, task), source, at, size_bytes, data, attributes)| {
            Event {
                event,
                event_type,
                source,
                agent,
                instance,
                sandbox,
                task,
                at,
                size_bytes,
                data,
                attributes,
            }
        },
    )
}

fn sandbox() -> impl Strategy<Value = Sandbox> {
    let names = (text(), of(text()), of(text()), of(text()), of(text()));
    let resources =
        (of(number()), of(number()), of(number())).prop_map(|(cpu, memory_bytes, disk_bytes)| Resources {
            cpu,
            memory_bytes,
            disk_bytes,
        });
    let usage = (
        of(number()),
        of(number()),
        of(number()),
        of(number()),
        of(number()),
    )
        .prop_map(
            |(cpu_ratio, memory_bytes, disk_bytes, network_receive_bytes, network_transmit_bytes)| Usage {
                cpu_ratio,
                memory_bytes,
                disk_bytes,
                network_receive_bytes,
                network_transmit_bytes,
            },
        );
    (
        names,
        of(at()),
        of(at()),
        resources,
        usage,
        of(number()),
        attributes(),
    )
        .prop_map(
            |(
                (sandbox, provider, state, agent, task),
                created_at,
                last_activity_at,
                resources,
                usage,
                price_per_hour_usd,
                attributes,
            )| {
                Sandbox {
                    sandbox,
                    provider,
                    state,
                    agent,
                    task,
                    created_at,
                    last_activity_at,
                    resources,
                    usage,
                    price_per_hour_usd,
                    attributes,
                }
            },
        )
}

fn process() -> impl Strategy<Value = ProcessReport> {
    let origins = [
        ProcessOrigin::Watched,
        ProcessOrigin::Announced,
        ProcessOrigin::Discovered,
    ];
    let exit = (of(any::<i32>()), of(any::<i32>()), any::<[bool; 3]>()).prop_map(
        |(exit_code, signal, [out_of_memory, pid_reused, requested])| ProcessExit {
            exit_code,
            signal,
            out_of_memory,
            pid_reused,
            requested,
        },
    );
    let seen = prop_oneof![
        sample().prop_map(|sample| ProcessSeen::Alive(Box::new(sample))),
        exit.prop_map(ProcessSeen::Exited),
        text().prop_map(|error| ProcessSeen::Unreadable { error }),
    ];
    let origin = prop::sample::select(origins.to_vec());
    (
        text(),
        of(text()),
        text(),
        any::<u32>(),
        at(),
        origin,
        of(text()),
        seen,
    )
        .prop_map(
            |(agent, kind, host, pid, started_at, origin, instance, seen)| ProcessReport {
                agent,
                kind,
                host,
                pid,
                started_at,
                origin,
                instance,
                seen,
            },
        )
}

fn sample() -> impl Strategy<Value = ProcessSample> {
    let states = [
        ProcessState::Running,
        ProcessState::Sleeping,
        ProcessState::DiskSleep,
        ProcessState::Stopped,
        ProcessState::Zombie,
    ];
    let options = prop::collection::vec(of(any::<u64>()), 9);
    let numbers = (number(), number(), number(), of(number()));
    let counts = (any::<[u64; 4]>(), any::<[u32; 2]>(), any::<[bool; 2]>());
    (
        prop::sample::select(states.to_vec()),
        of(text()),
        numbers,
        counts,
        options,
    )
        .prop_map(
            |(
                state,
                command,
                numbers,
                (counts, [children, zombie_children], [progress, liveness_only]),
                options,
            )| {
                let (cpu_ratio, cpu_seconds, memory_ratio, memory_pressure_ratio) = numbers;
                let [rss_bytes, vms_bytes, threads, major_faults] = counts;
                ProcessSample {
                    state,
                    command,
                    cpu_ratio,
                    cpu_seconds,
                    rss_bytes,
                    vms_bytes,
                    memory_ratio,
                    memory_limit_bytes: options[0],
                    cgroup_memory_bytes: options[1],
                    open_fds: options[2],
                    fd_limit: options[3],
                    threads,
                    thread_limit: options[4],
                    connections: options[5],
                    pss_bytes: options[6],
                    major_faults,
                    read_bytes: options[7],
                    write_bytes: options[8],
                    memory_pressure_ratio,
                    children,
                    zombie_children,
                    progress,
                    liveness_only,
                }
            },
        )
}

pub(crate) fn subject() -> impl Strategy<Value = EntityKey> {
    (text(), prop::sample::select(&EntityKind::ALL[..]), text()).prop_map(|(namespace, kind, id)| EntityKey {
        namespace,
        kind,
        id,
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let severity = prop::sample::select(&[Severity::Info, Severity::Warning, Severity::Critical][..]);
    (text(), of(subject()), severity, any::<bool>(), at(), text()).prop_map(
        |(name, subject, severity, active, since, reason)| Condition {
            name,
            subject,
            severity,
            active,
            since,
            reason,
        },
    )
}

fn monitor() -> impl Strategy<Value = MonitorEvent> {
    prop_oneof![
        of(at()).prop_map(|last_seen_at| MonitorEvent::Started { last_seen_at }),
        number().prop_map(|duration_s| MonitorEvent::Stalled { duration_s }),
        number().prop_map(|by_s| MonitorEvent::ClockJumped { by_s }),
        (number(), text()).prop_map(|(duration_s, cause)| MonitorEvent::IngestGap { duration_s, cause }),
        (text(), text()).prop_map(|(probe, error)| MonitorEvent::ProbeFailed { probe, error }),
    ]
}

fn settings() -> impl Strategy<Value = FleetSettings> {
    let limits = || {
        prop::collection::vec(
            (text(), number()).prop_map(|(name, limit_s)| WorkLimit { name, limit_s }),
            0..3,
        )
    };
    (
        text(),
        number(),
        number(),
        limits(),
        limits(),
        any::<u32>(),
        any::<u64>(),
    )
        .prop_map(
            |(local_host, start_grace_s, exit_word_s, task_limits, call_limits, flap_changes, agents_max)| {
                FleetSettings {
                    local_host,
                    start_grace_s,
                    exit_word_s,
                    task_limits,
                    call_limits,
                    flap_changes,
                    agents_max,
                    ..FleetSettings::default()
                }
            },
        )
}

/// Any record.
pub(crate) fn record() -> impl Strategy<Value = Record> {
    let service = (
        text(),
        of(text()),
        of(text()),
        prop::collection::vec(text(), 0..4),
        attributes(),
    )
        .prop_map(|(service, url, kind, depends_on, attributes)| Service {
            service,
            url,
            kind,
            depends_on,
            attributes,
        });
    let failure = (
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(at()),
        attributes(),
    )
        .prop_map(
            |(task, agent, task_type, error, error_code, at, attributes)| Failure {
                task,
                agent,
                task_type,
                error,
                error_code,
                at,
                attributes,
            },
        );
    let alias = (text(), text(), text()).prop_map(|(agent, other, reason)| Alias { agent, other, reason });
    prop_oneof![
        heartbeat().prop_map(|record| Record::Heartbeat(Box::new(record))),
        task().prop_map(|record| Record::Task(Box::new(record))),
        call().prop_map(|record| Record::Call(Box::new(record))),
        event().prop_map(|record| Record::Event(Box::new(record))),
        sandbox().prop_map(|record| Record::Sandbox(Box::new(record))),
        service.prop_map(|record| Record::Service(Box::new(record))),
        failure.prop_map(|record| Record::Failure(Box::new(record))),
        process().prop_map(|record| Record::Process(Box::new(record))),
        alias.prop_map(|record| Record::Alias(Box::new(record))),
        condition().prop_map(|record| Record::Condition(Box::new(record))),
        monitor().prop_map(Record::Monitor),
        Just(Record::Tick),
        settings().prop_map(|record| Record::Settings(Box::new(record))),
        crate::alerts::record(),
    ]
}
