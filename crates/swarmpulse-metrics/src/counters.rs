//! What the store counts.

use std::sync::atomic::{AtomicU64, Ordering};

use swarmpulse_store::metrics::RejectReason;

/// Counts since the store was opened.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) samples: AtomicU64,
    pub(crate) late: AtomicU64,
    pub(crate) series_created: AtomicU64,
    pub(crate) series_removed: AtomicU64,
    pub(crate) metadata_dropped: AtomicU64,
    pub(crate) last_flush_us: AtomicU64,
    /// As of the last look at all series.
    pub(crate) head_chunks: AtomicU64,
    pub(crate) head_bytes: AtomicU64,
    pub(crate) series_active: AtomicU64,
    rejected: [AtomicU64; RejectReason::ALL.len()],
}

impl Counters {
    /// Counts refused samples.
    pub(crate) fn reject(&self, reason: RejectReason, samples: u64) {
        let place = RejectReason::ALL.iter().position(|other| *other == reason);
        if let Some(counter) = place.and_then(|place| self.rejected.get(place)) {
            counter.fetch_add(samples, Ordering::Relaxed);
        }
    }

    /// Refused samples by reason.
    pub(crate) fn rejected(&self) -> Vec<(RejectReason, u64)> {
        let counts = self.rejected.iter().map(|count| count.load(Ordering::Relaxed));
        RejectReason::ALL.into_iter().zip(counts).collect()
    }
}
