//! Reports of damaged days, until someone takes them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

/// Reports kept until they are taken; later ones are only counted.
const REPORTS_MAX: usize = 100;

/// A day whose file was damaged and is no longer served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedDay {
    /// The day, as `YYYY-MM-DD`.
    pub day: String,
    /// Where its file is now.
    pub moved_to: PathBuf,
    /// What the database said.
    pub detail: String,
}

/// Reports of damaged days.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    waiting: Mutex<Vec<DamagedDay>>,
    count: AtomicU64,
}

impl Reports {
    /// Adds a report.
    pub(crate) fn add(&self, report: DamagedDay) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut waiting = self.waiting.lock();
        if waiting.len() < REPORTS_MAX {
            waiting.push(report);
        }
    }

    /// The reports since the last call.
    pub(crate) fn take(&self) -> Vec<DamagedDay> {
        std::mem::take(&mut *self.waiting.lock())
    }

    /// How many were added.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
