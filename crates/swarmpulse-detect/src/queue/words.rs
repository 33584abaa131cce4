//! Spans, times and numbers as people say them.

use crate::wording::counted;

/// A span of time: `40 ms`, `12 s`, `7 min`, `1 h 5 min`, `2 d 3 h`.
pub(super) fn span(seconds: f64) -> String {
    let whole = |unit_s: f64| (seconds / unit_s).floor() as u64;
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{large} {large_unit}"),
        small => format!("{large} {large_unit} {small} {small_unit}"),
    };
    match seconds {
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds.max(0.0) * 1000.0),
        seconds if seconds < 10.0 => format!("{seconds:.1} s"),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds if seconds < 3600.0 => format!("{:.0} min", (seconds / 60.0).floor()),
        seconds if seconds < 86_400.0 => two(whole(3600.0), "h", whole(60.0) % 60, "min"),
        _ => two(whole(86_400.0), "d", whole(3600.0) % 24, "h"),
    }
}

/// `1 task`, `12 tasks`.
pub(super) fn tasks(count: u32) -> String {
    counted(u64::from(count), "task")
}

/// A number with as many digits as it needs: `0.42`, `6.2`, `120`.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_times_read_well() {
        for (seconds, wanted) in [
            (0.04, "40 ms"),
            (-1.0, "0 ms"),
            (3.21, "3.2 s"),
            (61.0, "61 s"),
            (3599.0, "59 min"),
            (3600.0, "1 h"),
            (3900.0, "1 h 5 min"),
            (183_600.0, "2 d 3 h"),
        ] {
            assert_eq!(span(seconds), wanted);
        }
        assert_eq!([0.417, 6.21, 120.4].map(number), ["0.42", "6.2", "120"]);
    }
}
