//! Numbers and times as text.

use std::io::Write;

/// Appends formatted text; writing to memory does not fail.
macro_rules! push {
    ($into:expr, $($argument:tt)*) => {{
        let _written: std::io::Result<()> = write!($into, $($argument)*);
    }};
}
pub(super) use push;

/// Appends a number in the shortest form that reads back as the same number.
pub(super) fn push_value(value: f64, into: &mut Vec<u8>) {
    if value.is_nan() {
        into.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        into.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    } else if value == 0.0 || (1e-5..1e17).contains(&value.abs()) {
        push!(into, "{value}");
    } else {
        push!(into, "{value:e}");
    }
}

/// Appends a time as RFC 3339 with milliseconds; as milliseconds where there is no such year.
pub(super) fn push_time(time_ms: i64, into: &mut Vec<u8>) {
    match jiff::Timestamp::from_millisecond(time_ms) {
        Ok(time) => push!(into, "{time:.3}"),
        Err(_) => push!(into, "{time_ms}"),
    }
}
