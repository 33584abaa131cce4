//! Records of many agents in shuffled order, built before the clock runs.

use swarmpulse_fleet::{Context, Fleet};
use swarmpulse_model::record::{Call, CallState, Event, FleetSettings, Heartbeat, Task};
use swarmpulse_model::{Attributes, Effect, Position, Record, Source, TaskStatus, Text, Timestamp};

/// The agents of every benchmark.
pub const AGENTS: u32 = 100_000;
/// They report so often, in seconds.
pub const INTERVAL_S: f64 = 10.0;
/// The first moment.
pub const BEGIN: Timestamp = Timestamp(1_800_000_000_000_000_000);

/// A fleet with room for all.
pub fn empty_fleet() -> Fleet {
    Fleet::new(FleetSettings {
        local_host: "monitor".into(),
        ..FleetSettings::default()
    })
}

/// The context of an envelope.
pub fn context(offset: u64, at: Timestamp) -> Context<'static> {
    Context {
        position: Position { partition: 0, offset },
        received_at: at,
        namespace: "default",
        source: Source::Http,
    }
}

/// Applies records, and passes their effects to nobody.
pub fn apply(fleet: &mut Fleet, offset: u64, at: Timestamp, records: Vec<Record>, effects: &mut Vec<Effect>) {
    let context = context(offset, at);
    for record in records {
        fleet.apply(&context, record, effects);
    }
    effects.clear();
}

/// The agents' numbers in an order without rhyme, the same in every run.
pub fn shuffled(count: u32) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..count).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for n in (1..numbers.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        numbers.swap(n, (state >> 33) as usize % (n + 1));
    }
    numbers
}

fn agent(n: u32) -> Text {
    format!("worker-{n:06}").into()
}

/// A heartbeat as an SDK sends it: host, instance, status, interval, number, clock and two figures.
fn heartbeat(n: u32, round: u64, at: Timestamp) -> Record {
    Record::Heartbeat(Box::new(Heartbeat {
        agent: agent(n),
        instance: Some(format!("i-{n:08x}").into()),
        host: Some(format!("node-{:03}", n % 500).into()),
        status: Some("idle".into()),
        interval_s: Some(INTERVAL_S),
        sequence: Some(round),
        at: Some(at.plus_s(-0.02)),
        metrics: vec![
            ("rss_bytes".into(), f64::from(n) * 4096.0),
            ("queue_depth".into(), round as f64),
        ],
        ..Heartbeat::default()
    }))
}

/// One round of heartbeats of all agents.
pub fn heartbeats(order: &[u32], round: u64, at: Timestamp) -> Vec<Record> {
    order.iter().map(|&n| heartbeat(n, round, at)).collect()
}

/// One round of mixed records: of eight, four heartbeats, an event, a call opened or closed, and a task begun or ended.
pub fn mixed(order: &[u32], round: u64, at: Timestamp) -> Vec<Record> {
    let record = |(place, &n): (usize, &u32)| match place % 8 {
        0..4 => heartbeat(n, round, at),
        4 | 5 => Record::Event(Box::new(Event {
            event: Some(format!("e-{round}-{n}").into()),
            event_type: "agent.tool_use".into(),
            agent: Some(agent(n)),
            ..Event::default()
        })),
        6 => Record::Call(Box::new(Call {
            call: Some(format!("c-{n}").into()),
            service: "llm".into(),
            agent: Some(agent(n)),
            state: if round.is_multiple_of(2) {
                CallState::Open
            } else {
                CallState::Closed
            },
            status_code: (!round.is_multiple_of(2)).then_some(200),
            ..Call::default()
        })),
        _ => Record::Task(Box::new(Task {
            task: format!("t-{n}").into(),
            task_type: Some("index".into()),
            status: if round.is_multiple_of(2) {
                TaskStatus::Running
            } else {
                TaskStatus::Completed
            },
            queue: Some("default".into()),
            agent: Some(agent(n)),
            sandbox: None,
            priority: None,
            user: None,
            attempt: Some(round as u32 / 2),
            queued_at: None,
            assigned_at: None,
            started_at: None,
            finished_at: None,
            timeout_s: None,
            error: None,
            retryable: None,
            attributes: Attributes::default(),
        })),
    };
    order.iter().enumerate().map(record).collect()
}
