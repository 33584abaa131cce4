//! The sequencer: the journal's one owner. It gives batches their place and time and makes groups durable.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use swarmpulse_model::record::MonitorEvent;
use swarmpulse_model::{Envelope, Position, Record, Source, Text, Timestamp, entity};
use swarmpulse_store::{Journal, JournalError};
use swarmpulse_wire::envelope;
use tokio::sync::oneshot;

use crate::batch::{Batch, Receipt};
use crate::clock::Stopwatch;
use crate::counters::Counter;
use crate::error::SubmitError;
use crate::handle::Shared;
use crate::retention::RetentionOptions;

/// The longest wait for a batch before deadlines are looked at.
const TICK: Duration = Duration::from_millis(100);
/// The same while a tick is under way.
const AGAIN: Duration = Duration::from_millis(2);
/// A group is closed at this size even while more waits, so that the first of it need not wait.
const GROUP_BYTES: usize = 4 << 20;
/// The loop stood still if one round took longer than this, in seconds.
const STALL_S: f64 = 5.0;
/// Storage that refused for longer than this left a gap in what was seen, in seconds.
const GAP_S: f64 = 5.0;
/// The journal is asked to delete what it need not keep so often, in seconds.
const RETIRE_EVERY_S: f64 = 30.0;

/// A batch with its encoded body and whoever waits for it.
pub(crate) struct Submission {
    pub batch: Batch,
    pub body: Vec<u8>,
    pub reply: Reply,
}

/// Whoever waits for a batch.
pub(crate) enum Reply {
    Async(oneshot::Sender<Result<Receipt, SubmitError>>),
    Blocking(Sender<Result<Receipt, SubmitError>>),
    Nobody,
}

impl Reply {
    pub(crate) fn send(self, result: Result<Receipt, SubmitError>) {
        // A waiter that has left does not care.
        match self {
            Self::Async(reply) => drop(reply.send(result)),
            Self::Blocking(reply) => drop(reply.try_send(result)),
            Self::Nobody => {}
        }
    }
}

/// A durable batch on its way to the fleet.
pub(crate) struct Committed {
    pub envelope: Envelope,
    pub reply: Reply,
}

pub(crate) struct Sequencer {
    pub journal: Box<dyn Journal>,
    pub shared: Arc<Shared>,
    pub submissions: Receiver<Submission>,
    pub groups: Sender<Vec<Committed>>,
    pub stop: Receiver<()>,
    pub retention: RetentionOptions,
    pub gap: Option<Timestamp>,
    pub retired_at: Timestamp,
    pub ticking: bool,
}

impl Sequencer {
    /// Runs until told to stop; then drains what waits. Dropping the group channel tells the owner to end.
    pub fn run(mut self) {
        let mut round = Stopwatch::start();
        loop {
            let took_s = round.seconds();
            round = Stopwatch::start();
            self.notice(took_s);
            let first = match self.submissions.recv_timeout(self.until_due()) {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let stopping = match self.stop.try_recv() {
                Ok(()) => true,
                Err(TryRecvError::Empty) => false,
                // Dropped without a stop: it ends as a crash would.
                Err(TryRecvError::Disconnected) => break,
            };
            if !self.group(first) {
                break;
            }
            if stopping {
                while let Ok(next) = self.submissions.try_recv() {
                    if !self.group(Some(next)) {
                        break;
                    }
                }
                break;
            }
            self.retire();
        }
        if let Err(error) = self.journal.roll() {
            tracing::warn!(%error, "the journal's last segment stays open");
        }
    }

    /// How long to wait for a batch. A tick may leave more to do, which the owner tells as soon as it has applied it.
    fn until_due(&self) -> Duration {
        if self.ticking {
            return AGAIN;
        }
        let left_ns = self
            .shared
            .status
            .next_due()
            .since(self.shared.clock.now())
            .max(0);
        Duration::from_nanos(u64::try_from(left_ns).unwrap_or(0)).min(TICK)
    }

    /// Notices what may have kept the monitor from seeing.
    fn notice(&mut self, round_s: f64) {
        if round_s > STALL_S {
            self.note(MonitorEvent::Stalled { duration_s: round_s });
        }
        if let Some(by_s) = self.shared.clock.take_jump() {
            self.note(MonitorEvent::ClockJumped { by_s });
        }
    }

    fn note(&mut self, event: MonitorEvent) {
        tracing::warn!(?event, "the monitor may not have seen everything");
        self.group(Some(own(vec![Record::Monitor(event)])));
    }

    /// Makes a group of what waits durable and hands it on. False if the owner is gone.
    fn group(&mut self, first: Option<Submission>) -> bool {
        let now = self.shared.clock.now();
        let mut waiting = Vec::new();
        let mut bytes = 0;
        self.ticking = self.shared.status.next_due() <= now;
        if self.ticking {
            // Handed on once: the owner says when the next is due.
            self.shared.status.set_next_due(Timestamp::NEVER);
            self.shared.counters.add(Counter::TicksTotal, 1);
            waiting.push(own(vec![Record::Tick]));
        }
        let mut next = first;
        while let Some(submission) = next {
            bytes += submission.body.len();
            waiting.push(submission);
            next = if bytes < GROUP_BYTES {
                self.submissions.try_recv().ok()
            } else {
                None
            };
        }
        if waiting.is_empty() {
            return true;
        }
        let first_offset = self.journal.next_offset();
        let (written, error) = self.write(&waiting, now);
        let refused = waiting.split_off(written);
        let goes_on = waiting.is_empty() || self.hand_on(waiting, first_offset, now);
        if let Some(error) = error {
            self.refuse(refused, &error, now);
        }
        goes_on
    }

    /// Appends as many as can be and makes them durable; how many that are, and what kept the next.
    fn write(&mut self, waiting: &[Submission], now: Timestamp) -> (usize, Option<JournalError>) {
        let mut refused = None;
        let mut written = 0;
        for submission in waiting {
            if let Err(error) = self.journal.append(now, &submission.body) {
                refused = Some(error);
                break;
            }
            written += 1;
        }
        if written > 0
            && let Err(error) = self.journal.sync()
        {
            return (0, Some(error));
        }
        (written, refused)
    }

    fn hand_on(&mut self, waiting: Vec<Submission>, first_offset: u64, now: Timestamp) -> bool {
        let counters = &self.shared.counters;
        let mut group = Vec::with_capacity(waiting.len());
        for (offset, submission) in (first_offset..).zip(waiting) {
            let Submission { batch, body, reply } = submission;
            self.released(&reply, body.len());
            counters.add(Counter::JournalBytesTotal, body.len() as u64);
            counters.add(Counter::RecordsTotal, batch.records.len() as u64);
            group.push(Committed {
                envelope: Envelope {
                    position: Position { partition: 0, offset },
                    received_at: now,
                    namespace: batch.namespace,
                    principal: batch.principal,
                    source: batch.source,
                    records: batch.records,
                },
                reply,
            });
        }
        counters.add(Counter::EnvelopesTotal, group.len() as u64);
        counters.add(Counter::SyncsTotal, 1);
        self.shared.status.set_journal_next(self.journal.next_offset());
        // Before the senders hear of it, so that who was answered sees no fault.
        let gap = self.gap.take();
        if gap.is_some() {
            self.shared.status.mended("journal");
        }
        if self.groups.send(group).is_err() {
            return false;
        }
        if let Some(since) = gap {
            let duration_s = now.seconds_since(since);
            tracing::info!(duration_s, "the journal takes records again");
            if duration_s >= GAP_S {
                self.note(MonitorEvent::IngestGap {
                    duration_s,
                    cause: Text::const_new("the journal could not be written"),
                });
            }
        }
        true
    }

    /// Tells the senders that nothing was kept; what is there stays readable.
    fn refuse(&mut self, waiting: Vec<Submission>, error: &JournalError, now: Timestamp) {
        self.gap.get_or_insert(now);
        if self.shared.status.fault("journal", error.to_string(), now) {
            tracing::error!(%error, "records are refused");
        }
        self.shared.status.set_next_due(now);
        self.shared
            .counters
            .add(Counter::StorageRefusedTotal, waiting.len() as u64);
        for submission in waiting {
            self.released(&submission.reply, submission.body.len());
            submission.reply.send(Err(SubmitError::Storage {
                detail: error.to_string(),
            }));
        }
    }

    fn released(&self, reply: &Reply, bytes: usize) {
        if !matches!(reply, Reply::Nobody) {
            self.shared.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
        }
    }

    fn retire(&mut self) {
        let now = self.shared.clock.now();
        if now.seconds_since(self.retired_at) < RETIRE_EVERY_S {
            return;
        }
        self.retired_at = now;
        let needed_from = crate::retention::needed_from(&self.shared);
        match self.journal.retire(self.retention.journal(now, needed_from)) {
            Ok(0) => {}
            Ok(bytes) => tracing::info!(bytes, "journal segments beyond retention are deleted"),
            Err(error) => tracing::warn!(%error, "journal segments beyond retention stay"),
        }
    }
}

/// A batch of the monitor's own.
fn own(records: Vec<Record>) -> Submission {
    let batch = Batch {
        namespace: Text::const_new(entity::DEFAULT_NAMESPACE),
        principal: Text::default(),
        source: Source::Monitor,
        records,
    };
    let mut body = Vec::new();
    envelope::encode_body(
        &batch.namespace,
        &batch.principal,
        batch.source,
        &batch.records,
        &mut body,
    );
    Submission {
        batch,
        body,
        reply: Reply::Nobody,
    }
}
