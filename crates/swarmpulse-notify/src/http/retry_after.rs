//! `Retry-After`: seconds, or a date.

use swarmpulse_model::Timestamp;

/// How many seconds to wait; `None` if the header says neither a number of seconds nor a date. A date that is past means 0.
pub(super) fn seconds(value: &str, now: Timestamp) -> Option<f64> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then_some(seconds);
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some((date.as_second() as f64 - now.unix_s()).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let now = Timestamp::from_unix_s(784_111_777.0);
        assert_eq!(seconds("120", now), Some(120.0));
        assert_eq!(seconds(" 0.5 ", now), Some(0.5));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(60.0));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:40:37 GMT", now), Some(0.0));
        for wrong in ["", "-1", "soon", "NaN", "inf", "Sun, 99 Nov 1994 08:50:37 GMT"] {
            assert_eq!(seconds(wrong, now), None, "{wrong}");
        }
    }
}
