//! The keeper: shadow snapshots of closed segments, compression and retention, beside the owner and never in its way.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::catch_up::{self, Skipped};
use crate::counters::Counter;
use crate::handle::Shared;
use crate::retention::RetentionOptions;
use crate::snapshot;

/// Time between rounds.
const ROUND: Duration = Duration::from_secs(5);
/// Rounds between looks at retention.
const RETIRE_EVERY: u32 = 6;
/// Figures older than this are forgotten, in seconds.
const SAMPLES_KEEP_S: f64 = 3600.0;

/// Chores of the journal's own, such as compressing closed segments; told when to give up.
pub type JournalChores = Box<dyn FnMut(&dyn Fn() -> bool) + Send>;

pub(crate) struct Keeper {
    pub shared: Arc<Shared>,
    pub chores: Option<JournalChores>,
    pub retention: RetentionOptions,
    pub stop: Receiver<()>,
}

impl Keeper {
    /// Runs until told to stop.
    pub fn run(mut self) {
        let mut round = 0_u32;
        loop {
            match self.stop.recv_timeout(ROUND) {
                Err(RecvTimeoutError::Timeout) => {}
                _ => return,
            }
            self.snapshot_closed();
            if let Some(chores) = &mut self.chores {
                let stop = &self.stop;
                chores(&|| !stop.is_empty());
            }
            if round.is_multiple_of(RETIRE_EVERY) {
                self.retire();
            }
            round = round.wrapping_add(1);
        }
    }

    /// Applies closed segments to the last snapshot and keeps the result as the next.
    fn snapshot_closed(&self) {
        let segments = self.shared.journal.segments();
        let Some(closed) = segments.iter().rev().find(|segment| segment.closed) else {
            return;
        };
        // Only what history has is of use to the next start.
        let to = closed.next_offset.min(self.shared.status.history_next());
        let mut skipped = Skipped::default();
        let fleet = catch_up::fleet_before(&*self.shared.state, to, &mut skipped);
        let Ok(mut fleet) = fleet else { return };
        if fleet.next_offset() >= to || to < closed.next_offset {
            return;
        }
        let applied = catch_up::apply_span(
            &mut fleet,
            &self.shared.journal,
            u64::MAX,
            to,
            &mut skipped,
            |_, _| true,
        );
        if let Err(error) = applied {
            tracing::warn!(%error, "no snapshot is made");
            self.shared.counters.add(Counter::SnapshotsFailedTotal, 1);
            return;
        }
        self.keep(&fleet);
    }

    fn keep(&self, fleet: &swarmpulse_fleet::Fleet) {
        keep_snapshot(&self.shared, fleet);
    }

    fn retire(&self) {
        let now = self.shared.clock.now();
        let from = self.retention.history_from(now);
        match self.shared.history.retire(from, self.retention.history_max_bytes) {
            Ok(retired) if retired.days > 0 => {
                tracing::info!(
                    days = retired.days,
                    bytes = retired.bytes,
                    "history beyond retention is deleted"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "history beyond retention stays"),
        }
        self.shared.samples.forget_before(now.plus_s(-SAMPLES_KEEP_S));
    }
}

/// Keeps a snapshot of this fleet.
pub(crate) fn keep_snapshot(shared: &Shared, fleet: &swarmpulse_fleet::Fleet) {
    let saved = snapshot::save(fleet).map_err(|error| error.to_string());
    let kept = saved.and_then(|made| {
        shared
            .state
            .save_snapshot(&made)
            .map_err(|error| error.to_string())
    });
    match kept {
        Ok(()) => {
            shared.counters.add(Counter::SnapshotsTotal, 1);
            shared.status.mended("state");
        }
        Err(error) => {
            shared.counters.add(Counter::SnapshotsFailedTotal, 1);
            if shared.status.fault("state", error.clone(), shared.clock.now()) {
                tracing::error!(error, "no snapshot is kept; the next start will take longer");
            }
        }
    }
}
