//! What metrics are, from both messages.

use swarmpulse_model::Text;
use swarmpulse_model::series::{MetricMetadata, MetricType};

use super::field::{BYTES, Damage, Fields, VARINT};

/// The type of that number; both messages number them alike.
pub(super) fn kind(number: u64) -> MetricType {
    match number {
        1 => MetricType::Counter,
        2 => MetricType::Gauge,
        3 => MetricType::Histogram,
        4 => MetricType::GaugeHistogram,
        5 => MetricType::Summary,
        6 => MetricType::Info,
        7 => MetricType::StateSet,
        _ => MetricType::Unknown,
    }
}

/// The family that a series of such a metric belongs to.
pub(super) fn family(series_name: &str, kind: MetricType) -> &str {
    let suffixes: &[&str] = match kind {
        MetricType::Histogram => &["_bucket", "_sum", "_count"],
        MetricType::GaugeHistogram => &["_bucket", "_gsum", "_gcount"],
        MetricType::Summary => &["_sum", "_count"],
        _ => &[],
    };
    suffixes
        .iter()
        .find_map(|suffix| series_name.strip_suffix(suffix))
        .unwrap_or(series_name)
}

/// The message `prometheus.MetricMetadata`; `None` if it names no metric.
pub(super) fn of_v1(mut fields: Fields<'_>) -> Result<Option<MetricMetadata>, Damage> {
    let mut found = MetricMetadata::default();
    while !fields.is_empty() {
        match fields.tag()? {
            (1, VARINT) => found.kind = kind(fields.varint()?),
            (2, BYTES) => found.metric = text(fields.bytes()?.rest()),
            (4, BYTES) => found.help = String::from_utf8_lossy(fields.bytes()?.rest()).into_owned(),
            (5, BYTES) => found.unit = text(fields.bytes()?.rest()),
            (_, wire) => fields.skip(wire)?,
        }
    }
    Ok((!found.metric.is_empty()).then_some(found))
}

pub(super) fn text(bytes: &[u8]) -> Text {
    Text::from_utf8_lossy(bytes)
}
