//! Times and durations as Go writes them.

mod layout;
mod method;

use crate::value::Text;

pub(crate) use method::method;

const NS: i128 = 1_000_000_000;

/// A point in time, in a zone. Go's zero time is the beginning of the year 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// Nanoseconds since 1970.
    pub at_ns: i128,
    /// Seconds by which its zone is before UTC.
    pub offset_s: i32,
    /// What the zone is called: `UTC`, `CET`; empty if it has a distance alone.
    pub zone: Text,
}

/// A time in its parts.
pub(crate) struct Parts {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) weekday: usize,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) ns: i64,
}

impl Time {
    /// A time in UTC.
    #[must_use]
    pub fn utc(at_ns: i64) -> Self {
        Self {
            at_ns: at_ns.into(),
            offset_s: 0,
            zone: "UTC".into(),
        }
    }

    /// Go's zero time: an end that is not known.
    #[must_use]
    pub fn zero() -> Self {
        Self {
            at_ns: -62_135_596_800 * NS,
            ..Self::utc(0)
        }
    }

    /// As Go prints it: `2015-06-23 13:19:44.128 +0000 UTC`.
    #[must_use]
    pub fn text(&self) -> String {
        self.format("2006-01-02 15:04:05.999999999 -0700 MST")
    }

    /// In a layout of Go's: `2006-01-02T15:04:05Z07:00`.
    #[must_use]
    pub fn format(&self, layout: &str) -> String {
        layout::format(self, layout)
    }

    pub(crate) fn parts(&self) -> Parts {
        let local_ns = self.at_ns + i128::from(self.offset_s) * NS;
        let total_s = i64::try_from(local_ns.div_euclid(NS)).unwrap_or(i64::MAX / 2);
        let (days, of_day) = (total_s.div_euclid(86_400), total_s.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        Parts {
            year,
            month,
            day,
            weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            ns: i64::try_from(local_ns.rem_euclid(NS)).unwrap_or(0),
        }
    }
}

/// The date so many days after 1970 began, in the Gregorian calendar: year, month, day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Years begin with March here, so that the day that leap years add is their last.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

/// As Go prints a duration: `1h2m3.5s`.
#[must_use]
pub fn duration_text(ns: i64) -> String {
    let size = ns.unsigned_abs();
    let sign = if ns < 0 { "-" } else { "" };
    let fraction = |value: u64, unit: u64| {
        let text = format!(
            "{}.{:0>width$}",
            value / unit,
            value % unit,
            width = unit.ilog10() as usize
        );
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if size == 0 {
        return "0s".into();
    }
    if size < 1000 {
        return format!("{sign}{size}ns");
    }
    if size < 1_000_000 {
        return format!("{sign}{}\u{b5}s", fraction(size, 1000));
    }
    if size < 1_000_000_000 {
        return format!("{sign}{}ms", fraction(size, 1_000_000));
    }
    let (hours, minutes) = (size / 3_600_000_000_000, size / 60_000_000_000 % 60);
    let seconds = fraction(size % 60_000_000_000, 1_000_000_000);
    if hours > 0 {
        format!("{sign}{hours}h{minutes}m{seconds}s")
    } else if minutes > 0 {
        format!("{sign}{minutes}m{seconds}s")
    } else {
        format!("{sign}{seconds}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_layouts() {
        let at = Time::utc(1_435_065_584_128_000_000);
        assert_eq!(at.text(), "2015-06-23 13:19:44.128 +0000 UTC");
        assert_eq!(Time::utc(0).text(), "1970-01-01 00:00:00 +0000 UTC");
        assert_eq!(Time::zero().text(), "0001-01-01 00:00:00 +0000 UTC");
        for (layout, expected) in [
            ("2006-01-02T15:04:05Z07:00", "2015-06-23T13:19:44Z"),
            ("Mon, 2 Jan 2006 3:04 PM", "Tue, 23 Jun 2015 1:19 PM"),
            ("Monday January _2 __2 06", "Tuesday June 23 174 15"),
            ("15:04:05.000 (002)", "13:19:44.128 (174)"),
            ("05,99 05.0000 05.001", "44,12 44.1280 44.006"),
            ("Z07:00:00 -07 -070000", "Z +00 +000000"),
            ("Janet Mondays 2006-1-2 \u{e4}", "Janet Tuesdays 2015-6-23 \u{e4}"),
        ] {
            assert_eq!(at.format(layout), expected, "{layout}");
        }
        let elsewhere = Time {
            offset_s: -12_600,
            zone: Text::default(),
            ..at
        };
        assert_eq!(elsewhere.text(), "2015-06-23 09:49:44.128 -0330 -0330");
        assert_eq!(elsewhere.format("Z07:00 -07:00:00 3pm"), "-03:30 -03:30:00 9am");
    }

    #[test]
    fn durations_are_written_as_go_writes_them() {
        for (ns, expected) in [
            (0, "0s"),
            (1, "1ns"),
            (1500, "1.5\u{b5}s"),
            (2_500_000, "2.5ms"),
            (1_500_000_000, "1.5s"),
            (61_000_000_000, "1m1s"),
            (3_600_000_000_000, "1h0m0s"),
            (-90_000_000_000, "-1m30s"),
        ] {
            assert_eq!(duration_text(ns), expected);
        }
    }
}
