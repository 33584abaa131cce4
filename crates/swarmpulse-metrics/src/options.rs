//! What may be set about the embedded store.

use swarmpulse_store::metrics::MetricLimits;

const HOUR_MS: i64 = 3_600_000;

/// What may be set about the embedded store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricOptions {
    /// What is taken and what is refused; `raw_retention_ms` is also how long raw samples are kept.
    pub limits: MetricLimits,
    /// How long hourly aggregates are kept.
    pub hourly_retention_ms: i64,
    /// How long daily aggregates are kept.
    pub daily_retention_ms: i64,
    /// At most so many bytes of segments; beyond, the oldest go.
    pub max_bytes: u64,
    /// How much time one segment file covers, and how often one is written.
    pub segment_span_ms: i64,
    /// More bytes of samples in memory than this are written to a segment before their time.
    pub head_bytes_max: u64,
    /// More bytes of journal than this are written to a segment before their time.
    pub journal_bytes_max: u64,
    /// After so long without any samples everything in memory is written to segments.
    pub quiet_ms: i64,
    /// A series without samples for so long is forgotten if no segment holds it; its open samples are packed sooner.
    pub idle_limit_ms: i64,
    /// At most so many series that have nothing in memory are remembered; beyond, the oldest are forgotten, and what files
    /// still hold of them is no longer found. Short-lived series can so never take the room of those that live.
    pub idle_series_max: u64,
    /// At most so many bytes of entries may wait for the disk.
    pub waiting_bytes_max: usize,
}

impl Default for MetricOptions {
    fn default() -> Self {
        Self {
            limits: MetricLimits::default(),
            hourly_retention_ms: 400 * 24 * HOUR_MS,
            daily_retention_ms: 5 * 366 * 24 * HOUR_MS,
            max_bytes: 20 << 30,
            segment_span_ms: 2 * HOUR_MS,
            head_bytes_max: 512 << 20,
            journal_bytes_max: 512 << 20,
            quiet_ms: HOUR_MS / 4,
            idle_limit_ms: 2 * HOUR_MS,
            idle_series_max: 1_500_000,
            waiting_bytes_max: 64 << 20,
        }
    }
}

impl MetricOptions {
    /// Takes and keeps everything, of any age: for tests and for work on data that is at hand.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            limits: MetricLimits::unlimited(),
            hourly_retention_ms: i64::MAX,
            daily_retention_ms: i64::MAX,
            max_bytes: u64::MAX,
            idle_series_max: u64::MAX,
            ..Self::default()
        }
    }
}
