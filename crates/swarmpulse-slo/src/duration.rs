//! Lengths of time as PromQL and OpenSLO write them.

/// Seconds by unit. OpenSLO's months, quarters and years are lengths only of rolling windows: 30, 90 and 365 days.
const UNITS: &[(&str, u64)] = &[
    ("s", 1),
    ("m", 60),
    ("h", 3600),
    ("d", 86_400),
    ("w", 7 * 86_400),
    ("M", 30 * 86_400),
    ("Q", 90 * 86_400),
    ("y", 365 * 86_400),
    ("Y", 365 * 86_400),
];

/// The longest that is taken: ten years.
const LONGEST_S: u64 = 3650 * 86_400;

/// Whole seconds of a length such as `30d`, `4w`, `1h30m`.
///
/// # Errors
/// What is wrong with it and what to write instead.
pub fn parse_duration(text: &str) -> Result<u64, String> {
    let refuse = || format!("{text:?} is no length of time: write one such as 5m, 12h, 30d or 4w");
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(refuse());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().map_err(|_| refuse())?;
        rest = &rest[digits..];
        let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let unit = &rest[..letters];
        rest = &rest[letters..];
        let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(refuse)?;
        total = number
            .checked_mul(*seconds)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(refuse)?;
    }
    if total == 0 {
        return Err(format!(
            "{text:?} is no time at all: write one such as 5m, 12h, 30d or 4w"
        ));
    }
    if total > LONGEST_S {
        return Err(format!("{text:?} is longer than ten years"));
    }
    Ok(total)
}

/// A length as PromQL reads it, in the largest unit up to days that fits: `5m`, `90s`, `30d`.
#[must_use]
pub fn format_duration(seconds: u64) -> String {
    for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] {
        if seconds >= length && seconds.is_multiple_of(length) {
            return format!("{}{unit}", seconds / length);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_and_written() {
        for (text, seconds, written) in [
            ("5m", 300, "5m"),
            ("1h30m", 5400, "90m"),
            ("30d", 2_592_000, "30d"),
            ("4w", 2_419_200, "28d"),
            ("1M", 2_592_000, "30d"),
            ("90s", 90, "90s"),
        ] {
            assert_eq!(parse_duration(text), Ok(seconds), "{text}");
            assert_eq!(format_duration(seconds), written);
            assert_eq!(parse_duration(written), Ok(seconds));
        }
        for wrong in [
            "",
            "5",
            "d",
            "5 m",
            "-5m",
            "5x",
            "0d",
            "11y",
            "99999999999999999999d",
            "1.5h",
            "5mm",
        ] {
            let reason = parse_duration(wrong).unwrap_err();
            assert!(reason.contains(&format!("{wrong:?}")), "{reason}");
        }
    }
}
