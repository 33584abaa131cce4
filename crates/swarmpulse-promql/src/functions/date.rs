//! Parts of dates in UTC, of Unix times in seconds.

use super::{Body, Function, Variadic};
use crate::syntax::ValueType::Vector;

pub(super) const FUNCTIONS: &[Function] = &[
    of_time("days_in_month", |time| {
        Date::of(time).map_or(f64::NAN, |date| date.days_in_month() as f64)
    }),
    of_time("day_of_month", |time| {
        Date::of(time).map_or(f64::NAN, |date| date.day as f64)
    }),
    of_time("day_of_week", |time| {
        days(time).map_or(f64::NAN, |days| (days + 4).rem_euclid(7) as f64)
    }),
    of_time("day_of_year", |time| {
        Date::of(time).map_or(f64::NAN, |date| date.day_of_year() as f64)
    }),
    of_time("hour", |time| {
        second_of_day(time).map_or(f64::NAN, |second| (second / 3600) as f64)
    }),
    of_time("minute", |time| {
        second_of_day(time).map_or(f64::NAN, |second| (second / 60 % 60) as f64)
    }),
    of_time("month", |time| {
        Date::of(time).map_or(f64::NAN, |date| date.month as f64)
    }),
    of_time("year", |time| {
        Date::of(time).map_or(f64::NAN, |date| date.year as f64)
    }),
];

const fn of_time(name: &'static str, part: fn(f64) -> f64) -> Function {
    Function {
        variadic: Variadic::UpTo(1),
        sees_time: true,
        ..Function::new(name, &[Vector], Body::Date(part))
    }
}

const SECONDS_OF_DAY: i64 = 86_400;

/// Whole seconds; `None` of what is no number. What is too far away is cut at some 292 billion years.
fn seconds(time: f64) -> Option<i64> {
    (!time.is_nan()).then_some(time as i64)
}

/// Days since 1970-01-01.
fn days(time: f64) -> Option<i64> {
    seconds(time).map(|seconds| seconds.div_euclid(SECONDS_OF_DAY))
}

fn second_of_day(time: f64) -> Option<i64> {
    seconds(time).map(|seconds| seconds.rem_euclid(SECONDS_OF_DAY))
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// Method: years begin in March, so that the leap day is the last; 400 years are 146,097 days.
    fn of(time: f64) -> Option<Self> {
        let days = days(time)? + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Some(Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
        })
    }

    fn is_leap_year(self) -> bool {
        (self.year % 4 == 0 && self.year % 100 != 0) || self.year % 400 == 0
    }

    fn days_in_month(self) -> i64 {
        match self.month {
            2 => 28 + i64::from(self.is_leap_year()),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// From 1.
    fn day_of_year(self) -> i64 {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let leap_day = i64::from(self.month > 2 && self.is_leap_year());
        before[(self.month - 1).clamp(0, 11) as usize] + self.day + leap_day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, time: f64) -> f64 {
        let function = FUNCTIONS.iter().find(|function| function.name == name);
        match function.map(|function| function.body) {
            Some(Body::Date(part)) => part(time),
            _ => panic!("{name} is no part of a date"),
        }
    }

    #[test]
    fn dates_know_leap_years() {
        // 2016-02-29 23:59:58.
        let leap = 1_456_790_398.0;
        let cases = [
            ("year", 2016.0),
            ("month", 2.0),
            ("day_of_month", 29.0),
            ("days_in_month", 29.0),
            ("day_of_year", 60.0),
            ("day_of_week", 1.0),
            ("hour", 23.0),
            ("minute", 59.0),
        ];
        for (name, expected) in cases {
            assert_eq!(part(name, leap), expected, "{name}");
        }
        // 2100-12-31, no leap year.
        assert_eq!(part("day_of_year", 4_133_894_400.0), 365.0);
        assert_eq!(part("days_in_month", 4_107_456_000.0), 28.0);
    }

    #[test]
    fn times_before_1970_and_beyond_all_calendars() {
        assert_eq!(part("year", -1.0), 1969.0);
        assert_eq!(part("minute", -1.0), 59.0);
        assert_eq!(part("day_of_week", -86_400.0), 3.0);
        assert!(part("year", f64::NAN).is_nan());
        assert!(part("year", f64::INFINITY) > 2e11);
        assert!((1.0..=12.0).contains(&part("month", f64::NEG_INFINITY)));
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = Date::of(-5e9).expect("a day");
        for day in 1..200_000 {
            let date = Date::of(-5e9 + f64::from(day) * 86_400.0).expect("a day");
            let next = if before.day < before.days_in_month() {
                Date {
                    day: before.day + 1,
                    ..before
                }
            } else if before.month < 12 {
                Date {
                    month: before.month + 1,
                    day: 1,
                    ..before
                }
            } else {
                Date {
                    year: before.year + 1,
                    month: 1,
                    day: 1,
                }
            };
            assert_eq!(date, next);
            before = date;
        }
    }
}
