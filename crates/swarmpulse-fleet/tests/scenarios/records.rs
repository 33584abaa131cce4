//! Verbs that bring a record.

use swarmpulse_model::process::{
    ProcessExit, ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen, ProcessState,
};
use swarmpulse_model::record::{
    Alias, Call, CallState, Event, EventSource, Failure, Heartbeat, MonitorEvent, Sandbox, Service, Task,
};
use swarmpulse_model::{
    Attributes, Condition, EntityKey, EntityKind, Record, Severity, Source, TaskStatus, Text, Timestamp,
    Value,
};

use super::fields::Fields;
use super::script::{BEGIN, Step};

/// What a step brings.
pub struct Brought {
    /// From the sender's credential.
    pub namespace: String,
    /// The door it came through.
    pub source: Source,
    /// The record.
    pub record: Record,
}

/// The machine that the monitor of every scenario runs on.
pub const LOCAL_HOST: &str = "here";

/// The record of a step.
///
/// # Errors
/// If the verb is unknown or a field is missing, wrong or left over.
pub fn record(step: &Step) -> Result<Brought, String> {
    let verb = step.words[0].as_str();
    if verb == "monitor" {
        return monitor(step);
    }
    let fields = Fields::new(verb, &step.words[1..])?;
    let namespace = fields.opt("ns").unwrap_or("default").to_owned();
    let mut source = match fields.opt("door") {
        None => Source::Http,
        Some(name) => *Source::ALL
            .iter()
            .find(|source| source.as_str() == name)
            .ok_or_else(|| format!("there is no door `{name}`"))?,
    };
    let record = match verb {
        "heartbeat" => Record::Heartbeat(Box::new(heartbeat(&fields, step.at)?)),
        "ping" => {
            source = Source::Ping;
            Record::Heartbeat(Box::new(ping(&fields)?))
        }
        "event" => Record::Event(Box::new(event(&fields, step.at)?)),
        "task" => Record::Task(Box::new(task(&fields)?)),
        "call" => Record::Call(Box::new(call(&fields, step.at)?)),
        "sandbox" => Record::Sandbox(Box::new(Sandbox {
            sandbox: fields.need("sandbox")?,
            provider: fields.text("provider"),
            state: fields.text("state"),
            agent: fields.text("agent"),
            task: fields.text("task"),
            ..Sandbox::default()
        })),
        "service" => Record::Service(Box::new(Service {
            service: fields.need("service")?,
            kind: fields.text("kind"),
            depends_on: fields
                .opt("depends_on")
                .map(|names| names.split(',').map(Text::from).collect())
                .unwrap_or_default(),
            ..Service::default()
        })),
        "failure" => Record::Failure(Box::new(Failure {
            task: fields.text("task"),
            agent: fields.text("agent"),
            error: fields.text("error"),
            ..Failure::default()
        })),
        "alias" => Record::Alias(Box::new(Alias {
            agent: fields.need("agent")?,
            other: fields.need("other")?,
            reason: fields.text("reason").unwrap_or_default(),
        })),
        "condition" => Record::Condition(Box::new(condition(&fields, step.at)?)),
        "look" | "exit" | "unreadable" => {
            source = Source::Probe;
            Record::Process(Box::new(process(verb, &fields)?))
        }
        _ => return Err(format!("there is no verb `{verb}`")),
    };
    fields.done()?;
    Ok(Brought {
        namespace,
        source,
        record,
    })
}

fn heartbeat(fields: &Fields<'_>, now: Timestamp) -> Result<Heartbeat, String> {
    let mut attributes = Attributes::default();
    if fields.yes("watcher")? {
        attributes.0.push((Text::const_new("watcher"), Value::Bool(true)));
    }
    Ok(Heartbeat {
        agent: fields.need("agent")?,
        kind: fields.text("kind"),
        instance: fields.text("instance"),
        host: fields.text("host"),
        pid: fields.number("pid")?,
        sandbox: fields.text("sandbox"),
        status: fields.text("status"),
        task: fields.text("task"),
        interval_s: fields.number("interval_s")?,
        on_demand: fields.yes("on_demand")?.then_some(true),
        sequence: fields.number("sequence")?,
        at: fields.sent_at(now)?,
        metrics: fields.numbers_of("m.")?,
        attributes,
    })
}

/// A ping URL as the server reads it.
fn ping(fields: &Fields<'_>) -> Result<Heartbeat, String> {
    let status = match fields.opt("signal").unwrap_or("ok") {
        "ok" | "0" => "idle",
        "start" => "working",
        _ => "failed",
    };
    Ok(Heartbeat {
        agent: fields.need("agent")?,
        status: Some(status.into()),
        ..Heartbeat::default()
    })
}

fn event(fields: &Fields<'_>, now: Timestamp) -> Result<Event, String> {
    let source = match fields.opt("source") {
        None | Some("agent") => EventSource::Agent,
        Some("worker") => EventSource::Worker,
        Some("system") => EventSource::System,
        Some(other) => return Err(format!("`source` is agent, worker or system, not {other}")),
    };
    Ok(Event {
        event: fields.text("id"),
        event_type: fields.need("type")?,
        source,
        agent: fields.text("agent"),
        instance: fields.text("instance"),
        sandbox: fields.text("sandbox"),
        task: fields.text("task"),
        at: fields.sent_at(now)?,
        ..Event::default()
    })
}

fn task(fields: &Fields<'_>) -> Result<Task, String> {
    let status = fields.need("status")?;
    Ok(Task {
        task: fields.need("task")?,
        task_type: fields.text("type"),
        status: TaskStatus::parse(&status).ok_or_else(|| format!("`{status}` is no status of a task"))?,
        queue: fields.text("queue"),
        agent: fields.text("agent"),
        sandbox: fields.text("sandbox"),
        priority: fields.text("priority"),
        user: fields.text("user"),
        attempt: fields.number("attempt")?,
        queued_at: fields.time("queued")?,
        assigned_at: fields.time("assigned")?,
        started_at: fields.time("started")?,
        finished_at: fields.time("finished")?,
        timeout_s: fields.number("timeout_s")?,
        error: fields.text("error"),
        retryable: None,
        attributes: Attributes::default(),
    })
}

fn call(fields: &Fields<'_>, now: Timestamp) -> Result<Call, String> {
    let state = match fields.opt("state") {
        None | Some("closed") => CallState::Closed,
        Some("open") => CallState::Open,
        Some(other) => return Err(format!("`state` is open or closed, not {other}")),
    };
    Ok(Call {
        call: fields.text("call"),
        service: fields.need("service")?,
        operation: fields.text("operation"),
        agent: fields.text("agent"),
        task: fields.text("task"),
        state,
        status_code: fields.number("status_code")?,
        latency_ms: fields.number("latency_ms")?,
        timeout_s: fields.number("timeout_s")?,
        error: fields.text("error"),
        at: fields.sent_at(now)?,
        attributes: Attributes::default(),
    })
}

/// The subject of a condition: `a1`, `team/a1`, `host:h1`, `task:t1`, ...
///
/// # Errors
/// If the kind is unknown.
pub fn subject(text: &str) -> Result<EntityKey, String> {
    let (namespace, rest) = text.split_once('/').unwrap_or(("default", text));
    let (kind, id) = rest.split_once(':').unwrap_or(("agent", rest));
    let kind = EntityKind::parse(kind).ok_or_else(|| format!("there is no kind `{kind}`"))?;
    Ok(EntityKey::new(namespace, kind, id))
}

fn condition(fields: &Fields<'_>, now: Timestamp) -> Result<Condition, String> {
    let severity = fields.opt("severity").unwrap_or("warning");
    Ok(Condition {
        name: fields.need("name")?,
        subject: fields.opt("on").map(subject).transpose()?,
        severity: Severity::parse(severity).ok_or_else(|| format!("there is no severity `{severity}`"))?,
        active: fields.opt("active") != Some("no"),
        since: now,
        reason: fields.text("reason").unwrap_or_default(),
    })
}

fn process(verb: &str, fields: &Fields<'_>) -> Result<ProcessReport, String> {
    let origin = match fields.opt("origin") {
        None | Some("discovered") => ProcessOrigin::Discovered,
        Some("announced") => ProcessOrigin::Announced,
        Some("watched") => ProcessOrigin::Watched,
        Some(other) => {
            return Err(format!(
                "`origin` is discovered, announced or watched, not {other}"
            ));
        }
    };
    let seen = match verb {
        "look" => ProcessSeen::Alive(Box::new(sample(fields)?)),
        "exit" => ProcessSeen::Exited(ProcessExit {
            exit_code: fields.number("code")?,
            signal: fields.number("signal")?,
            out_of_memory: fields.yes("oom")?,
            pid_reused: fields.yes("reused")?,
            requested: fields.yes("requested")?,
        }),
        _ => ProcessSeen::Unreadable {
            error: fields.text("error").unwrap_or_else(|| "permission denied".into()),
        },
    };
    Ok(ProcessReport {
        agent: fields.need("agent")?,
        kind: fields.text("kind"),
        host: fields.text("host").unwrap_or_else(|| LOCAL_HOST.into()),
        pid: fields.number("pid")?.ok_or("a process needs its `pid`")?,
        started_at: fields.time("start")?.unwrap_or(BEGIN.plus_s(-60.0)),
        origin,
        instance: fields.text("instance"),
        seen,
    })
}

fn sample(fields: &Fields<'_>) -> Result<ProcessSample, String> {
    let state = fields.opt("state").unwrap_or("sleeping");
    let states = [
        ProcessState::Running,
        ProcessState::Sleeping,
        ProcessState::DiskSleep,
        ProcessState::Stopped,
        ProcessState::Zombie,
    ];
    let known = states.into_iter().find(|known| known.as_str() == state);
    let cpu_ratio: f64 = fields.number("cpu")?.unwrap_or(0.0);
    Ok(ProcessSample {
        state: known.ok_or_else(|| format!("there is no process state `{state}`"))?,
        cpu_ratio,
        progress: cpu_ratio > 0.0,
        liveness_only: fields.yes("liveness_only")?,
        ..ProcessSample::default()
    })
}

fn monitor(step: &Step) -> Result<Brought, String> {
    let what = step.words.get(1).map_or("", String::as_str);
    let fields = Fields::new("monitor", step.words.get(2..).unwrap_or_default())?;
    let event = match what {
        "started" => MonitorEvent::Started {
            last_seen_at: fields.time("last_seen")?,
        },
        "stalled" => MonitorEvent::Stalled {
            duration_s: fields.number("duration_s")?.ok_or("a stall needs `duration_s`")?,
        },
        "jumped" => MonitorEvent::ClockJumped {
            by_s: fields.number("by_s")?.ok_or("a jump needs `by_s`")?,
        },
        "gap" => MonitorEvent::IngestGap {
            duration_s: fields.number("duration_s")?.ok_or("a gap needs `duration_s`")?,
            cause: fields.text("cause").unwrap_or_else(|| "disk full".into()),
        },
        "probe_failed" => MonitorEvent::ProbeFailed {
            probe: fields.need("probe")?,
            error: fields.text("error").unwrap_or_default(),
        },
        other => {
            return Err(format!(
                "the monitor started, stalled, jumped, or had a gap or probe_failed; not `{other}`"
            ));
        }
    };
    fields.done()?;
    Ok(Brought {
        namespace: "default".to_owned(),
        source: Source::Monitor,
        record: Record::Monitor(event),
    })
}
