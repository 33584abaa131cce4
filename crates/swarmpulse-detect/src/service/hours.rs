//! The shape of the day: at which hours slow calls are usual.

use swarmpulse_model::Timestamp;

use super::tally::{Tally, odds_times};

const HOUR_NS: i64 = 3_600_000_000_000;
const HOURS: usize = 24;
/// Days that are remembered: a week, so that what happens on workdays is known on Mondays.
const DAYS: usize = 7;
/// A quarter of an hour says something from so many calls on.
const CALLS_NEEDED: f64 = 10.0;
/// Shares are kept in so many steps.
const STEPS: f64 = 255.0;

/// An hour of the day on the days on which anything was known of it, the latest last.
#[derive(Clone, Copy, Debug, Default)]
struct HourOfDay {
    /// The least share of slow calls of a quarter of it, in steps.
    shares: [u8; DAYS],
    days: u8,
    last_day: i32,
}

/// The share of slow calls by hour of the day, in UTC. Bad times are not left out: only what comes back on another day
/// of the week is taken for the shape of the day.
#[derive(Clone, Debug, Default)]
pub(super) struct DayShape([HourOfDay; HOURS]);

impl DayShape {
    /// A quarter of an hour ended.
    pub fn observe(&mut self, at: Timestamp, slow: &Tally) {
        if slow.trials < CALLS_NEEDED {
            return;
        }
        let (day, hour) = place(at);
        let hour = &mut self.0[hour];
        let share = (slow.share() * STEPS) as u8;
        if hour.days > 0 && hour.last_day == day {
            hour.shares[DAYS - 1] = hour.shares[DAYS - 1].min(share);
            return;
        }
        hour.shares.rotate_left(1);
        hour.shares[DAYS - 1] = share;
        hour.last_day = day;
        hour.days = hour.days.saturating_add(1);
    }

    /// The share that is to be expected at this hour, not below what is expected anyway: what was reached on two of the
    /// last seven days at least, today not counted.
    pub fn expected(&self, at: Timestamp, usual_share: f64) -> f64 {
        let (day, hour) = place(at);
        let hour = self.0[hour];
        let mut shares = hour.shares;
        if hour.last_day == day {
            shares[DAYS - 1] = 0;
        }
        shares.sort_unstable();
        let share = f64::from(shares[DAYS - 2]) / STEPS;
        // Days differ: half as much again is still the same shape.
        odds_times(share, 1.5).max(usual_share)
    }
}

fn place(at: Timestamp) -> (i32, usize) {
    let hours = at.0.div_euclid(HOUR_NS);
    let hour = usize::try_from(hours.rem_euclid(HOURS as i64)).unwrap_or_default();
    (hours.div_euclid(HOURS as i64) as i32, hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(share: f64) -> Tally {
        Tally {
            trials: 100.0,
            hits: 100.0 * share,
            expected: 5.0,
        }
    }

    fn noon(day: i64) -> Timestamp {
        Timestamp((day * 24 + 12) * HOUR_NS)
    }

    #[test]
    fn what_comes_back_is_expected_and_what_came_once_is_not() {
        let mut shape = DayShape::default();
        shape.observe(noon(100), &tally(0.4));
        assert_eq!(shape.expected(noon(101), 0.05), 0.05, "once");
        shape.observe(noon(101), &tally(0.4));
        assert_eq!(shape.expected(noon(101), 0.05), 0.05, "today does not count");
        let expected = shape.expected(noon(102), 0.05);
        assert!((0.45..0.55).contains(&expected), "{expected}");
        assert_eq!(shape.expected(Timestamp(noon(102).0 + HOUR_NS), 0.05), 0.05);
        for day in 102..108 {
            shape.observe(noon(day), &tally(0.05));
        }
        assert_eq!(
            shape.expected(noon(108), 0.05),
            odds_times(12.0 / STEPS, 1.5),
            "over a week ago"
        );
    }

    #[test]
    fn a_part_of_an_hour_does_not_make_it_slow() {
        let mut shape = DayShape::default();
        for day in 0..3 {
            shape.observe(noon(day), &tally(0.9));
            shape.observe(Timestamp(noon(day).0 + HOUR_NS / 4), &tally(0.0));
        }
        assert_eq!(shape.expected(noon(3), 0.05), 0.05);
    }
}
