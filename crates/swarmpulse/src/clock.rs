//! The wall clock and the monotone one, for what a command reports and how long it ran.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Now, as RFC 3339 in UTC with milliseconds.
#[must_use]
pub fn now_text() -> String {
    text(now_ms())
}

/// Now, in milliseconds of Unix time.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the commands' home of the wall clock")]
pub fn now_ms() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// Now, by the monotone clock.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the commands' home of the monotone clock"
)]
pub fn monotone() -> Instant {
    Instant::now()
}

/// Milliseconds of Unix time as RFC 3339 in UTC.
#[must_use]
pub fn text(unix_ms: i64) -> String {
    match Timestamp::from_millisecond(unix_ms) {
        Ok(timestamp) => format!("{timestamp:.3}"),
        Err(_) => String::new(),
    }
}

/// RFC 3339 as milliseconds of Unix time.
#[must_use]
pub fn parse_ms(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_with_milliseconds_and_read_back() {
        assert_eq!(text(1_700_000_000_005), "2023-11-14T22:13:20.005Z");
        assert_eq!(parse_ms("2023-11-14T23:13:20.005+01:00"), Some(1_700_000_000_005));
        assert_eq!(parse_ms("yesterday"), None);
    }
}
