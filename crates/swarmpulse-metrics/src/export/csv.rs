//! Comma-separated values.

use std::io::Write as _;

use swarmpulse_model::Labels;
use swarmpulse_model::series::METRIC_NAME;
use swarmpulse_store::metrics::Points;

use super::number::{push, push_time, push_value};

/// The first line.
pub(super) const HEADER: &[u8] = b"metric,labels,time,value\n";

/// Appends a line per sample.
pub(super) fn push_series(labels: &Labels, points: &Points, into: &mut Vec<u8>) {
    let mut head = Vec::new();
    push_field(labels.metric_name(), &mut head);
    head.push(b',');
    let others: Vec<String> = labels
        .iter()
        .filter(|label| label.name != METRIC_NAME)
        .map(|label| format!("{}={:?}", label.name, label.value.as_str()))
        .collect();
    push_field(&others.join(","), &mut head);
    for (time, value) in points.times_ms.iter().zip(&points.values) {
        into.extend_from_slice(&head);
        into.push(b',');
        push_time(*time, into);
        into.push(b',');
        push_value(*value, into);
        into.push(b'\n');
    }
}

fn push_field(text: &str, into: &mut Vec<u8>) {
    if text.contains(['"', ',', '\n', '\r']) {
        push!(into, "\"{}\"", text.replace('"', "\"\""));
    } else {
        into.extend_from_slice(text.as_bytes());
    }
}
