//! What is usual at an hour of the day and a part of the week: means of values, and how often which values.

use super::bins::{BINS, Counts};

/// Hours of a day.
const HOURS: usize = 24;
/// Parts of three hours in a week.
const PARTS: usize = 56;
/// What a new value counts for at least, so that habits may change.
const GAIN_MIN: f32 = 0.02;
/// Values of an hour before any of them is a surprise.
const SEEN_MIN: u32 = 12;
/// How far a part of the week is believed beside the day.
const WEEK_TRUST: f32 = 0.8;

/// Where in the day and the week a time lies, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    hour: u8,
    part: u8,
}

impl Slot {
    pub(super) fn at(seconds: i64) -> Self {
        let hour_of_week = seconds.div_euclid(3600).rem_euclid(7 * 24);
        // Both fit: below 24 and below 56.
        Self {
            hour: (hour_of_week % 24) as u8,
            part: (hour_of_week / 3) as u8,
        }
    }
}

/// Habits of a series.
#[derive(Clone, Debug)]
pub(super) struct Habit {
    day: [f32; HOURS],
    /// Difference of the part of the week from the day.
    week: [f32; PARTS],
    /// Values seen, in tenths, up to 255.
    day_seen: [u8; HOURS],
    week_seen: [u8; PARTS],
    values: [Counts; HOURS],
}

impl Habit {
    pub(super) const fn new() -> Self {
        Self {
            day: [0.0; HOURS],
            week: [0.0; PARTS],
            day_seen: [0; HOURS],
            week_seen: [0; PARTS],
            values: [Counts::new(); HOURS],
        }
    }

    /// What is usual there; `otherwise` before enough was seen.
    pub(super) fn expected(&self, slot: Slot, otherwise: f32) -> f32 {
        let (hour, part) = (usize::from(slot.hour), usize::from(slot.part));
        if self.day_seen[hour] < 10 {
            return otherwise;
        }
        let weight = f32::from(self.week_seen[part]);
        // After a few hours of a part of the week it counts, fully never: a week is one observation.
        let trust = if self.week_seen[part] < 10 {
            0.0
        } else {
            WEEK_TRUST * weight / (weight + 20.0)
        };
        self.day[hour] + trust * self.week[part]
    }

    /// How surprising a value in that bin is there, as a negative logarithm of its probability; 0
    /// before the hour was seen.
    pub(super) fn surprise(&self, slot: Slot, bin: usize) -> f32 {
        let values = &self.values[usize::from(slot.hour)];
        if values.total() < SEEN_MIN {
            0.0
        } else {
            values.surprise(bin)
        }
    }

    /// How far a bin is from the mean bin there, in bins.
    pub(super) fn rank_distance(&self, slot: Slot, bin: usize) -> f32 {
        self.values[usize::from(slot.hour)]
            .mean()
            .map_or(0.0, |mean| (bin as f32 - mean).abs())
    }

    pub(super) fn learn(&mut self, slot: Slot, value: f32, bin: usize) {
        let (hour, part) = (usize::from(slot.hour), usize::from(slot.part));
        debug_assert!(bin < BINS, "bins are counted from 0");
        let seen = self.day_seen[hour].saturating_add(1);
        self.day_seen[hour] = seen;
        self.day[hour] += (1.0 / f32::from(seen)).max(GAIN_MIN) * (value - self.day[hour]);
        let seen = self.week_seen[part].saturating_add(1);
        self.week_seen[part] = seen;
        self.week[part] += (1.0 / f32::from(seen)).max(GAIN_MIN) * (value - self.day[hour] - self.week[part]);
        self.values[hour].add(bin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_repeat_every_week() {
        assert_eq!(Slot::at(0), Slot { hour: 0, part: 0 });
        assert_eq!(Slot::at(7 * 86_400 + 3_700), Slot { hour: 1, part: 0 });
        assert_eq!(Slot::at(-1), Slot { hour: 23, part: 55 });
    }

    #[test]
    fn a_day_is_learnt() {
        let mut habit = Habit::new();
        let night = Slot::at(2 * 3600);
        let noon = Slot::at(12 * 3600);
        assert_eq!(habit.expected(noon, 7.0), 7.0);
        for _ in 0..60 {
            habit.learn(night, 10.0, 0);
            habit.learn(noon, 90.0, BINS - 1);
        }
        assert!((habit.expected(night, 0.0) - 10.0).abs() < 0.5);
        assert!((habit.expected(noon, 0.0) - 90.0).abs() < 0.5);
        assert!(habit.surprise(night, BINS - 1) > habit.surprise(night, 0) + 2.0);
    }
}
