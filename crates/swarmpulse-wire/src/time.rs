//! Points in time as senders write them: RFC 3339 text or a number of Unix seconds or milliseconds.
//!
//! Both are read exactly to the nanosecond, without a detour over floating point.

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

/// What a point in time looks like, for error messages.
pub(crate) const EXPECTED: &str = "a time such as \"2026-01-31T09:30:00.5Z\" or Unix seconds";
/// The same where a number is none.
pub(crate) const EXPECTED_TEXT: &str = "a time such as \"2026-01-31T09:30:00.5Z\"";
/// Numbers above this are milliseconds: as seconds they would lie in the year 5138.
const MILLISECONDS_ABOVE: u64 = 100_000_000_000;
/// 2200-01-01T00:00:00Z.
const END_S: i64 = 7_258_118_400;

/// Why something is no point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// It is written otherwise.
    #[error("is not written as RFC 3339 or Unix seconds")]
    Form,
    /// There is no such month, day, hour, minute or second.
    #[error("is not in the calendar")]
    Calendar,
    /// It lies before 1970 or after 2199.
    #[error("lies outside the years 1970 to 2199")]
    Range,
}

/// Reads RFC 3339: `T`, `t` or a space between date and time, any fraction, and `Z`, an offset, or nothing
/// for UTC. A fraction's digits beyond nanoseconds are cut off.
///
/// # Errors
/// If it is written otherwise, is not in the calendar, or lies outside 1970 to 2199.
pub fn parse_rfc3339(text: &str) -> Result<Timestamp, TimeError> {
    let bytes = text.as_bytes();
    let Some((head, tail)) = bytes.split_first_chunk::<19>() else {
        return Err(TimeError::Form);
    };
    let punctuation =
        [head[4], head[7], head[13], head[16]] == *b"--::" && matches!(head[10], b'T' | b't' | b' ');
    if !punctuation {
        return Err(TimeError::Form);
    }
    let two = |at: usize| digits(&head[at..at + 2]).ok_or(TimeError::Form);
    let year = digits(&head[..4]).ok_or(TimeError::Form)?;
    let (month, day, hour, minute, second) = (two(5)?, two(8)?, two(11)?, two(14)?, two(17)?);
    let in_calendar = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !in_calendar {
        return Err(TimeError::Calendar);
    }
    let (nanoseconds, zone) = fraction(tail)?;
    let seconds =
        days_since_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset_s(zone)?;
    checked(seconds, nanoseconds)
}

/// Reads a JSON number of Unix seconds, with or without a fraction; above 1e11 it counts milliseconds.
///
/// # Errors
/// If it is no number or lies outside 1970 to 2199.
pub fn parse_unix(number: &str) -> Result<Timestamp, TimeError> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty()
        || !whole
            .bytes()
            .chain(part.bytes())
            .all(|byte| byte.is_ascii_digit())
    {
        return parse_unix_float(number);
    }
    let whole: u64 = whole.parse().map_err(|_| TimeError::Range)?;
    let mut fraction_ns = 0;
    let mut unit = SECOND_NS / 10;
    for digit in part.bytes().take(9) {
        fraction_ns += i64::from(digit.saturating_sub(b'0')) * unit;
        unit /= 10;
    }
    if whole > MILLISECONDS_ABOVE {
        let seconds = i64::try_from(whole / 1000).map_err(|_| TimeError::Range)?;
        let milliseconds = (whole % 1000) as i64;
        return checked(seconds, milliseconds * 1_000_000 + fraction_ns / 1000);
    }
    checked(whole as i64, fraction_ns)
}

/// Numbers with a sign or an exponent.
fn parse_unix_float(number: &str) -> Result<Timestamp, TimeError> {
    let mut seconds: f64 = number.parse().map_err(|_| TimeError::Form)?;
    if seconds > MILLISECONDS_ABOVE as f64 {
        seconds /= 1000.0;
    }
    if !(0.0..END_S as f64).contains(&seconds) {
        return Err(TimeError::Range);
    }
    checked(
        seconds.trunc() as i64,
        (seconds.fract() * SECOND_NS as f64) as i64,
    )
}

fn checked(seconds: i64, nanoseconds: i64) -> Result<Timestamp, TimeError> {
    if (0..END_S).contains(&seconds) {
        Ok(Timestamp(seconds * SECOND_NS + nanoseconds))
    } else {
        Err(TimeError::Range)
    }
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// The nanoseconds of a leading fraction, and what follows it.
fn fraction(tail: &[u8]) -> Result<(i64, &[u8]), TimeError> {
    let Some((b'.' | b',', rest)) = tail.split_first() else {
        return Ok((0, tail));
    };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return Err(TimeError::Form);
    }
    let (figures, zone) = rest.split_at(length);
    let kept = &figures[..length.min(9)];
    let scale = 10_i64.pow(9 - kept.len() as u32);
    Ok((digits(kept).ok_or(TimeError::Form)? * scale, zone))
}

/// Seconds east of UTC.
fn offset_s(zone: &[u8]) -> Result<i64, TimeError> {
    let (sign, figures) = match zone {
        [] | [b'Z' | b'z'] => return Ok(0),
        [b'+', figures @ ..] => (1, figures),
        [b'-', figures @ ..] => (-1, figures),
        _ => return Err(TimeError::Form),
    };
    let (hours, minutes) = match figures {
        [_, _] => (figures, &b"00"[..]),
        [_, _, b':', _, _] => (&figures[..2], &figures[3..]),
        [_, _, _, _] => figures.split_at(2),
        _ => return Err(TimeError::Form),
    };
    let (hours, minutes) = (
        digits(hours).ok_or(TimeError::Form)?,
        digits(minutes).ok_or(TimeError::Form)?,
    );
    if hours > 23 || minutes > 59 {
        return Err(TimeError::Calendar);
    }
    Ok(sign * (hours * 3600 + minutes * 60))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; years begin in March, so that leap days come last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_one_moment_is_that_moment() {
        let expected = Ok(Timestamp(1_763_771_465_250_000_000));
        for text in [
            "2025-11-22T00:31:05.25Z",
            "2025-11-22t00:31:05.250z",
            "2025-11-22 00:31:05.250000000",
            "2025-11-22T00:31:05,25",
            "2025-11-22T01:31:05.25+01:00",
            "2025-11-21T19:01:05.25-0530",
            "2025-11-22T02:31:05.25+02",
            "2025-11-22T00:31:05.2500000009Z",
        ] {
            assert_eq!(parse_rfc3339(text), expected, "{text}");
        }
        for number in [
            "1763771465.25",
            "1763771465250",
            "1763771465250.0",
            "1.76377146525e9",
            "1763771465.2500000001",
        ] {
            assert_eq!(parse_unix(number), expected, "{number}");
        }
    }

    #[test]
    fn calendars_edges_hold() {
        assert_eq!(parse_rfc3339("1970-01-01T00:00:00Z"), Ok(Timestamp(0)));
        assert_eq!(
            parse_rfc3339("2000-02-29T00:00:00Z"),
            Ok(Timestamp(951_782_400 * SECOND_NS))
        );
        assert_eq!(
            parse_rfc3339("2199-12-31T23:59:59Z"),
            Ok(Timestamp((END_S - 1) * SECOND_NS))
        );
        assert_eq!(
            parse_rfc3339("2016-12-31T23:59:60Z"),
            parse_rfc3339("2017-01-01T00:00:00Z")
        );
        for text in [
            "2025-02-29T00:00:00Z",
            "2100-02-29T00:00:00",
            "2025-04-31T00:00:00",
            "2025-13-01T00:00:00",
        ] {
            assert_eq!(parse_rfc3339(text), Err(TimeError::Calendar), "{text}");
        }
        for text in [
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:60:00Z",
            "2025-01-01T00:00:00+24:00",
        ] {
            assert_eq!(parse_rfc3339(text), Err(TimeError::Calendar), "{text}");
        }
    }

    #[test]
    fn years_outside_are_refused() {
        for text in [
            "2200-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(text), Err(TimeError::Range), "{text}");
        }
        for number in [
            "-1",
            "7258118400",
            "1e300",
            "-0.5",
            "99999999999999999999999",
            "7258118400000",
        ] {
            assert_eq!(parse_unix(number), Err(TimeError::Range), "{number}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "now",
            "2025-11-22",
            "2025-11-22T00:31Z",
            "2025-11-22T00:31:05.",
            "2025-11-22T00:31:05.Z",
            "2025-11-22T00:31:05+1",
            "2025-11-22T00:31:05Zjunk",
            "2025/11/22T00:31:05Z",
            "2025-11-22T0a:31:05Z",
            "２025-11-22T00:31:05Z",
            "2025-11-22T00:31:05+aa:00",
        ] {
            assert_eq!(parse_rfc3339(text), Err(TimeError::Form), "{text}");
        }
    }
}
