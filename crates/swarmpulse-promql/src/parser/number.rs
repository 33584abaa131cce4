//! Numbers and durations as text.

use crate::quote::quote;

/// How much of the text reads as a number, and whether it is well-formed and ends there.
pub(super) fn scan_number(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let is = |at: usize, set: &[u8]| bytes.get(at).is_some_and(|byte| set.contains(byte));
    let mut at = 0;
    let mut digits: &[u8] = b"0123456789";
    if is(0, b"0") {
        at = 1;
        if is(1, b"xX") {
            at = 2;
            digits = b"0123456789abcdefABCDEF";
            if is(at, b"_") {
                at += 1;
            }
        }
    }
    let hexadecimal = digits.len() > 10;
    if is(at, b".") {
        at += 1;
    }
    if is(at, digits) {
        at += 1;
    }
    let (mut dot, mut exponent) = (false, false);
    loop {
        if is(at, b".") {
            at += 1;
            if dot || hexadecimal {
                return (at, false);
            }
            dot = true;
            if is(at, b"_.") {
                return (at + 1, false);
            }
        } else if is(at, b"eE") && !hexadecimal {
            at += 1;
            if exponent {
                return (at, false);
            }
            exponent = true;
            if is(at, b"+-") {
                at += 1;
            }
            if is(at, b"._eE") {
                return (at + 1, false);
            }
            if at >= bytes.len() {
                return (at, false);
            }
        } else if is(at, b"_") {
            at += 1;
            if is(at, b"._eE") {
                return (at + 1, false);
            }
            if at >= bytes.len() {
                return (at, false);
            }
        } else if is(at, digits) {
            while is(at, digits) {
                at += 1;
            }
        } else {
            break;
        }
    }
    let follows = bytes.get(at).copied().unwrap_or(b' ');
    (
        at,
        at > 0 && !(follows == b'_' || follows.is_ascii_alphanumeric()),
    )
}

/// A number of the form that [`scan_number`] takes, or `inf` or `nan` in any case.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.replace('_', "");
    let lower = plain.to_ascii_lowercase();
    match lower.as_str() {
        "inf" => return Some(f64::INFINITY),
        "nan" => return Some(f64::NAN),
        _ => {}
    }
    if let Some(digits) = lower.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok().map(|value| value as f64);
    }
    // A leading zero makes it octal, where it can be.
    let octal = lower.strip_prefix('0').filter(|digits| !digits.is_empty());
    if let Some(Ok(value)) = octal.map(|digits| i64::from_str_radix(digits, 8)) {
        return Some(value as f64);
    }
    let value: f64 = lower.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Units of durations, longest first, in milliseconds.
const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// Milliseconds of a duration such as `1h30m`: every unit at most once, the longest first.
///
/// # Errors
/// If it is none, or longer than 292 years.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    match text {
        "" => return Err("empty duration string".to_owned()),
        "0" => return Ok(0),
        _ => {}
    }
    let wrong = || format!("not a valid duration string: {}", quote(text));
    let out_of_range = || "duration out of range".to_owned();
    let (mut rest, mut total, mut units) = (text, 0i64, UNITS.iter());
    while !rest.is_empty() {
        let digits = rest
            .find(|character: char| !character.is_ascii_digit())
            .ok_or_else(wrong)?;
        let count: i64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let name = rest
            .find(|character: char| character.is_ascii_digit())
            .unwrap_or(rest.len());
        let unit = &rest[..name];
        rest = &rest[name..];
        if !UNITS.iter().any(|(known, _)| *known == unit) {
            return Err(format!(
                "unknown unit {} in duration {}",
                quote(unit),
                quote(text)
            ));
        }
        let (_, length_ms) = units.find(|(known, _)| *known == unit).ok_or_else(wrong)?;
        total = count
            .checked_mul(*length_ms)
            .and_then(|length| total.checked_add(length))
            .filter(|total| *total <= i64::MAX / 1_000_000)
            .ok_or_else(out_of_range)?;
    }
    Ok(total)
}

/// A duration as Prometheus writes it: `1h30m`; years and weeks only if nothing is left.
#[must_use]
pub fn format_duration(ms: i64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    let mut text = String::from(if ms < 0 { "-" } else { "" });
    let mut rest = ms.unsigned_abs();
    for (unit, length) in UNITS {
        let length = length.unsigned_abs();
        let exact = matches!(unit, "y" | "w");
        if rest < length || (exact && !rest.is_multiple_of(length)) {
            continue;
        }
        text.push_str(&(rest / length).to_string());
        text.push_str(unit);
        rest %= length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        for (text, value) in [
            ("1", 1.0),
            ("0x1F", 31.0),
            ("0x_1_F", 31.0),
            ("010", 8.0),
            ("08", 8.0),
            ("1e3", 1000.0),
            ("5.e-1", 0.5),
            (".5", 0.5),
            ("1_000.5", 1000.5),
        ] {
            assert_eq!(scan_number(text), (text.len(), true), "{text}");
            assert_eq!(number(text), Some(value), "{text}");
        }
        assert_eq!(number("iNf"), Some(f64::INFINITY));
        for bad in ["1..2", "1e", "1_", "1__2e_", "0x1.5", "12a", "1e5e6"] {
            assert!(!scan_number(bad).1, "{bad}");
        }
    }

    #[test]
    fn durations_are_read_and_written() {
        for (text, ms) in [
            ("1h30m", 5_400_000),
            ("5m", 300_000),
            ("1y2w3d", 33_004_800_000),
            ("1s5ms", 1005),
        ] {
            assert_eq!(parse_duration(text), Ok(ms), "{text}");
        }
        for bad in ["5m1h", "5", "m", "1h1h", "5x", "1.5h"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert_eq!(
            parse_duration("300y").expect_err("too long"),
            "duration out of range"
        );
        for (ms, text) in [
            (5_400_000, "1h30m"),
            (90 * 86_400_000, "90d"),
            (14 * 86_400_000, "2w"),
            (365 * 86_400_000, "1y"),
            (1005, "1s5ms"),
            (0, "0s"),
        ] {
            assert_eq!(format_duration(ms), text);
        }
    }
}
