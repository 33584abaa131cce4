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

/// On a small disk the floor is this part of it.
const SMALL_DISK_SHARE: u64 = 20;

/// The free space below which records are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceFloor {
    /// A path on the disk.
    pub path: std::path::PathBuf,
    /// The least free space, in bytes; at most a twentieth of the disk.
    pub min_free_bytes: u64,
}

/// Chores of the journal's own, such as compressing closed segments; told when to give up.
pub type JournalChores = Box<dyn FnMut(&dyn Fn() -> bool) + Send>;

pub(crate) struct Keeper {
    pub shared: Arc<Shared>,
    pub chores: Option<JournalChores>,
    pub retention: RetentionOptions,
    pub stop: Receiver<()>,
    pub floor: Option<SpaceFloor>,
}

impl Keeper {
    /// Runs until told to stop.
    pub fn run(mut self) {
        let mut round = 0_u32;
        loop {
            self.look_at_space();
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

    /// Refuses records from outside while the disk is nearly full.
    fn look_at_space(&self) {
        let Some(floor) = &self.floor else { return };
        let low = match rustix::fs::statvfs(&floor.path) {
            Ok(disk) => {
                let least = floor
                    .min_free_bytes
                    .min(disk.f_blocks * disk.f_frsize / SMALL_DISK_SHARE);
                disk.f_bavail * disk.f_frsize < least
            }
            Err(_) => false,
        };
        if low != self.shared.status.is_low_on_space() {
            self.shared.status.set_low_on_space(low);
            if low {
                tracing::error!(path = %floor.path.display(), "the disk is nearly full: records are refused");
                self.shared
                    .status
                    .fault("disk", "nearly full".to_owned(), self.shared.clock.now());
            } else {
                tracing::info!(path = %floor.path.display(), "the disk has space again");
                self.shared.status.mended("disk");
            }
        }
    }

    /// Applies closed segments to the last snapshot and keeps the result as the next.
    fn snapshot_closed(&self) {
        let segments = self.shared.journal.segments();
        let Some(closed) = segments.iter().rev().find(|segment| segment.closed) else {
            return;
        };
        // Only what history and the desk have is of use to the next start.
        let to = closed.next_offset.min(self.shared.status.performed_next());
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
        if let Err(error) = self.shared.state.retire_alerts(from) {
            tracing::warn!(%error, "alerts beyond retention stay in the table of alerts");
        }
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
