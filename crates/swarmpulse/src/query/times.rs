//! Times and spans as arguments give them, in milliseconds.

use anyhow::{anyhow, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use swarmpulse_promql::parse_duration;

use crate::clock;

/// Before every sample.
pub const FIRST_MS: i64 = -9_000_000_000_000_000;
/// After every sample.
pub const LAST_MS: i64 = 9_000_000_000_000_000;

/// RFC 3339, a date, Unix seconds, or back from now.
///
/// # Errors
/// If it is none of these; the argument is named.
pub fn time_ms(argument: &str, text: &str, now_ms: i64) -> anyhow::Result<i64> {
    if text == "now" {
        return Ok(now_ms);
    }
    if let Some(back) = text.strip_prefix('-') {
        return Ok(now_ms - span_ms(argument, back)?);
    }
    if let Some(moment) = moment_ms(text) {
        return Ok(moment);
    }
    if parse_duration(text).is_ok() {
        bail!("{argument}: `{text}` is a span, not a time; {text} ago is `-{text}`");
    }
    bail!(
        "{argument}: `{text}` is no time: write it as 2026-05-01T18:00:00Z, 2026-05-01T18:00:00+02:00, 2026-05-01 \
         (midnight in UTC), Unix seconds, or back from now as -1h"
    )
}

/// RFC 3339, a date, or Unix seconds.
fn moment_ms(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then(|| (seconds * 1000.0).round() as i64);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_millisecond());
    }
    // Jiff would take a time without a zone for a date.
    let is_date = text.len() == "2026-05-01".len();
    let date: Date = text.parse().ok().filter(|_| is_date)?;
    let midnight = date.to_zoned(TimeZone::UTC).ok()?;
    Some(midnight.timestamp().as_millisecond())
}

/// A time to come as a server takes it: RFC 3339, a date, Unix seconds, or a span from now.
///
/// # Errors
/// If it is none of these; the argument is named.
pub fn future_text(argument: &str, text: &str) -> anyhow::Result<String> {
    if text == "now" {
        return Ok(text.to_owned());
    }
    if let Some(moment) = moment_ms(text) {
        return Ok(clock::text(moment));
    }
    if parse_duration(text).is_ok() {
        return Ok(text.to_owned());
    }
    bail!(
        "{argument}: `{text}` is no time: write it as 2026-05-01T18:00:00Z, 2026-05-01T18:00:00+02:00, 2026-05-01 \
         (midnight in UTC), Unix seconds, or from now on as 2h"
    )
}

/// A span of time as a server takes it: with its unit, for a number alone would be a moment there.
///
/// # Errors
/// If it is none, or no time at all; the argument is named.
pub fn span_text(argument: &str, text: &str) -> anyhow::Result<String> {
    match parse_duration(text) {
        Ok(span) if span > 0 => Ok(text.to_owned()),
        _ => bail!("{argument}: `{text}` is no span of time: write it with its unit, as in 30m, 2h or 1d12h"),
    }
}

/// Seconds, or units as in `1h30m`.
///
/// # Errors
/// If it is none of these; the argument is named.
pub fn span_ms(argument: &str, text: &str) -> anyhow::Result<i64> {
    if let Ok(seconds) = text.parse::<f64>()
        && seconds.is_finite()
    {
        return Ok((seconds * 1000.0) as i64);
    }
    parse_duration(text)
        .map_err(|_| anyhow!("{argument}: `{text}` is no span of time: write it as 90s, 15m or 1h30m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_780_000_000_000;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("now", NOW),
            ("-1h", NOW - 3_600_000),
            ("-90", NOW - 90_000),
            ("1777593600", 1_777_593_600_000),
            ("2026-05-01T00:00:00Z", 1_777_593_600_000),
            ("2026-05-01T02:00:00+02:00", 1_777_593_600_000),
            ("2026-05-01", 1_777_593_600_000),
        ] {
            assert_eq!(time_ms("--from", text, NOW).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_would_be() {
        for (text, words) in [
            ("10m", "--from: `10m` is a span, not a time; 10m ago is `-10m`"),
            ("yesterday", "--from: `yesterday` is no time"),
            ("2026-05-01 08:00", "2026-05-01T18:00:00+02:00"),
            ("2026-05-01T08:00:00", "is no time"),
            ("2026-13-01", "is no time"),
            ("+1h", "is no time"),
            ("-x", "--from: `x` is no span of time"),
            ("inf", "is no time"),
        ] {
            let error = time_ms("--from", text, NOW).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_number_without_a_unit_is_no_span_for_a_server() {
        assert_eq!(span_text("--for", "2h").unwrap(), "2h");
        for text in ["2", "", "0", "0s", "-2h", "2 h", "1month"] {
            let error = span_text("--for", text).unwrap_err().to_string();
            assert!(
                error.starts_with("--for: ") && error.contains("2h"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn a_time_to_come_goes_to_the_server_as_it_understands_it() {
        for (text, expected) in [
            ("30m", "30m"),
            ("now", "now"),
            ("2026-05-01", "2026-05-01T00:00:00.000Z"),
            ("2026-05-01T02:00:00+02:00", "2026-05-01T00:00:00.000Z"),
        ] {
            assert_eq!(future_text("--until", text).unwrap(), expected);
        }
        let error = future_text("--until", "tomorrow 8:00").unwrap_err().to_string();
        assert!(
            error.starts_with("--until: `tomorrow 8:00`") && error.ends_with("2h"),
            "{error}"
        );
    }
}
