//! The owner: the one thread that changes the fleet, and hands on what follows.

use std::sync::Arc;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender};
use std::time::Duration;
use swarmpulse_model::Effect;
use swarmpulse_store::HistoryRow;

use crate::batch::Receipt;
use crate::counters::Counter;
use crate::handle::Shared;
use crate::sequencer::Committed;

/// The longest the fleet waits for the historian before history is left to catch up from the journal by itself.
const HISTORY_PATIENCE: Duration = Duration::from_secs(5);

/// Effects of one group, and the journal entry after it.
pub(crate) struct Chapter {
    pub rows: Arc<Vec<HistoryRow>>,
    pub next_offset: u64,
}

pub(crate) struct Owner {
    pub shared: Arc<Shared>,
    pub groups: Receiver<Vec<Committed>>,
    pub chapters: Sender<Chapter>,
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
        let mut next_offset = 0;
        {
            let mut fleet = self.shared.fleet.write();
            for Committed { envelope, reply } in group {
                let (position, received_at) = (envelope.position, envelope.received_at);
                next_offset = position.offset + 1;
                fleet.apply_envelope(envelope, &mut made);
                rows.extend(made.drain(..).map(|(id, effect)| HistoryRow {
                    id,
                    at: received_at,
                    effect,
                }));
                acknowledged.push((
                    reply,
                    Receipt {
                        position,
                        received_at,
                    },
                ));
            }
            self.shared.status.set_next_due(fleet.next_due());
        }
        for (reply, receipt) in acknowledged {
            reply.send(Ok(receipt));
        }
        self.shared.counters.add(Counter::EffectsTotal, rows.len() as u64);
        self.hand_on(rows, next_offset);
    }

    fn hand_on(&self, rows: Vec<HistoryRow>, next_offset: u64) {
        let rows = Arc::new(rows);
        if !rows.is_empty() {
            // Nobody listening is no failure.
            drop(self.shared.live.send(Arc::clone(&rows)));
        }
        let count = rows
            .iter()
            .filter(|row| !matches!(row.effect, Effect::Forgotten(_)))
            .count() as u64;
        match self
            .chapters
            .send_timeout(Chapter { rows, next_offset }, HISTORY_PATIENCE)
        {
            Ok(()) => {}
            // The historian sees the hole in the offsets and fills it from the journal.
            Err(SendTimeoutError::Timeout(_)) => {
                self.shared.counters.add(Counter::HistoryDeferredTotal, count);
            }
            Err(SendTimeoutError::Disconnected(_)) => {}
        }
    }
}
