//! What became of a batch.

use super::MetricError;

/// Called once when a batch is durable, or cannot be made so; from the store's own thread, so it must be quick.
pub type Acknowledge = Box<dyn FnOnce(Result<(), MetricError>) + Send>;

/// At most so many refusals are described one by one; all are counted.
pub const REJECTIONS_SHOWN_MAX: usize = 16;

/// Why samples were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectReason {
    /// The labels are not those of a series.
    InvalidLabels,
    /// A new series beyond the limit of all series.
    TooManySeries,
    /// A new series beyond the limit of its metric.
    TooManySeriesOfMetric,
    /// A new series beyond the limit of its agent.
    TooManySeriesOfAgent,
    /// Older than the window in which samples may come late.
    TooOld,
    /// Further in the future than clocks may differ.
    TooFarInFuture,
    /// Another value for the same series and time.
    DuplicateTimestamp,
}

impl RejectReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::InvalidLabels,
        Self::TooManySeries,
        Self::TooManySeriesOfMetric,
        Self::TooManySeriesOfAgent,
        Self::TooOld,
        Self::TooFarInFuture,
        Self::DuplicateTimestamp,
    ];

    /// Its name, as a label's value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidLabels => "invalid_labels",
            Self::TooManySeries => "series_limit",
            Self::TooManySeriesOfMetric => "metric_series_limit",
            Self::TooManySeriesOfAgent => "agent_series_limit",
            Self::TooOld => "too_old",
            Self::TooFarInFuture => "too_far_in_future",
            Self::DuplicateTimestamp => "duplicate_timestamp",
        }
    }
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Which series of the batch.
    pub series: u32,
    /// How many of its samples.
    pub samples: u32,
    /// Why.
    pub reason: RejectReason,
    /// The whole sentence: which series, what was wrong, the way out.
    pub detail: String,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Samples taken, repeats of what was known included.
    pub samples: u64,
    /// Series seen for the first time.
    pub series_created: u64,
    /// Samples refused.
    pub rejected_samples: u64,
    /// The first refusals, at most [`REJECTIONS_SHOWN_MAX`].
    pub rejections: Vec<Rejection>,
}
