//! Periods over which an objective must be met: the last so many days, or a month of somebody's calendar.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use swarmpulse_model::Timestamp;

use crate::duration::{format_duration, parse_duration};

/// Over what an objective must be met.
#[derive(Clone, Debug, PartialEq)]
pub enum Period {
    /// The last so many seconds, at any time.
    Rolling {
        /// How many.
        seconds: u64,
    },
    /// From one date to another, then anew.
    Calendar {
        /// What is counted.
        unit: CalendarUnit,
        /// How many of them one period has.
        count: u32,
        /// When one began, on a clock of the time zone; earlier and later ones follow from it.
        start: DateTime,
        /// Whose midnight it is.
        zone: TimeZone,
    },
}

/// What calendars count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Quarters.
    Quarter,
    /// Years.
    Year,
}

impl CalendarUnit {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    pub(crate) const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// Seconds of one, as calendars have them on average or nearly so.
    fn nominal_s(self) -> u64 {
        86_400
            * match self {
                Self::Day => 1,
                Self::Week => 7,
                Self::Month => 30,
                Self::Quarter => 90,
                Self::Year => 365,
            }
    }

    fn span(self, number: i64) -> Result<jiff::Span, jiff::Error> {
        let span = jiff::Span::new();
        match self {
            Self::Day => span.try_days(number),
            Self::Week => span.try_weeks(number),
            Self::Month => span.try_months(number),
            Self::Quarter => span.try_months(number.saturating_mul(3)),
            Self::Year => span.try_years(number),
        }
    }
}

/// A stretch of time that an objective is judged over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: Timestamp,
    /// Until when it was looked at: now.
    pub to: Timestamp,
    /// When a calendar's period ends; a rolling one never does.
    pub ends: Option<Timestamp>,
    /// The whole period's length, in seconds.
    pub whole_s: u64,
}

impl Span {
    /// Seconds that were looked at, at least one.
    #[must_use]
    pub fn elapsed_s(&self) -> u64 {
        (self.to.seconds_since(self.from).floor().max(1.0)) as u64
    }
}

/// Why a period has no bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the period that holds {at} has no bounds on this calendar")]
pub struct PeriodError {
    /// The time that was asked for.
    pub at: Timestamp,
}

impl Period {
    /// Its length in seconds, of a calendar's about.
    #[must_use]
    pub fn nominal_s(&self) -> u64 {
        match self {
            Self::Rolling { seconds } => *seconds,
            Self::Calendar { unit, count, .. } => unit.nominal_s() * u64::from(*count),
        }
    }

    /// The stretch that holds a time.
    ///
    /// # Errors
    /// If the time is beyond the calendar.
    pub fn span(&self, now: Timestamp) -> Result<Span, PeriodError> {
        match self {
            Self::Rolling { seconds } => Ok(Span {
                from: now.plus_s(-(*seconds as f64)),
                to: now,
                ends: None,
                whole_s: *seconds,
            }),
            Self::Calendar { .. } => self.calendar_span(now).ok_or(PeriodError { at: now }),
        }
    }

    fn calendar_span(&self, now: Timestamp) -> Option<Span> {
        let first = self.begin(0)?;
        // A guess from the usual length, then as many steps as the guess is off: a few, as months differ by days.
        let mut number = now
            .since(first)
            .div_euclid(self.nominal_s() as i64 * 1_000_000_000);
        while self.begin(number)? > now {
            number -= 1;
        }
        let mut ends = self.begin(number + 1)?;
        while ends <= now {
            number += 1;
            ends = self.begin(number + 1)?;
        }
        let from = self.begin(number)?;
        Some(Span {
            from,
            to: now,
            ends: Some(ends),
            whole_s: ends.seconds_since(from).round() as u64,
        })
    }

    /// When the period of a number begins; 0 is the one that `start` begins. A time that the clocks skip is the one
    /// after, one that they have twice is the first.
    fn begin(&self, number: i64) -> Option<Timestamp> {
        let Self::Calendar {
            unit,
            count,
            start,
            zone,
        } = self
        else {
            return None;
        };
        let span = unit.span(number.checked_mul(i64::from(*count))?).ok()?;
        let local = start.checked_add(span).ok()?;
        let at = local.to_zoned(zone.clone()).ok()?.timestamp();
        i64::try_from(at.as_nanosecond()).ok().map(Timestamp)
    }

    /// How it reads: `30d`, `calendar month (Europe/Berlin)`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Rolling { seconds } => format_duration(*seconds),
            Self::Calendar {
                unit, count, zone, ..
            } => {
                let zone = zone.iana_name().unwrap_or("UTC");
                match count {
                    1 => format!("calendar {} ({zone})", unit.as_str()),
                    _ => format!("{count} calendar {}s ({zone})", unit.as_str()),
                }
            }
        }
    }
}

/// A time zone by its name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, String> {
    let unknown = |_| format!("{name:?} is no time zone: write an IANA name such as Europe/Berlin or UTC");
    TimeZone::get(name.trim()).map_err(unknown)
}

/// A rolling period.
pub(crate) fn rolling(text: &str) -> Result<Period, String> {
    /// Figures are recorded over five minutes at least.
    const SHORTEST_S: u64 = 600;
    let seconds = parse_duration(text)?;
    if seconds < SHORTEST_S {
        return Err(format!("{text:?} is too short: figures need 10m at least"));
    }
    Ok(Period::Rolling { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let at: jiff::Timestamp = text.parse().unwrap();
        Timestamp(i64::try_from(at.as_nanosecond()).unwrap())
    }

    fn calendar(unit: CalendarUnit, start: &str, name: &str) -> Period {
        Period::Calendar {
            unit,
            count: 1,
            start: start.parse().unwrap(),
            zone: zone(name).unwrap(),
        }
    }

    #[test]
    fn a_month_begins_at_midnight_of_its_zone_and_is_as_long_as_its_clocks_say() {
        let berlin = calendar(CalendarUnit::Month, "2024-01-01T00:00:00", "Europe/Berlin");
        let march = berlin.span(at("2026-03-29T12:00:00Z")).unwrap();
        assert_eq!(march.from, at("2026-02-28T23:00:00Z"));
        assert_eq!(march.ends, Some(at("2026-03-31T22:00:00Z")));
        assert_eq!(march.whole_s, (31 * 24 - 1) * 3600, "an hour is skipped");
        let october = berlin.span(at("2026-10-01T00:00:00Z")).unwrap();
        assert_eq!(october.whole_s, (31 * 24 + 1) * 3600, "an hour comes twice");
        let same = berlin.span(october.ends.unwrap()).unwrap();
        assert_eq!(same.from, october.ends.unwrap(), "the end belongs to the next");
    }

    #[test]
    fn days_of_a_change_of_clocks_are_23_and_25_hours() {
        let day = calendar(CalendarUnit::Day, "2024-01-01T00:00:00", "America/New_York");
        assert_eq!(day.span(at("2026-03-08T20:00:00Z")).unwrap().whole_s, 23 * 3600);
        assert_eq!(day.span(at("2026-11-01T20:00:00Z")).unwrap().whole_s, 25 * 3600);
        assert_eq!(day.span(at("2026-11-03T20:00:00Z")).unwrap().whole_s, 24 * 3600);
    }

    #[test]
    fn a_start_at_the_end_of_a_month_stays_in_every_month() {
        let end = calendar(CalendarUnit::Month, "2024-01-31T12:30:00", "UTC");
        let span = end.span(at("2026-03-01T00:00:00Z")).unwrap();
        assert_eq!(span.from, at("2026-02-28T12:30:00Z"));
        assert_eq!(span.ends, Some(at("2026-03-31T12:30:00Z")));
        let before = end.span(at("2023-12-24T00:00:00Z")).unwrap();
        assert_eq!(before.from, at("2023-11-30T12:30:00Z"), "also before the start");
    }

    #[test]
    fn every_moment_lies_in_exactly_one_period() {
        for (unit, name) in CalendarUnit::ALL.into_iter().zip([
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Africa/Casablanca",
        ]) {
            let period = calendar(unit, "2024-01-01T00:00:00", name);
            let mut span = period.span(at("2020-01-01T00:00:00Z")).unwrap();
            for _ in 0..200 {
                let ends = span.ends.unwrap();
                assert!(span.from <= span.to && span.to < ends);
                assert_eq!(period.span(ends.plus_ns(-1)).unwrap().from, span.from);
                span = period.span(ends).unwrap();
                assert_eq!(span.from, ends);
            }
        }
    }

    #[test]
    fn what_is_no_zone_or_too_short_is_refused() {
        assert!(zone("Berlin").unwrap_err().contains("Europe/Berlin"));
        assert!(rolling("5m").unwrap_err().contains("10m"));
        assert_eq!(rolling("4w").unwrap().describe(), "28d");
    }
}
