//! Times as the API writes them: RFC 3339 in UTC with milliseconds.

use swarmpulse_model::Timestamp;

/// `2026-03-04T05:06:07.089Z`; times beyond the year 9999 are cut to its end.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    let milliseconds = jiff::Timestamp::from_millisecond(at.unix_ms()).unwrap_or(jiff::Timestamp::MAX);
    format!("{milliseconds:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_always_there_and_rounded_down() {
        for (nanoseconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_772_600_767_089_999_999, "2026-03-04T05:06:07.089Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(Timestamp(nanoseconds)), text);
        }
        assert!(rfc3339(Timestamp::NEVER).starts_with("2262-"));
    }
}
