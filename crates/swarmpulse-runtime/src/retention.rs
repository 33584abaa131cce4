//! What is kept, and until when.

use swarmpulse_model::Timestamp;
use swarmpulse_store::Retention;

use crate::handle::Shared;

/// What is kept, by age and by total size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetentionOptions {
    /// Journal entries older than this may go, in days.
    pub journal_keep_days: f64,
    /// The journal's size beyond which the oldest may go, in bytes.
    pub journal_max_bytes: u64,
    /// History older than this goes, in days.
    pub history_keep_days: f64,
    /// History's size beyond which the oldest day goes, in bytes.
    pub history_max_bytes: u64,
}

impl Default for RetentionOptions {
    fn default() -> Self {
        Self {
            journal_keep_days: 7.0,
            journal_max_bytes: 4 << 30,
            history_keep_days: 30.0,
            history_max_bytes: 20 << 30,
        }
    }
}

const DAY_S: f64 = 86_400.0;

impl RetentionOptions {
    pub(crate) fn journal(&self, now: Timestamp, needed_from: u64) -> Retention {
        Retention {
            keep_from: now.plus_s(-self.journal_keep_days * DAY_S),
            max_bytes: self.journal_max_bytes,
            needed_from,
        }
    }

    pub(crate) fn history_from(&self, now: Timestamp) -> Timestamp {
        now.plus_s(-self.history_keep_days * DAY_S)
    }
}

/// Entries from here on are needed for the next start: after the newest snapshot that history, the desk and the outbox
/// have caught up with.
pub(crate) fn needed_from(shared: &Shared) -> u64 {
    let performed = shared.status.performed_next();
    match shared
        .state
        .snapshot(swarmpulse_fleet::SNAPSHOT_VERSION, performed)
    {
        Ok(Some(snapshot)) => snapshot.next_offset,
        Ok(None) => 0,
        Err(error) => {
            tracing::warn!(%error, "no journal segment is deleted");
            0
        }
    }
}
