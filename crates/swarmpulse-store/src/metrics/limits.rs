//! What a metric store takes and what it refuses, and the sentences that say so.

use swarmpulse_model::Timestamp;

use super::{RejectReason, Rejection};

/// What a metric store takes. The defaults suit a machine that does other work as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricLimits {
    /// So much older than the newest sample of its series a sample may be.
    pub late_window_ms: i64,
    /// So far after the time of receipt a sample may be.
    pub future_limit_ms: i64,
    /// So long raw samples are kept; what is older is refused.
    pub raw_retention_ms: i64,
    /// At most so many series.
    pub series_max: u64,
    /// At most so many series of one metric.
    pub series_per_metric_max: u64,
    /// At most so many series with one value of the label `agent`.
    pub series_per_agent_max: u64,
}

const HOUR_MS: i64 = 3_600_000;

impl Default for MetricLimits {
    fn default() -> Self {
        Self {
            late_window_ms: HOUR_MS,
            future_limit_ms: 600_000,
            raw_retention_ms: 30 * 24 * HOUR_MS,
            series_max: 5_000_000,
            series_per_metric_max: 1_000_000,
            series_per_agent_max: 10_000,
        }
    }
}

impl MetricLimits {
    /// Takes everything, of any age: for tests and for work on data that is at hand.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            late_window_ms: i64::MAX,
            future_limit_ms: i64::MAX,
            raw_retention_ms: i64::MAX,
            series_max: u64::MAX,
            series_per_metric_max: u64::MAX,
            series_per_agent_max: u64::MAX,
        }
    }

    /// The oldest and the newest time that is taken at `now`, whatever the series.
    #[must_use]
    pub fn span_ms(&self, now: Timestamp) -> (i64, i64) {
        let now_ms = now.unix_ms();
        (
            now_ms.saturating_sub(self.raw_retention_ms),
            now_ms.saturating_add(self.future_limit_ms),
        )
    }

    /// The oldest time that is taken of a series whose newest sample this is.
    #[must_use]
    pub fn late_from_ms(&self, newest_ms: i64) -> i64 {
        newest_ms.saturating_sub(self.late_window_ms)
    }

    /// The refusal of samples of one series, as a sentence with the way out. `what` is the series as PromQL writes it,
    /// `at_ms` the first refused sample.
    #[must_use]
    pub fn refusal(
        &self,
        series: u32,
        samples: u32,
        reason: RejectReason,
        what: &str,
        at_ms: i64,
    ) -> Rejection {
        let what: String = what.chars().take(300).collect();
        let detail = match reason {
            RejectReason::InvalidLabels => format!("series refused: {what}"),
            RejectReason::TooManySeries => format!(
                "new series {what} refused: the store is at its limit of {} series; remove labels with many values or \
                 raise `metrics.series_max`",
                self.series_max
            ),
            RejectReason::TooManySeriesOfMetric => format!(
                "new series {what} refused: its metric is at the limit of {} series; remove labels with many values or \
                 raise `metrics.series_per_metric_max`",
                self.series_per_metric_max
            ),
            RejectReason::TooManySeriesOfAgent => format!(
                "new series {what} refused: its agent is at the limit of {} series; remove labels with many values or \
                 raise `metrics.series_per_agent_max`",
                self.series_per_agent_max
            ),
            RejectReason::TooOld => format!(
                "sample of {what} at {at_ms} ms refused: too old; samples may come {} s after newer ones of their \
                 series (`metrics.late_limit_s`) and are kept for {} s (`metrics.keep_days`)",
                self.late_window_ms / 1000,
                self.raw_retention_ms / 1000
            ),
            RejectReason::TooFarInFuture => format!(
                "sample of {what} at {at_ms} ms refused: more than {} s in the future (`metrics.future_limit_s`); check the sender's clock and \
                 that times are in milliseconds",
                self.future_limit_ms / 1000
            ),
            RejectReason::DuplicateTimestamp => format!(
                "sample of {what} at {at_ms} ms refused: another value is stored for that time; two senders may share \
                 one set of labels, give each a label of its own"
            ),
        };
        Rejection {
            series,
            samples,
            reason,
            detail,
        }
    }
}
