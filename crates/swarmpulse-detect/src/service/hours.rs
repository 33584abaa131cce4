//! The shape of the day: at which hours slow calls are usual.

use swarmpulse_model::Timestamp;

use super::tally::{Tally, odds_times};

const HOUR_NS: i64 = 3_600_000_000_000;
const HOURS: usize = 24;
/// An hour of the day says something once it was seen on so many days.
const DAYS_NEEDED: u8 = 2;
/// A quarter of an hour says something from so many calls on.
const CALLS_NEEDED: f64 = 10.0;
/// How much each quarter of an hour weighs: about three days are remembered.
const WEIGHT: f32 = 1.0 / 12.0;

#[derive(Clone, Copy, Debug, Default)]
struct HourOfDay {
    slow_share: f32,
    last_day: i32,
    days: u8,
}

/// The usual share of slow calls by hour of the day, in UTC.
#[derive(Clone, Debug, Default)]
pub(super) struct DayShape([HourOfDay; HOURS]);

impl DayShape {
    /// A quarter of an hour of usual times ended.
    pub fn observe(&mut self, at: Timestamp, slow: &Tally) {
        if slow.trials < CALLS_NEEDED {
            return;
        }
        let (day, hour) = place(at);
        let hour = &mut self.0[hour];
        if hour.days == 0 {
            hour.slow_share = slow.share() as f32;
        } else {
            hour.slow_share += (slow.share() as f32 - hour.slow_share) * WEIGHT;
        }
        if hour.days == 0 || hour.last_day != day {
            hour.days = hour.days.saturating_add(1);
            hour.last_day = day;
        }
    }

    /// The share that is to be expected at this hour, not below what is expected anyway.
    pub fn expected(&self, at: Timestamp, usual_share: f64) -> f64 {
        let (_, hour) = place(at);
        let hour = self.0[hour];
        if hour.days < DAYS_NEEDED {
            return usual_share;
        }
        // Days differ: half as much again is still the same shape.
        odds_times(f64::from(hour.slow_share), 1.5).max(usual_share)
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

    #[test]
    fn busy_hours_are_expected_to_be_slow_after_two_days() {
        let mut shape = DayShape::default();
        let tally = |share: f64| Tally {
            trials: 100.0,
            hits: 100.0 * share,
            expected: 5.0,
        };
        let noon = |day: i64| Timestamp((day * 24 + 12) * HOUR_NS);
        shape.observe(noon(0), &tally(0.4));
        assert_eq!(shape.expected(noon(1), 0.05), 0.05);
        shape.observe(noon(1), &tally(0.4));
        let expected = shape.expected(noon(2), 0.05);
        assert!((0.45..0.55).contains(&expected), "{expected}");
        assert_eq!(shape.expected(Timestamp(noon(2).0 + HOUR_NS), 0.05), 0.05);
    }
}
