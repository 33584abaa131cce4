//! How the runtime itself is: storage faults, lag, what it recovered.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use parking_lot::RwLock;
use swarmpulse_model::Timestamp;

use crate::recovery::RecoveryReport;

/// A store that refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageFault {
    /// `journal`, `history`, `state` or `logs`.
    pub store: &'static str,
    /// What it said.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
}

/// The runtime's own state, shared with whoever shows it.
#[derive(Debug, Default)]
pub struct Status {
    ready: AtomicBool,
    low_on_space: AtomicBool,
    next_due: AtomicI64,
    journal_next: AtomicU64,
    history_next: AtomicU64,
    desk_next: AtomicU64,
    desk_deferred: AtomicBool,
    oldest_unwritten: AtomicI64,
    faults: RwLock<Vec<StorageFault>>,
    recovery: RwLock<RecoveryReport>,
}

impl Status {
    /// Whether recovery is over and records are taken.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }
    pub(crate) fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }
    /// The disk is nearly full: records from outside are refused, so that what there is stays sound.
    #[must_use]
    pub fn is_low_on_space(&self) -> bool {
        self.low_on_space.load(Ordering::Acquire)
    }
    pub(crate) fn set_low_on_space(&self, low: bool) {
        self.low_on_space.store(low, Ordering::Release);
    }
    /// The time at which time alone changes the fleet.
    pub(crate) fn next_due(&self) -> Timestamp {
        Timestamp(self.next_due.load(Ordering::Acquire))
    }
    pub(crate) fn set_next_due(&self, at: Timestamp) {
        self.next_due.store(at.0, Ordering::Release);
    }
    /// Journal entries so far.
    #[must_use]
    pub fn journal_next(&self) -> u64 {
        self.journal_next.load(Ordering::Acquire)
    }
    pub(crate) fn set_journal_next(&self, next: u64) {
        self.journal_next.store(next, Ordering::Release);
    }
    /// Entries whose effects are in history.
    #[must_use]
    pub fn history_next(&self) -> u64 {
        self.history_next.load(Ordering::Acquire)
    }
    pub(crate) fn set_history_next(&self, next: u64) {
        self.history_next.store(next, Ordering::Release);
    }
    /// Entries whose effects are in the desk and the outbox as they were kept last.
    #[must_use]
    pub fn desk_next(&self) -> u64 {
        self.desk_next.load(Ordering::Acquire)
    }
    pub(crate) fn set_desk_next(&self, next: u64) {
        self.desk_next.store(next, Ordering::Release);
    }
    /// The next start need not read again what lies before this.
    pub(crate) fn performed_next(&self) -> u64 {
        self.history_next().min(self.desk_next())
    }
    /// Effects did not fit into the desk's queue: it reads them from the journal.
    pub(crate) fn set_desk_deferred(&self) {
        self.desk_deferred.store(true, Ordering::Release);
    }
    pub(crate) fn take_desk_deferred(&self) -> bool {
        self.desk_deferred.swap(false, Ordering::AcqRel)
    }
    /// When the oldest effect that history has yet to write was received; 0 if there is none.
    pub(crate) fn set_oldest_unwritten(&self, at: Timestamp) {
        self.oldest_unwritten.store(at.0, Ordering::Release);
    }
    /// How far history is behind, in seconds.
    #[must_use]
    pub fn history_lag_s(&self, now: Timestamp) -> f64 {
        match self.oldest_unwritten.load(Ordering::Acquire) {
            0 => 0.0,
            oldest => now.seconds_since(Timestamp(oldest)).max(0.0),
        }
    }
    /// Stores that refuse now.
    #[must_use]
    pub fn faults(&self) -> Vec<StorageFault> {
        self.faults.read().clone()
    }
    /// Notes that a store refuses; true if it is new.
    pub(crate) fn fault(&self, store: &'static str, detail: String, now: Timestamp) -> bool {
        let mut faults = self.faults.write();
        if let Some(known) = faults.iter_mut().find(|fault| fault.store == store) {
            known.detail = detail;
            return false;
        }
        faults.push(StorageFault {
            store,
            detail,
            since: now,
        });
        true
    }
    /// Notes that a store works again; gives the fault that ended.
    pub(crate) fn mended(&self, store: &'static str) -> Option<StorageFault> {
        if self.faults.read().is_empty() {
            return None;
        }
        let mut faults = self.faults.write();
        let at = faults.iter().position(|fault| fault.store == store)?;
        Some(faults.remove(at))
    }
    /// What the start recovered.
    #[must_use]
    pub fn recovery(&self) -> RecoveryReport {
        self.recovery.read().clone()
    }
    pub(crate) fn set_recovery(&self, report: RecoveryReport) {
        *self.recovery.write() = report;
    }
}
