//! The owner: the one thread that changes the fleet, and hands on what follows.

use std::sync::Arc;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, TrySendError};
use parking_lot::Mutex;
use std::time::Duration;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Effect, Text, Timestamp};
use swarmpulse_store::HistoryRow;
use swarmpulse_store::metrics::Acknowledge;

use crate::batch::Receipt;
use crate::clock::Stopwatch;
use crate::counters::Counter;
use crate::detecting::Tap;
use crate::handle::Shared;
use crate::heartbeat_metrics;
use crate::sequencer::{Committed, Reply};

/// The longest the fleet waits for the historian before history is left to catch up from the journal by itself.
const HISTORY_PATIENCE: Duration = Duration::from_secs(5);

/// Effects of one group, its first journal entry and the one after it.
pub(crate) struct Chapter {
    pub rows: Arc<Vec<HistoryRow>>,
    pub first_offset: u64,
    pub next_offset: u64,
}

/// What is to be told to whoever sent a batch.
struct Acknowledgement {
    reply: Reply,
    receipt: Receipt,
    namespace: Text,
    /// The numbers that came with it.
    samples: SampleBatch,
}

pub(crate) struct Owner {
    pub shared: Arc<Shared>,
    pub groups: Receiver<Vec<Committed>>,
    pub chapters: Sender<Chapter>,
    /// The same for the desk.
    pub desk: Sender<Chapter>,
    pub tap: Tap,
}

impl Owner {
    /// Runs until the sequencer has ended and everything is applied.
    pub fn run(self) {
        while let Ok(group) = self.groups.recv() {
            self.apply(group);
        }
    }

    fn apply(&self, group: Vec<Committed>) {
        let mut rows = Vec::new();
        let mut made = Vec::new();
        let mut acknowledged = Vec::with_capacity(group.len());
        let mut farewells = Vec::new();
        let mut next_offset = 0;
        let first_offset = group
            .first()
            .map_or(0, |committed| committed.envelope.position.offset);
        for committed in &group {
            self.tap.offer(&committed.envelope);
        }
        let watch = Stopwatch::start();
        {
            let mut fleet = self.shared.fleet.write();
            for Committed { envelope, reply } in group {
                let (position, received_at) = (envelope.position, envelope.received_at);
                next_offset = position.offset + 1;
                self.shared
                    .ingest
                    .count_events(&envelope.namespace, &envelope.records);
                acknowledged.push(Acknowledgement {
                    reply,
                    receipt: Receipt {
                        position,
                        received_at,
                    },
                    namespace: envelope.namespace.clone(),
                    samples: heartbeat_metrics::samples_of(&envelope.records, received_at),
                });
                fleet.apply_envelope(envelope, &mut made);
                let gone = made
                    .iter()
                    .filter_map(|(_, effect)| heartbeat_metrics::farewell(&fleet, effect, received_at));
                farewells.extend(gone.map(|gone| (received_at, gone)));
                rows.extend(made.drain(..).map(|(id, effect)| HistoryRow {
                    id,
                    at: received_at,
                    effect,
                }));
            }
            self.shared.status.set_next_due(fleet.next_due());
        }
        self.shared.ingest.applied.observe(watch.seconds());
        let now = self.shared.clock.now();
        for acknowledgement in acknowledged {
            let visible_s = now.seconds_since(acknowledgement.receipt.received_at);
            self.shared.ingest.visible.observe(visible_s);
            self.acknowledge(acknowledgement);
        }
        for (at, (namespace, samples)) in farewells {
            self.append(&namespace, at, &samples, Box::new(|_| {}));
        }
        self.shared.counters.add(Counter::EffectsTotal, rows.len() as u64);
        self.hand_on(rows, first_offset, next_offset);
    }

    /// Tells the sender, once the numbers that came with the records are durable as well.
    fn acknowledge(&self, acknowledgement: Acknowledgement) {
        let Acknowledgement {
            reply,
            receipt,
            namespace,
            samples,
        } = acknowledgement;
        if samples.series.is_empty() {
            return reply.send(Ok(receipt));
        }
        // The records are durable and hold the numbers: a store of metrics that refuses is counted, and no reason to
        // have them sent again.
        self.append(
            &namespace,
            receipt.received_at,
            &samples,
            Box::new(move |_| reply.send(Ok(receipt))),
        );
    }

    fn append(&self, namespace: &str, at: Timestamp, samples: &SampleBatch, acknowledge: Acknowledge) {
        // If nothing is taken, the closure is dropped without a call; the sender must be told all the same.
        let told = Arc::new(Mutex::new(Some(acknowledge)));
        let later = Arc::clone(&told);
        let tell = move |told: &Mutex<Option<Acknowledge>>, result| {
            if let Some(acknowledge) = told.lock().take() {
                acknowledge(result);
            }
        };
        let appended = self.shared.metrics.append(
            namespace,
            at,
            samples,
            Box::new(move |result| tell(&later, result)),
        );
        let lost = match appended {
            Ok(appended) => appended.rejected_samples,
            Err(error) => {
                tell(&told, Err(error));
                samples.samples.len() as u64
            }
        };
        if lost > 0 {
            self.shared.counters.drop_for("heartbeat_metrics", lost);
        }
    }

    fn hand_on(&self, rows: Vec<HistoryRow>, first_offset: u64, next_offset: u64) {
        let rows = Arc::new(rows);
        if !rows.is_empty() {
            // Nobody listening is no failure.
            drop(self.shared.live.send(Arc::clone(&rows)));
        }
        let chapter = Chapter {
            rows: Arc::clone(&rows),
            first_offset,
            next_offset,
        };
        if let Err(TrySendError::Full(_)) = self.desk.try_send(chapter) {
            // The desk sees the hole in the offsets and fills it from the journal.
            self.shared.status.set_desk_deferred();
            self.shared.counters.drop_for("desk_deferred", rows.len() as u64);
        }
        let count = rows
            .iter()
            .filter(|row| !matches!(row.effect, Effect::Forgotten(_)))
            .count() as u64;
        let chapter = Chapter {
            rows,
            first_offset,
            next_offset,
        };
        match self.chapters.send_timeout(chapter, HISTORY_PATIENCE) {
            Ok(()) => {}
            // The historian sees the hole in the offsets and fills it from the journal.
            Err(SendTimeoutError::Timeout(_)) => {
                self.shared.counters.add(Counter::HistoryDeferredTotal, count);
            }
            Err(SendTimeoutError::Disconnected(_)) => {}
        }
    }
}
