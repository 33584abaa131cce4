//! Durations as Prometheus and Alertmanager write them: `30s`, `1h30m`, `4d`.

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no duration: write numbers with units from the longest to the shortest, such as 30s, 5m, 1h30m or 7d (units: y w d h m s ms)"
)]
pub struct DurationError {
    text: String,
}

const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// Longer is refused: what fits nanoseconds in 64 bits, 292 years.
const MS_MAX: u64 = i64::MAX as u64 / 1_000_000;

/// Seconds of a duration. `0` needs no unit.
pub fn parse_duration_s(text: &str) -> Result<f64, DurationError> {
    let refused = || DurationError {
        text: text.to_owned(),
    };
    if text == "0" {
        return Ok(0.0);
    }
    if text.is_empty() {
        return Err(refused());
    }
    let mut rest = text;
    let mut next_unit = 0;
    let mut total_ms = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(refused)?;
        let number: u64 = rest[..digits].parse().map_err(|_| refused())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let position = UNITS
            .iter()
            .position(|(unit, _)| *unit == &rest[..letters])
            .filter(|position| *position >= next_unit)
            .ok_or_else(refused)?;
        total_ms = number
            .checked_mul(UNITS[position].1)
            .and_then(|ms| total_ms.checked_add(ms))
            .filter(|ms| *ms <= MS_MAX)
            .ok_or_else(refused)?;
        next_unit = position + 1;
        rest = &rest[letters..];
    }
    Ok(total_ms as f64 / 1000.0)
}

/// Seconds written so, to the millisecond; what is negative is nothing. Years and weeks stand only where nothing is left over.
#[must_use]
pub fn format_duration_s(seconds: f64) -> String {
    let mut rest = (seconds * 1000.0).round() as i64;
    if rest <= 0 {
        return "0s".into();
    }
    let mut text = String::new();
    for (unit, ms) in UNITS {
        let ms = ms as i64;
        let whole_only = matches!(unit, "y" | "w");
        if rest >= ms && !(whole_only && rest % ms != 0) {
            text.push_str(&format!("{}{unit}", rest / ms));
            rest %= ms;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_go_from_the_longest_to_the_shortest_and_each_stands_once() {
        for (text, seconds) in [
            ("0", 0.0),
            ("30s", 30.0),
            ("1h30m", 5400.0),
            ("1d", 86_400.0),
            ("1m500ms", 60.5),
            ("1y", 31_536_000.0),
        ] {
            assert_eq!(parse_duration_s(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            "30",
            "s",
            "1s1s",
            "30m1h",
            "1.5h",
            "-1m",
            "1 m",
            "5 minutes",
            "300y",
            "99999999999999999999s",
        ] {
            assert!(parse_duration_s(text).is_err(), "{text}");
        }
    }

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
            assert_eq!(format_duration_s(seconds), text);
            assert_eq!(parse_duration_s(text), Ok(seconds));
        }
    }
}
