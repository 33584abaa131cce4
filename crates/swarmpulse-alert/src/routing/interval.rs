//! Spans of time that come again: working hours, week-ends, the last days of a month.

use jiff::tz::TimeZone;
use swarmpulse_model::{Text, Timestamp};

/// Intervals under one name.
#[derive(Clone, Debug)]
pub struct NamedInterval {
    /// The name that routes say.
    pub name: Text,
    /// Any of them.
    pub intervals: Vec<TimeInterval>,
}

impl NamedInterval {
    /// Whether a point in time is in any of them.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.intervals.iter().any(|interval| interval.contains(at))
    }
}

/// All of its parts must hold; a part that is empty always does.
#[derive(Clone, Debug)]
pub struct TimeInterval {
    /// Minutes of the day, from inclusive, until exclusive.
    pub(super) times: Vec<(i32, i32)>,
    /// Days of the week, Sunday being 0; inclusive.
    pub(super) weekdays: Vec<(i32, i32)>,
    /// Days of the month; negative ones count from its end, -1 being the last; inclusive.
    pub(super) days_of_month: Vec<(i32, i32)>,
    /// Months from 1; inclusive.
    pub(super) months: Vec<(i32, i32)>,
    /// Years; inclusive.
    pub(super) years: Vec<(i32, i32)>,
    /// Whose clock it is.
    pub(super) zone: TimeZone,
}

impl TimeInterval {
    /// Whether a point in time is in it.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        let Ok(at) = jiff::Timestamp::from_nanosecond(i128::from(at.0)) else {
            return false;
        };
        let local = at.to_zoned(self.zone.clone());
        let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
        let weekday = i32::from(local.weekday().to_sunday_zero_offset());
        let day = i32::from(local.day());
        let last_day = i32::from(local.days_in_month());
        holds(&self.times, |(from, until)| minute >= from && minute < until)
            && holds(&self.days_of_month, |range| is_day(range, day, last_day))
            && holds(&self.months, includes(i32::from(local.month())))
            && holds(&self.weekdays, includes(weekday))
            && holds(&self.years, includes(i32::from(local.year())))
    }
}

fn holds(ranges: &[(i32, i32)], is_in: impl Fn((i32, i32)) -> bool) -> bool {
    ranges.is_empty() || ranges.iter().any(|range| is_in(*range))
}

fn includes(value: i32) -> impl Fn((i32, i32)) -> bool {
    move |(first, last)| first <= value && value <= last
}

/// A range that begins after the month's end holds on no day of it; one that ends after it ends with the month.
fn is_day((first, last): (i32, i32), day: i32, last_day: i32) -> bool {
    let counted = |day: i32| if day < 0 { last_day + day + 1 } else { day };
    counted(first) <= day && day <= counted(last)
}
