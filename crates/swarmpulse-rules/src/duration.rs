//! Durations as rule files write them: whole numbers with units from years down to milliseconds.

/// Milliseconds of a unit, the greatest first, and whether it is written only where nothing is left over.
const UNITS: [(&str, i64, bool); 7] = [
    ("y", 31_536_000_000, true),
    ("w", 604_800_000, true),
    ("d", 86_400_000, false),
    ("h", 3_600_000, false),
    ("m", 60_000, false),
    ("s", 1000, false),
    ("ms", 1, false),
];

/// Seconds as rule files write them, to the millisecond; what is negative is nothing.
pub(crate) fn written(seconds: f64) -> String {
    let mut rest = (seconds * 1000.0).round() as i64;
    if rest <= 0 {
        return "0s".into();
    }
    let mut text = String::new();
    for (unit, ms, whole_only) in UNITS {
        if rest >= ms && !(whole_only && rest % ms != 0) {
            text.push_str(&format!("{}{unit}", rest / ms));
            rest %= ms;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use swarmpulse_yaml::parse_duration_s;

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for (seconds, text) in [
            (0.0, "0s"),
            (300.0, "5m"),
            (5400.0, "1h30m"),
            (129_600.0, "1d12h"),
            (31_536_000.0, "1y"),
            (1_209_600.0, "2w"),
            (60.5, "1m500ms"),
            (694_861.0, "8d1h1m1s"),
        ] {
            assert_eq!(written(seconds), text);
            assert_eq!(parse_duration_s(text), Ok(seconds));
        }
    }
}
