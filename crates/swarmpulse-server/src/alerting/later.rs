//! Times to come: a point in time, or so long from another.

use swarmpulse_model::Timestamp;

use crate::problem::ApiError;
use crate::read::time::{parse_span_s, parse_time};

/// A time to come: RFC 3339, Unix seconds, `now`, or a span such as `2h` or `1h30m`, counted from `from`.
///
/// # Errors
/// If it is none of these.
pub(super) fn parse(name: &str, text: &str, now: Timestamp, from: Timestamp) -> Result<Timestamp, ApiError> {
    let text = text.trim();
    let wrong = || {
        let shown: String = text.chars().take(60).collect();
        ApiError::unprocessable(format!(
            "`{name}`: expected a time such as 2026-03-04T18:00:00Z, Unix seconds, or a span such as `2h`, got `{shown}`"
        ))
    };
    if text.is_empty() {
        return Err(wrong());
    }
    if let Some(span_s) = span_s(text) {
        return Ok(from.plus_s(span_s));
    }
    parse_time(text, now).ok_or_else(wrong)
}

/// Spans with units, one after the other. A bare number is a point in time, not a span.
fn span_s(text: &str) -> Option<f64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (mut rest, mut all_s) = (text, 0.0);
    while !rest.is_empty() {
        let number = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let unit = rest[number..]
            .find(|c: char| !c.is_ascii_alphabetic())
            .map_or(rest.len(), |end| number + end);
        all_s += parse_span_s(&rest[..unit])?;
        rest = &rest[unit..];
    }
    (!text.is_empty()).then_some(all_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_counted_from_the_beginning_and_times_stand_as_they_are() {
        let at = Timestamp::from_unix_s;
        let (now, from) = (at(1_000.0), at(2_000.0));
        for (text, expected_s) in [
            ("2h", 9_200.0),
            ("1h30m", 7_400.0),
            ("+45s", 2_045.0),
            ("now", 1_000.0),
            ("5000", 5_000.0),
            ("1970-01-01T01:00:00Z", 3_600.0),
        ] {
            assert_eq!(
                parse("ends_at", text, now, from).unwrap(),
                at(expected_s),
                "{text}"
            );
        }
        for wrong in ["", "soon", "2x", "h", "1h30", "tomorrow", "1hm"] {
            let detail = parse("ends_at", wrong, now, from).unwrap_err().detail;
            assert!(
                detail.contains("`ends_at`") && detail.contains("`2h`"),
                "{detail}"
            );
        }
    }
}
