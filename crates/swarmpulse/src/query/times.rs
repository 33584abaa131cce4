//! Times and spans as arguments give them, in milliseconds.

use anyhow::Context as _;
use jiff::Timestamp;
use swarmpulse_promql::parse_duration;

/// Before every sample.
pub const FIRST_MS: i64 = -9_000_000_000_000_000;
/// After every sample.
pub const LAST_MS: i64 = 9_000_000_000_000_000;

/// RFC 3339, Unix seconds, or back from now.
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
    if let Ok(seconds) = text.parse::<f64>()
        && seconds.is_finite()
    {
        return Ok((seconds * 1000.0).round() as i64);
    }
    let moment: Timestamp = text.parse().with_context(|| {
        format!("{argument}: `{text}` is no time: write RFC 3339, Unix seconds, or -1h for an hour ago")
    })?;
    Ok(moment.as_millisecond())
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
        .map_err(|reason| anyhow::anyhow!("{argument}: {reason}; write a span as 90s, 15m or 1h30m"))
}
