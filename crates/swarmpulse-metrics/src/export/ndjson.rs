//! A line of JSON per series.

use std::io::Write as _;

use swarmpulse_model::Labels;
use swarmpulse_model::series::is_stale;
use swarmpulse_store::metrics::Points;

use super::number::{push, push_value};

/// Appends a line. Values that JSON has no number for are strings; the marker of a series that is gone is `null`.
pub(super) fn push_series(labels: &Labels, points: &Points, into: &mut Vec<u8>) {
    into.extend_from_slice(b"{\"metric\":{");
    for (place, label) in labels.iter().enumerate() {
        if place > 0 {
            into.push(b',');
        }
        push_text(&label.name, into);
        into.push(b':');
        push_text(&label.value, into);
    }
    into.extend_from_slice(b"},\"values\":[");
    for (place, value) in points.values.iter().enumerate() {
        if place > 0 {
            into.push(b',');
        }
        if is_stale(*value) {
            into.extend_from_slice(b"null");
        } else if value.is_nan() {
            into.extend_from_slice(b"\"NaN\"");
        } else if value.is_infinite() {
            // The only spelling that VictoriaMetrics reads.
            into.extend_from_slice(if *value > 0.0 {
                b"\"Infinity\""
            } else {
                b"\"-Infinity\""
            });
        } else {
            push_value(*value, into);
        }
    }
    into.extend_from_slice(b"],\"timestamps\":[");
    for (place, time) in points.times_ms.iter().enumerate() {
        if place > 0 {
            into.push(b',');
        }
        push!(into, "{time}");
    }
    into.extend_from_slice(b"]}\n");
}

fn push_text(text: &str, into: &mut Vec<u8>) {
    into.push(b'"');
    for letter in text.chars() {
        match letter {
            '"' => into.extend_from_slice(b"\\\""),
            '\\' => into.extend_from_slice(b"\\\\"),
            '\n' => into.extend_from_slice(b"\\n"),
            control if control.is_control() && control.is_ascii() => {
                push!(into, "\\u{:04x}", u32::from(control));
            }
            other => push!(into, "{other}"),
        }
    }
    into.push(b'"');
}
