//! How long something takes, counted by upper bound.

use std::sync::atomic::{AtomicU64, Ordering};

/// Upper bounds of the buckets, in seconds.
pub const LATENCY_BOUNDS_S: [f64; 13] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// How long something takes, counted by upper bound. Shared by threads without a lock.
#[derive(Debug, Default)]
pub struct Latency {
    /// Per bound, the last beyond all of them; each counted once.
    buckets: [AtomicU64; LATENCY_BOUNDS_S.len() + 1],
    sum_ns: AtomicU64,
}

impl Latency {
    /// Counts one.
    pub fn observe(&self, seconds: f64) {
        self.observe_many(seconds, 1);
    }

    /// Counts several that took equally long.
    pub fn observe_many(&self, seconds: f64, count: u64) {
        let bucket = LATENCY_BOUNDS_S
            .iter()
            .position(|bound| seconds <= *bound)
            .unwrap_or(LATENCY_BOUNDS_S.len());
        self.buckets[bucket].fetch_add(count, Ordering::Relaxed);
        let ns = (seconds.max(0.0) * 1e9) as u64;
        self.sum_ns.fetch_add(ns.saturating_mul(count), Ordering::Relaxed);
    }

    /// Counts by bound, each with those below it, the last being all; and the sum in seconds.
    #[must_use]
    pub fn figures(&self) -> ([u64; LATENCY_BOUNDS_S.len() + 1], f64) {
        let mut all = 0;
        let buckets = std::array::from_fn(|n| {
            all += self.buckets[n].load(Ordering::Relaxed);
            all
        });
        (buckets, self.sum_ns.load(Ordering::Relaxed) as f64 / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_bounds_inclusive() {
        let latency = Latency::default();
        latency.observe(0.000_5);
        latency.observe_many(0.003, 2);
        latency.observe(99.0);
        latency.observe(-1.0);
        let (buckets, sum) = latency.figures();
        assert_eq!(buckets, [2, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5]);
        assert!((sum - 99.0065).abs() < 1e-6, "{sum}");
    }
}
