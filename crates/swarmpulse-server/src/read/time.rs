//! Times and spans in a query: RFC 3339, Unix seconds, or back from now.

use swarmpulse_model::Timestamp;
use swarmpulse_wire::time::{parse_rfc3339, parse_unix};

/// The longest span: ten years.
const SPAN_MAX_S: f64 = 3650.0 * 86_400.0;

/// A point in time: RFC 3339, Unix seconds, `now`, or a span back from now as in `-1h` or `now-1h`.
pub(crate) fn parse_time(text: &str, now: Timestamp) -> Option<Timestamp> {
    let relative = text.strip_prefix("now").unwrap_or(text);
    if relative.is_empty() {
        return Some(now);
    }
    if let Some(span) = relative.strip_prefix('-') {
        return Some(now.plus_s(-parse_span_s(span)?));
    }
    if relative.len() != text.len() {
        return None;
    }
    // In a query a `+` means a space; before an offset it was meant as it stands.
    let text = text.replace(' ', "+");
    let date_and_time = text.replacen('+', "T", usize::from(text.as_bytes().get(10) == Some(&b'+')));
    parse_rfc3339(&date_and_time)
        .ok()
        .or_else(|| parse_unix(&text).ok())
}

/// A span above nothing, in seconds: a number of seconds, or one with a unit of `s`, `m`, `h`, `d` or `w`.
pub(crate) fn parse_span_s(text: &str) -> Option<f64> {
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let unit_s = match &text[digits.len()..] {
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        "w" => 7.0 * 86_400.0,
        _ => return None,
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let span_s = digits.parse::<f64>().ok().filter(|_| plain)? * unit_s;
    (span_s > 0.0 && span_s <= SPAN_MAX_S).then_some(span_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form() {
        let now = Timestamp::from_unix_s(1_772_600_767.0);
        for (text, expected_s) in [
            ("2026-03-04T05:06:07Z", 1_772_600_767.0),
            ("2026-03-04T05:06:07.5Z", 1_772_600_767.5),
            ("2026-03-04T06:06:07+01:00", 1_772_600_767.0),
            ("2026-03-04T06:06:07 01:00", 1_772_600_767.0),
            ("2026-03-04 05:06:07", 1_772_600_767.0),
            ("1772600767", 1_772_600_767.0),
            ("now", 1_772_600_767.0),
            ("-1h", 1_772_597_167.0),
            ("now-90s", 1_772_600_677.0),
            ("-1.5m", 1_772_600_677.0),
            ("-2d", 1_772_427_967.0),
        ] {
            assert_eq!(
                parse_time(text, now),
                Some(Timestamp::from_unix_s(expected_s)),
                "{text}"
            );
        }
        for wrong in [
            "",
            "yesterday",
            "-",
            "-1y",
            "--1h",
            "1h",
            "now+1h",
            "2026-13-04T05:06:07Z",
            "nowish",
            "-0s",
        ] {
            let parsed = parse_time(wrong, now);
            assert!(
                wrong.is_empty() && parsed == Some(now) || parsed.is_none(),
                "{wrong}: {parsed:?}"
            );
        }
    }

    #[test]
    fn spans_have_units_and_bounds() {
        for (text, expected) in [
            ("60", Some(60.0)),
            ("30s", Some(30.0)),
            ("5m", Some(300.0)),
            ("0.5h", Some(1800.0)),
            ("1w", Some(604_800.0)),
            ("0", None),
            ("-5", None),
            ("", None),
            ("m", None),
            ("1e9", None),
            ("5 m", None),
            ("99999d", None),
            ("inf", None),
            ("ä", None),
        ] {
            assert_eq!(parse_span_s(text), expected, "{text}");
        }
    }
}
