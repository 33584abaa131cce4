//! Learning from the journal at the start: what was received lately, so that a restart does not make detectors blind.

use swarmpulse_model::record::Task;
use swarmpulse_model::{Position, Record, Text, Timestamp};
use swarmpulse_store::{JournalError, JournalReader};
use swarmpulse_wire::envelope;

use super::engine::Engine;
use super::tap::teaches;
use crate::clock::Stopwatch;
use crate::handle::Handle;

/// The journal is read so far back, in seconds.
const BACK_S: f64 = 24.0 * 3600.0;
/// At most so many bytes of segments are read.
const BYTES_MAX: u64 = 256 << 20;
/// Longer than this it may not take, in seconds: what is left is passed over.
const SECONDS_MAX: f64 = 60.0;
/// Detectors are asked so often in the journal's own time, in seconds.
const ASK_EVERY_S: f64 = 60.0;
/// Open tasks are copied so many at one look.
const TASKS_AT_ONCE: usize = 2_000;

/// What was learned from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Learned {
    /// Records.
    pub records: u64,
    /// Entries that could not be read.
    pub damaged: u64,
    /// Whether it took too long and the rest was passed over.
    pub cut_short: bool,
}

/// Feeds the engine from the journal up to `to` (exclusive).
pub(super) fn warm_up(
    engine: &mut Engine,
    handle: &Handle,
    to: u64,
    stopping: impl Fn() -> bool,
) -> Result<Learned, JournalError> {
    let mut learned = Learned::default();
    let journal = handle.journal();
    let from = beginning(&**journal, handle.now())?;
    let (watch, mut ask_at) = (Stopwatch::start(), None);
    let mut earlier = true;
    for entry in journal.read_from(from)? {
        let entry = match entry {
            Ok(entry) if entry.offset < to => entry,
            Ok(_) => break,
            Err(JournalError::Damaged { .. }) => {
                learned.damaged += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        if std::mem::take(&mut earlier) {
            learned.records += open_before(engine, handle, entry.received_at);
        }
        if watch.seconds() > SECONDS_MAX || stopping() {
            learned.cut_short = true;
            break;
        }
        let due = *ask_at.get_or_insert(entry.received_at.plus_s(ASK_EVERY_S));
        if entry.received_at >= due {
            engine.rehearse(entry.received_at);
            ask_at = Some(entry.received_at.plus_s(ASK_EVERY_S));
        }
        let position = Position {
            partition: 0,
            offset: entry.offset,
        };
        let Ok(envelope) = envelope::decode_body(position, entry.received_at, &entry.body) else {
            learned.damaged += 1;
            continue;
        };
        for record in envelope.records.iter().filter(|record| teaches(record)) {
            learned.records += 1;
            engine.observe(&envelope.namespace, envelope.received_at, record);
        }
    }
    Ok(learned)
}

/// Where to begin: so long ago, and not more than so many bytes.
fn beginning(journal: &dyn JournalReader, now: Timestamp) -> Result<u64, JournalError> {
    let mut bytes = 0;
    let mut first = journal.next_offset();
    for segment in journal.segments().iter().rev() {
        bytes += segment.bytes;
        if bytes > BYTES_MAX && first < journal.next_offset() {
            break;
        }
        first = segment.first_offset;
    }
    Ok(first
        .max(journal.offset_at(now.plus_s(-BACK_S))?)
        .max(journal.first_offset()))
}

/// Tasks that were in hand already before that time, as the fleet knows them.
fn open_before(engine: &mut Engine, handle: &Handle, before: Timestamp) -> u64 {
    let mut open: Vec<(Timestamp, Text, Record)> = Vec::new();
    let mut next = Some(0);
    while let Some(first) = next {
        next = handle.fleet(|fleet| {
            for (seen, (index, task)) in fleet.tasks_from(first).enumerate() {
                if seen == TASKS_AT_ONCE {
                    return Some(index);
                }
                if task.status.is_final() || task.since >= before {
                    continue;
                }
                let agent = task.agent_name.clone();
                let record = Record::Task(Box::new(Task {
                    task: task.id.clone(),
                    task_type: task.task_type.clone(),
                    status: task.status,
                    queue: task.queue.clone(),
                    agent,
                    sandbox: task.sandbox.clone(),
                    priority: task.priority.clone(),
                    user: task.user.clone(),
                    attempt: task.attempt,
                    queued_at: Some(task.first_seen_at),
                    assigned_at: None,
                    started_at: None,
                    finished_at: None,
                    timeout_s: task.timeout_s,
                    error: None,
                    retryable: task.retryable,
                    attributes: task.attributes.clone(),
                }));
                open.push((task.since, fleet.namespace_of_task(task).into(), record));
            }
            None
        });
    }
    open.sort_by_key(|(since, _, _)| *since);
    for (since, namespace, record) in &open {
        engine.observe(namespace, *since, record);
    }
    open.len() as u64
}
