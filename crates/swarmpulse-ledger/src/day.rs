//! UTC days, and the names of their files.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

const DAY_S: i64 = 86_400;
const DAY_NS: i64 = DAY_S * SECOND_NS;

/// A UTC day, counted from 1970-01-01. Its `Display` is `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(i64);

impl Day {
    /// The day of this time.
    pub(crate) fn of(at: Timestamp) -> Self {
        Self(at.0.div_euclid(DAY_NS))
    }

    /// Its first moment.
    pub(crate) fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(DAY_NS))
    }

    /// The first moment of the next day.
    pub(crate) fn end(self) -> Timestamp {
        Timestamp(self.0.saturating_add(1).saturating_mul(DAY_NS))
    }

    /// The day that a text of the form `YYYY-MM-DD` names.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let date: Date = text.parse().ok()?;
        let midnight = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
        let day = Self(midnight.div_euclid(DAY_S));
        (day.to_string() == text).then_some(day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let midnight = jiff::Timestamp::from_second(self.0.saturating_mul(DAY_S)).unwrap_or_default();
        write!(f, "{}", midnight.to_zoned(TimeZone::UTC).date())
    }
}

/// A time as RFC 3339 in UTC with milliseconds.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    format!(
        "{:.3}",
        jiff::Timestamp::from_nanosecond(i128::from(at.0)).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_and_found_again() {
        for (at, name) in [
            (0, "1970-01-01"),
            (DAY_NS - 1, "1970-01-01"),
            (-1, "1969-12-31"),
            (1_709_164_800 * SECOND_NS, "2024-02-29"),
            (i64::MAX, "2262-04-11"),
            (i64::MIN, "1677-09-21"),
        ] {
            let day = Day::of(Timestamp(at));
            assert_eq!(day.to_string(), name);
            assert_eq!(Day::parse(name), Some(day));
            assert!(
                day.start().0 <= at && (at < day.end().0 || at == i64::MAX),
                "{name}"
            );
        }
        for no_day in ["", "2024-02-30", "2024-2-9", "20240209", "2024-02-29T00:00", "x"] {
            assert_eq!(Day::parse(no_day), None, "{no_day}");
        }
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(
            rfc3339(Timestamp(1_709_164_800_987_654_321)),
            "2024-02-29T00:00:00.987Z"
        );
        assert_eq!(rfc3339(Timestamp(0)), "1970-01-01T00:00:00.000Z");
    }
}
