//! What was counted: every drop has a reason and a counter.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

/// The counters that the runtime itself keeps. Others are added by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the series")]
pub enum Counter {
    EnvelopesTotal,
    RecordsTotal,
    JournalBytesTotal,
    SyncsTotal,
    OverloadedTotal,
    StorageRefusedTotal,
    TicksTotal,
    EffectsTotal,
    HistoryDeferredTotal,
    LiveLaggedTotal,
    LogLinesTotal,
    LogLinesLostTotal,
    ProbeLooksTotal,
    ProbeReportsLostTotal,
    SnapshotsTotal,
    SnapshotsFailedTotal,
}

const COUNTERS: usize = Counter::SnapshotsFailedTotal as usize + 1;

impl Counter {
    /// Its name, and whether it counts something dropped or refused.
    const NAMES: [(&'static str, bool); COUNTERS] = [
        ("envelopes_total", false),
        ("records_total", false),
        ("journal_bytes_total", false),
        ("journal_syncs_total", false),
        ("overloaded_total", true),
        ("storage_refused_total", true),
        ("ticks_total", false),
        ("effects_total", false),
        ("history_deferred_total", true),
        ("live_lagged_total", true),
        ("log_lines_total", false),
        ("log_lines_lost_total", true),
        ("probe_looks_total", false),
        ("probe_reports_lost_total", true),
        ("snapshots_total", false),
        ("snapshots_failed_total", true),
    ];
}

/// Counts by name. Names are few and fixed; a label is a name of its own.
#[derive(Debug, Default)]
pub struct Counters {
    own: [AtomicU64; COUNTERS],
    drops: RwLock<BTreeMap<&'static str, AtomicU64>>,
}

impl Counters {
    /// Adds to one of the runtime's own.
    pub fn add(&self, counter: Counter, by: u64) {
        self.own[counter as usize].fetch_add(by, Ordering::Relaxed);
    }

    /// One of the runtime's own.
    #[must_use]
    pub fn get(&self, counter: Counter) -> u64 {
        self.own[counter as usize].load(Ordering::Relaxed)
    }

    /// Counts something dropped or refused elsewhere, by its reason.
    pub fn drop_for(&self, reason: &'static str, by: u64) {
        if let Some(count) = self.drops.read().get(reason) {
            count.fetch_add(by, Ordering::Relaxed);
            return;
        }
        self.drops
            .write()
            .entry(reason)
            .or_default()
            .fetch_add(by, Ordering::Relaxed);
    }

    /// Everything dropped or refused, by reason.
    #[must_use]
    pub fn drops(&self) -> BTreeMap<&'static str, u64> {
        let own = Counter::NAMES
            .iter()
            .zip(&self.own)
            .filter(|((_, drop), _)| *drop);
        let mut all: BTreeMap<&'static str, u64> = own
            .map(|((name, _), count)| (*name, count.load(Ordering::Relaxed)))
            .collect();
        for (name, count) in self.drops.read().iter() {
            all.insert(name, count.load(Ordering::Relaxed));
        }
        all
    }

    /// What was done, by name.
    #[must_use]
    pub fn done(&self) -> BTreeMap<&'static str, u64> {
        let own = Counter::NAMES
            .iter()
            .zip(&self.own)
            .filter(|((_, drop), _)| !*drop);
        own.map(|((name, _), count)| (*name, count.load(Ordering::Relaxed)))
            .collect()
    }
}
