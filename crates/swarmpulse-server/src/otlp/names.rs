//! Series that LLM usage becomes, for the list of all series. They live in the metric store alone, not in `/metrics`.

use swarmpulse_model::series::MetricType;

use crate::own::{Series, SeriesType};

/// Every series that LLM usage becomes.
#[must_use]
pub fn usage_names() -> Vec<Series> {
    swarmpulse_telemetry::SERIES
        .iter()
        .map(|series| Series {
            name: series.name,
            series_type: match series.kind {
                MetricType::Histogram => SeriesType::Histogram,
                MetricType::Gauge => SeriesType::Gauge,
                _ => SeriesType::Counter,
            },
            unit: series.unit,
            labels: series.labels,
            help: series.help,
        })
        .collect()
}
