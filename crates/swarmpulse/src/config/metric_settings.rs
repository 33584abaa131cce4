//! The settings of the metric store and of queries.

use serde::{Deserialize, Serialize};
use swarmpulse_metrics::MetricOptions;
use swarmpulse_server::QueryOptions;
use swarmpulse_store::metrics::MetricLimits;

const DAY_MS: f64 = 86_400_000.0;

/// `[metrics]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricSettings {
    /// Samples are kept for so many days.
    pub keep_days: f64,
    /// Their hourly aggregates for so many.
    pub hourly_keep_days: f64,
    /// Their daily aggregates for so many.
    pub daily_keep_days: f64,
    /// The oldest samples go beyond so many bytes.
    pub max_bytes: u64,
    /// So much older than the newest of its series a sample may be.
    pub late_limit_s: f64,
    /// So far ahead of receipt a sample may be.
    pub future_limit_s: f64,
    /// The most series.
    pub series_max: u64,
    /// The most series of one metric.
    pub series_per_metric_max: u64,
    /// The most series of one agent.
    pub series_per_agent_max: u64,
}

impl Default for MetricSettings {
    fn default() -> Self {
        let options = MetricOptions::default();
        let limits = &options.limits;
        let days = |ms: i64| ms as f64 / DAY_MS;
        Self {
            keep_days: days(limits.raw_retention_ms),
            hourly_keep_days: days(options.hourly_retention_ms),
            daily_keep_days: days(options.daily_retention_ms),
            max_bytes: options.max_bytes,
            late_limit_s: limits.late_window_ms as f64 / 1000.0,
            future_limit_s: limits.future_limit_ms as f64 / 1000.0,
            series_max: limits.series_max,
            series_per_metric_max: limits.series_per_metric_max,
            series_per_agent_max: limits.series_per_agent_max,
        }
    }
}

impl MetricSettings {
    /// As the store takes them.
    #[must_use]
    pub fn options(&self) -> MetricOptions {
        let of_days = |days: f64| (days * DAY_MS) as i64;
        let of_seconds = |seconds: f64| (seconds * 1000.0) as i64;
        MetricOptions {
            limits: MetricLimits {
                late_window_ms: of_seconds(self.late_limit_s),
                future_limit_ms: of_seconds(self.future_limit_s),
                raw_retention_ms: of_days(self.keep_days),
                series_max: self.series_max,
                series_per_metric_max: self.series_per_metric_max,
                series_per_agent_max: self.series_per_agent_max,
            },
            hourly_retention_ms: of_days(self.hourly_keep_days),
            daily_retention_ms: of_days(self.daily_keep_days),
            max_bytes: self.max_bytes,
            ..MetricOptions::default()
        }
    }
}

/// `[query]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuerySettings {
    /// A query may take so long.
    pub timeout_s: f64,
    /// So many are evaluated at once.
    pub at_once_max: u64,
    /// So many samples one may hold in memory.
    pub samples_max: u64,
    /// So many series one selector may match.
    pub series_max: u64,
    /// So long a sample holds while no newer one comes.
    pub lookback_s: f64,
}

impl Default for QuerySettings {
    fn default() -> Self {
        let options = QueryOptions::default();
        Self {
            timeout_s: options.timeout_s,
            at_once_max: options.at_once_max as u64,
            samples_max: options.samples_max,
            series_max: options.series_max as u64,
            lookback_s: options.lookback_s,
        }
    }
}

impl QuerySettings {
    /// As the server takes them.
    #[must_use]
    pub fn options(&self) -> QueryOptions {
        let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        QueryOptions {
            timeout_s: self.timeout_s,
            at_once_max: size(self.at_once_max),
            samples_max: self.samples_max,
            series_max: size(self.series_max),
            lookback_s: self.lookback_s,
        }
    }
}
