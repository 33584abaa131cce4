//! What a metric is: its type, help text and unit.

use crate::Text;

/// The type of a metric, as OpenMetrics names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricType {
    /// Not known.
    #[default]
    Unknown,
    /// Only grows, but for restarts.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by bucket.
    Histogram,
    /// A histogram of a value that goes up and down.
    GaugeHistogram,
    /// Quantiles computed by the sender.
    Summary,
    /// Labels that say something, with the value 1.
    Info,
    /// States, one series each.
    StateSet,
}

impl MetricType {
    /// Every type.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Counter,
        Self::Gauge,
        Self::Histogram,
        Self::GaugeHistogram,
        Self::Summary,
        Self::Info,
        Self::StateSet,
    ];

    /// Its name in Prometheus' API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
        }
    }

    /// The type of that name; `untyped` is an old name of `unknown`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "untyped" { "unknown" } else { name };
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a metric is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricMetadata {
    /// The metric's name, of the family: without `_bucket`, `_sum` and `_count`.
    pub metric: Text,
    /// Its type.
    pub kind: MetricType,
    /// What it measures.
    pub help: String,
    /// Its unit; empty if not said.
    pub unit: Text,
}
