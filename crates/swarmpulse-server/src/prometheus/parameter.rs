//! Times, spans and limits as the query API takes them.

use jiff::Timestamp as Moment;

use super::failure::Failure;
use super::form::Form;

/// Before every sample.
pub(super) const FIRST_MS: i64 = -9_000_000_000_000_000;
/// After every sample.
pub(super) const LAST_MS: i64 = 9_000_000_000_000_000;
/// The longest span in milliseconds: what Go's durations hold.
const SPAN_MAX_MS: f64 = 9_223_372_036_854.0;

/// A time that must be there.
pub(super) fn time_ms(form: &Form, name: &str) -> Result<i64, Failure> {
    let text = form.get(name);
    parse_time_ms(text)
        .ok_or_else(|| Failure::parameter(name, format!("cannot parse {text:?} to a valid timestamp")))
}

/// A time, or what holds without one.
pub(super) fn time_ms_or(form: &Form, name: &str, otherwise: i64) -> Result<i64, Failure> {
    let text = form.get(name);
    if text.is_empty() {
        return Ok(otherwise);
    }
    parse_time_ms(text).ok_or_else(|| {
        let reason = format!("invalid time value for '{name}': cannot parse {text:?} to a valid timestamp");
        Failure::parameter(name, reason)
    })
}

/// A span that must be there, in milliseconds.
pub(super) fn span_ms(form: &Form, name: &str) -> Result<i64, Failure> {
    parse_span_ms(form.get(name)).map_err(|reason| Failure::parameter(name, reason))
}

/// How many; `None` for no limit.
pub(super) fn limit(form: &Form) -> Result<Option<usize>, Failure> {
    let text = form.get("limit");
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<i64>() {
        Ok(limit) if limit < 0 => Err(Failure::parameter("limit", "limit must be non-negative")),
        Ok(limit) => Ok(Some(usize::try_from(limit).unwrap_or(usize::MAX)).filter(|limit| *limit > 0)),
        Err(_) => Err(Failure::parameter(
            "limit",
            format!("strconv.Atoi: parsing {text:?}: invalid syntax"),
        )),
    }
}

/// Unix seconds with fractions, or RFC 3339.
fn parse_time_ms(text: &str) -> Option<i64> {
    if let Some(seconds) = parse_float(text) {
        // Rounded to milliseconds, as Prometheus does; what lies beyond all times is brought to the ends.
        let ms = (seconds * 1000.0).round();
        return seconds.is_finite().then(|| (ms as i64).clamp(FIRST_MS, LAST_MS));
    }
    match text {
        "-292273086-05-16T16:47:06Z" => Some(FIRST_MS),
        "292277025-08-18T07:12:54.999999999Z" => Some(LAST_MS),
        // RFC 3339 has a `T` and an offset.
        _ if text.as_bytes().get(10) == Some(&b'T') && !text.contains('[') => {
            text.parse::<Moment>().ok().map(Moment::as_millisecond)
        }
        _ => None,
    }
}

/// Seconds with fractions, or `1h30m`.
pub(super) fn parse_span_ms(text: &str) -> Result<i64, String> {
    if let Some(seconds) = parse_float(text) {
        let ms = seconds * 1000.0;
        if !ms.is_finite() || ms.abs() > SPAN_MAX_MS {
            return Err(format!(
                "cannot parse {text:?} to a valid duration. It overflows int64"
            ));
        }
        // Anything more than nothing stays more than nothing: milliseconds are the finest step here.
        return Ok(if seconds > 0.0 {
            (ms as i64).max(1)
        } else {
            ms as i64
        });
    }
    parse_duration_ms(text).ok_or_else(|| format!("cannot parse {text:?} to a valid duration"))
}

/// Numbers in units from years down to milliseconds, each unit at most once and in that order.
fn parse_duration_ms(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 7] = [
        ("y", 365 * 86_400_000),
        ("w", 7 * 86_400_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let (mut rest, mut all, mut next_unit) = (text, 0_i64, 0);
    if text.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = UNITS.iter().position(|(name, _)| *name == &rest[..letters])?;
        if unit < next_unit {
            return None;
        }
        next_unit = unit + 1;
        all = all.checked_add(number.checked_mul(UNITS[unit].1)?)?;
        rest = &rest[letters..];
    }
    (all as f64 <= SPAN_MAX_MS).then_some(all)
}

/// A number as Go reads it: no blanks, no bare sign.
fn parse_float(text: &str) -> Option<f64> {
    let first = text.bytes().next()?;
    let is_numeric = first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.');
    let is_word = text.len() <= 9 && matches!(text.to_ascii_lowercase().as_str(), "inf" | "nan" | "infinity");
    (is_numeric || is_word).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_rfc_3339() {
        for (text, expected) in [
            ("1435781451.781", Some(1_435_781_451_781)),
            ("1435781451", Some(1_435_781_451_000)),
            ("1e9", Some(1_000_000_000_000)),
            ("-1.5", Some(-1_500)),
            ("2015-07-01T20:10:51.781Z", Some(1_435_781_451_781)),
            ("2015-07-01T22:10:51+02:00", Some(1_435_781_451_000)),
            ("-292273086-05-16T16:47:06Z", Some(FIRST_MS)),
            ("2015-07-01", None),
            ("2015-07-01T20:10:51", None),
            ("now", None),
            ("", None),
            ("NaN", None),
            ("Inf", None),
        ] {
            assert_eq!(parse_time_ms(text), expected, "{text:?}");
        }
    }

    #[test]
    fn spans_are_seconds_or_units() {
        for (text, expected) in [
            ("15", Some(15_000)),
            ("0.25", Some(250)),
            ("0.0001", Some(1)),
            ("0", Some(0)),
            ("-5", Some(-5_000)),
            ("1h30m", Some(5_400_000)),
            ("1d12h", Some(129_600_000)),
            ("250ms", Some(250)),
            ("0s", Some(0)),
            ("1m1h", None),
            ("1h1h", None),
            ("5 m", None),
            ("m", None),
            ("", None),
            ("1e30", None),
            ("300y", None),
        ] {
            assert_eq!(parse_span_ms(text).ok(), expected, "{text:?}");
        }
        assert!(parse_span_ms("1e30").unwrap_err().ends_with("overflows int64"));
    }
}
