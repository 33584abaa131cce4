//! OpenMetrics text.

use std::io::Write as _;

use swarmpulse_model::Labels;
use swarmpulse_model::series::{METRIC_NAME, MetricType};
use swarmpulse_store::metrics::{MetricStore, Points};

use super::number::{push, push_value};

/// The last line.
pub(super) const END: &[u8] = b"# EOF\n";

/// Appends what a metric is. Counters and gauges say so; parts of histograms and the rest are of unknown type, because they
/// are written metric by metric.
pub(super) fn push_type(store: &dyn MetricStore, metric: &str, into: &mut Vec<u8>) {
    let family = metric.strip_suffix("_total");
    let kind_of = |name: &str| store.metadata(Some(name)).first().map(|metadata| metadata.kind);
    let kind = kind_of(metric).or_else(|| kind_of(family?)).unwrap_or_default();
    let (name, kind) = match (kind, family) {
        (MetricType::Counter, Some(family)) => (family, "counter"),
        (MetricType::Gauge, _) => (metric, "gauge"),
        _ => (metric, "unknown"),
    };
    into.extend_from_slice(b"# TYPE ");
    push_name(name, into);
    push!(into, " {kind}\n");
}

/// Appends a line per sample.
pub(super) fn push_series(labels: &Labels, points: &Points, into: &mut Vec<u8>) {
    let (mut head, name) = (Vec::new(), labels.metric_name());
    let plain = is_plain(name, true);
    let mut parts: Vec<Vec<u8>> = Vec::new();
    if plain {
        head.extend_from_slice(name.as_bytes());
    } else {
        let mut part = Vec::new();
        push_quoted(name, &mut part);
        parts.push(part);
    }
    for label in labels.iter().filter(|label| label.name != METRIC_NAME) {
        let mut part = Vec::new();
        if is_plain(&label.name, false) {
            part.extend_from_slice(label.name.as_bytes());
        } else {
            push_quoted(&label.name, &mut part);
        }
        part.push(b'=');
        push_quoted(&label.value, &mut part);
        parts.push(part);
    }
    if !parts.is_empty() {
        head.push(b'{');
        head.extend_from_slice(&parts.join(&b','));
        head.push(b'}');
    }
    for (time, value) in points.times_ms.iter().zip(&points.values) {
        into.extend_from_slice(&head);
        into.push(b' ');
        push_value(*value, into);
        let sign = if *time < 0 { "-" } else { "" };
        let (seconds, rest) = (time.unsigned_abs() / 1000, time.unsigned_abs() % 1000);
        push!(into, " {sign}{seconds}.{rest:03}\n");
    }
}

fn push_name(name: &str, into: &mut Vec<u8>) {
    if is_plain(name, true) {
        into.extend_from_slice(name.as_bytes());
    } else {
        push_quoted(name, into);
    }
}

/// Whether a name may stand without quotes.
fn is_plain(name: &str, colons: bool) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || (colons && byte == b':');
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|first| letter(*first))
        && bytes.iter().all(|byte| letter(*byte) || byte.is_ascii_digit())
}

fn push_quoted(text: &str, into: &mut Vec<u8>) {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    push!(into, "\"{escaped}\"");
}
