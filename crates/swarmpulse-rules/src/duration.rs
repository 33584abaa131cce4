//! Durations as rule files write them: `1h30m`, whole numbers with units from years down to milliseconds.

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Nothing.
    #[error("empty duration string")]
    Empty,
    /// Not numbers with units, each unit once and the greatest first.
    #[error("not a valid duration string: {0:?}")]
    Invalid(String),
    /// More than nanoseconds in 64 bits can say.
    #[error("duration out of range")]
    OutOfRange,
}

/// Milliseconds of a unit, the greatest first.
const UNITS: [(&str, i64); 7] = [
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// Seconds of a duration.
///
/// # Errors
/// If the text is none, or it is longer than 292 years.
pub fn parse(text: &str) -> Result<f64, DurationError> {
    if text.is_empty() {
        return Err(DurationError::Empty);
    }
    if text == "0" {
        return Ok(0.0);
    }
    let invalid = || DurationError::Invalid(text.to_owned());
    let mut rest = text;
    let mut units = UNITS.as_slice();
    let mut total_ms = 0i64;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .filter(|digits| *digits > 0)
            .ok_or_else(invalid)?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let place = units
            .iter()
            .position(|(unit, _)| *unit == &after[..letters])
            .ok_or_else(invalid)?;
        total_ms = number
            .parse::<i64>()
            .ok()
            .and_then(|number| number.checked_mul(units[place].1))
            .and_then(|ms| ms.checked_add(total_ms))
            .filter(|ms| *ms <= i64::MAX / 1_000_000)
            .ok_or(DurationError::OutOfRange)?;
        units = &units[place + 1..];
        rest = &after[letters..];
    }
    Ok(total_ms as f64 / 1000.0)
}

/// Seconds as rule files write them, to the millisecond.
#[must_use]
pub fn text(seconds: f64) -> String {
    let mut rest = (seconds * 1000.0).round() as i64;
    if rest <= 0 {
        return "0s".into();
    }
    let mut text = String::new();
    for (unit, ms) in UNITS {
        // Years and weeks only where nothing is left over, as Prometheus writes them.
        if matches!(unit, "y" | "w" | "d") && rest % ms != 0 && (unit != "d" || rest < ms) {
            continue;
        }
        if rest >= ms {
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
    fn durations_are_read_as_prometheus_reads_them() {
        for (written, seconds) in [
            ("0", 0.0),
            ("0s", 0.0),
            ("5m", 300.0),
            ("1h30m", 5400.0),
            ("1d12h", 129_600.0),
            ("1y", 31_536_000.0),
            ("2w", 1_209_600.0),
            ("1m500ms", 60.5),
            ("90s", 90.0),
        ] {
            assert_eq!(parse(written), Ok(seconds), "{written}");
            assert_eq!(
                parse(&text(seconds)),
                Ok(seconds),
                "{written} is written {}",
                text(seconds)
            );
        }
        for wrong in ["5", "m", "1m1h", "1m1m", "-5m", "1.5h", "5M", "5 m", "1hm"] {
            assert_eq!(parse(wrong), Err(DurationError::Invalid(wrong.into())), "{wrong}");
        }
        assert_eq!(parse(""), Err(DurationError::Empty));
        assert_eq!(parse("293y"), Err(DurationError::OutOfRange));
        assert_eq!(parse("99999999999999999999s"), Err(DurationError::OutOfRange));
    }
}
