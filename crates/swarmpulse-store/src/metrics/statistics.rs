//! How a metric store is.

use super::RejectReason;

/// How a metric store is. Counts are since it was opened, unless they say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricStatistics {
    /// Series known now.
    pub series: u64,
    /// Of these, with samples lately.
    pub series_active: u64,
    /// Samples taken.
    pub samples_total: u64,
    /// Samples taken that came late, out of order.
    pub samples_late_total: u64,
    /// Series created.
    pub series_created_total: u64,
    /// Series forgotten.
    pub series_removed_total: u64,
    /// Samples refused, by reason; every reason is there.
    pub rejected_total: Vec<(RejectReason, u64)>,
    /// Chunks in memory.
    pub head_chunks: u64,
    /// Bytes of samples and chunks in memory.
    pub head_bytes: u64,
    /// Segment files.
    pub segments: u64,
    /// Bytes of segments.
    pub segment_bytes: u64,
    /// Samples in segments.
    pub segment_samples: u64,
    /// Bytes of the journal.
    pub journal_bytes: u64,
    /// Bytes of hourly and daily aggregates.
    pub rollup_bytes: u64,
    /// Files set aside as damaged.
    pub damaged_files: u64,
    /// Time spent in the last write of a segment, in microseconds.
    pub last_flush_us: u64,
    /// Groups made durable.
    pub fsyncs_total: u64,
    /// Time spent making groups durable, in microseconds.
    pub fsync_us_total: u64,
}

/// How many series something has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesCount {
    /// `metric` or `label`.
    pub of: &'static str,
    /// The metric's or label's name.
    pub name: String,
    /// How many series of the metric, or values of the label.
    pub count: u64,
}
