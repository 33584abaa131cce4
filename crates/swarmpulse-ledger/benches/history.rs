//! What history costs: processor time and bytes per row, and how long questions take.
//!
//!     cargo bench -p swarmpulse-ledger --bench history -- [ROWS] [FOLDER]
//!
//! ROWS is 1000000 and FOLDER a temporary one unless said otherwise. Rows are events of 10,000 agents with about
//! 200 bytes of data, one task transition in 50 rows and one verdict in 5,000.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot be taken ends the program"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use swarmpulse_ledger::SqliteHistory;
use swarmpulse_model::effect::{EventSeen, TaskChange, VerdictChange};
use swarmpulse_model::record::Event;
use swarmpulse_model::{Effect, EffectId, EntityKey, EntityKind, Position, TaskStatus, Timestamp, Verdict};
use swarmpulse_store::{History, HistoryQuery, HistoryRow};

const START: Timestamp = Timestamp(1_771_200_000_000_000_000);
const EFFECTS_PER_ENVELOPE: u64 = 100;
const AGENTS: u64 = 10_000;
const NEEDLE: &str = "disk quota exceeded on volume seven";

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"));
    let rows: u64 = arguments
        .next()
        .and_then(|rows| rows.parse().ok())
        .unwrap_or(1_000_000);
    let temporary = tempfile::tempdir().unwrap();
    let folder = arguments
        .next()
        .map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    println!("fsync of 4 KiB takes {:.2} ms here", fsync_ms(&folder));
    println!(
        "{:>10} {:>9} {:>10} {:>12} {:>15} {:>10}",
        "rows", "a batch", "rows/s", "CPU us/row", "CPU s/10k rows", "bytes/row"
    );
    for batch in [100, 1_000] {
        ingest(&folder.join(format!("batches-{batch}")), rows.min(200_000), batch);
    }
    let large = folder.join("batches-10000");
    ingest(&large, rows, 10_000);
    println!();
    questions(&large, rows);
}

fn ingest(folder: &Path, rows: u64, batch: u64) {
    let history = SqliteHistory::open(folder).unwrap();
    let (mut wall, mut processor) = (Duration::ZERO, Duration::ZERO);
    for first in (0..rows).step_by(batch as usize) {
        let batch: Vec<_> = (first..rows.min(first + batch))
            .map(|number| row(number, rows))
            .collect();
        let next_offset = batch.last().map_or(0, |row| row.id.position.offset + 1);
        let (began, processor_began) = (Instant::now(), processor_time());
        history.append(&batch, next_offset).unwrap();
        wall += began.elapsed();
        processor += processor_time() - processor_began;
    }
    let per_row_us = processor.as_secs_f64() * 1e6 / rows as f64;
    println!(
        "{rows:>10} {batch:>9} {:>10.0} {per_row_us:>12.1} {:>15.3} {:>10.0}",
        rows as f64 / wall.as_secs_f64(),
        per_row_us / 100.0,
        history.bytes() as f64 / rows as f64
    );
}

fn questions(folder: &Path, rows: u64) {
    let history = SqliteHistory::open(folder).unwrap();
    let nothing = HistoryQuery {
        limit: 100,
        ..HistoryQuery::default()
    };
    let middle = START.plus_ns((rows / 2) as i64 * 100_000);
    let text = |text: &str| HistoryQuery {
        text: Some(text.into()),
        ..nothing.clone()
    };
    let asked = [
        ("newest 100", nothing.clone()),
        (
            "100 before the middle",
            HistoryQuery {
                to: Some(middle),
                ..nothing.clone()
            },
        ),
        (
            "an agent",
            HistoryQuery {
                agent: Some("agent-77".into()),
                ..nothing.clone()
            },
        ),
        (
            "an agent that is not there",
            HistoryQuery {
                agent: Some("nobody".into()),
                ..nothing.clone()
            },
        ),
        (
            "a task of the first rows",
            HistoryQuery {
                task: Some("task-0000003".into()),
                ..nothing.clone()
            },
        ),
        (
            "verdicts",
            HistoryQuery {
                kinds: vec!["verdict".into()],
                ..nothing.clone()
            },
        ),
        (
            "an agent's verdicts",
            HistoryQuery {
                kinds: vec!["verdict".into()],
                agent: Some("agent-5000".into()),
                ..nothing.clone()
            },
        ),
        (
            "a rare event type",
            HistoryQuery {
                event_type: Some("agent.error".into()),
                ..nothing.clone()
            },
        ),
        ("text in one row of 20", text("Bash")),
        ("text in one row of 100,000", text(NEEDLE)),
        ("a task's number as text", text("task-0000003")),
        ("text that is not there", text("segmentation fault")),
        ("three letters that are not there", text("qzx")),
    ];
    println!(
        "{:>34} {:>6} {:>6} {:>10} {:>10} {:>12}",
        "question", "found", "calls", "CPU ms", "median ms", "slowest ms"
    );
    for (name, query) in asked {
        let (mut took, mut processor) = (Vec::new(), Vec::new());
        let (mut found, mut calls) = (0, 0);
        for _ in 0..9 {
            let began = (Instant::now(), processor_time());
            (found, calls) = ask(&history, &query);
            took.push(began.0.elapsed().as_secs_f64() * 1e3);
            processor.push((processor_time() - began.1).as_secs_f64() * 1e3);
        }
        took.sort_by(f64::total_cmp);
        processor.sort_by(f64::total_cmp);
        let figures = (processor[4], took[4], took[8]);
        println!(
            "{name:>34} {found:>6} {calls:>6} {:>10.1} {:>10.1} {:>12.1}",
            figures.0, figures.1, figures.2
        );
    }
}

/// The first 100 rows, however many calls it takes.
fn ask(history: &SqliteHistory, query: &HistoryQuery) -> (usize, usize) {
    let mut query = query.clone();
    let mut found = 0;
    for calls in 1.. {
        let page = history.query(&query).unwrap();
        found += page.rows.len();
        if found >= 100 || page.next.is_none() {
            return (found, calls);
        }
        query.cursor = page.next;
    }
    unreachable!("the walk ends");
}

fn row(number: u64, rows: u64) -> HistoryRow {
    let position = Position {
        partition: 0,
        offset: number / EFFECTS_PER_ENVELOPE,
    };
    let id = EffectId {
        position,
        n: (number % EFFECTS_PER_ENVELOPE) as u32,
    };
    let step_ns = (86_400_000_000_000 / rows).min(100_000) as i64;
    HistoryRow {
        id,
        at: START.plus_ns((number - number % EFFECTS_PER_ENVELOPE) as i64 * step_ns),
        effect: effect(number),
    }
}

fn effect(number: u64) -> Effect {
    let mixed = (number ^ (number >> 7)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let drawn = mixed >> 20;
    let agent = format!("agent-{}", drawn % AGENTS);
    let task = format!("task-{:07}", number / 40);
    if number % 5_000 == 77 {
        let agent = EntityKey::new("default", EntityKind::Agent, &agent);
        return Effect::Verdict(Box::new(VerdictChange {
            agent,
            agent_kind: "bot".into(),
            from: Some(Verdict::Working),
            to: Verdict::Idle,
            since: START,
            evidence: Vec::new(),
        }));
    }
    if number % 50 == 7 {
        return Effect::Task(Box::new(TaskChange {
            task: EntityKey::new("default", EntityKind::Task, &task),
            task_type: Some("build".into()),
            from: Some(TaskStatus::Assigned),
            to: TaskStatus::Running,
            agent: Some(agent.into()),
            sandbox: None,
            queue: Some("main".into()),
            attempt: Some(1),
            error: None,
        }));
    }
    let event_type = match number % 20_000 {
        19_999 => "agent.error",
        other if other % 2 == 0 => "agent.tool_use",
        _ => "agent.tool_result",
    };
    let tool = if number % 20 == 3 {
        "Bash"
    } else {
        ["Read", "Edit", "Grep"][(drawn % 3) as usize]
    };
    let said = if number % 100_000 == 50_001 { NEEDLE } else { "ok" };
    let data = format!(
        "{{\"tool\":\"{tool}\",\"call\":\"{mixed:016x}\",\"file\":\"src/module_{}/part_{}.rs\",\"duration_ms\":{},\
         \"tokens\":{{\"input\":{},\"output\":{}}},\"result\":\"{said}\",\"session\":\"{:012x}\"}}",
        drawn % 97,
        drawn % 1013,
        drawn % 30_000,
        drawn % 180_000,
        drawn % 4_000,
        drawn % AGENTS * 7_919_777
    );
    let event = Event {
        event: Some(format!("event-{number}").into()),
        event_type: event_type.into(),
        agent: Some(agent.into()),
        sandbox: Some(format!("sandbox-{}", drawn % 2_000).into()),
        task: Some(task.into()),
        at: Some(START),
        size_bytes: Some(200),
        data: Some(data.into()),
        ..Event::default()
    };
    Effect::Event(Box::new(EventSeen {
        namespace: "default".into(),
        event,
    }))
}

fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

fn fsync_ms(folder: &Path) -> f64 {
    let mut file = File::create(folder.join("fsync")).unwrap();
    let mut took: Vec<f64> = (0..21)
        .map(|_| {
            file.write_all(&[7; 4096]).unwrap();
            let began = Instant::now();
            file.sync_data().unwrap();
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[10]
}
