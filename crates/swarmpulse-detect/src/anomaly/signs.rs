//! Signs: what may be strange about a value, each a number that is the larger the stranger.

use super::bins::{BINS, Counts, Quantiles};
use super::habit::{Habit, Slot};

/// Signs of one value.
pub(super) const SIGNS: usize = 21;

/// Smoothing over about 4, 12, 16 and 64 values.
const OVER_4: f32 = 1.0 / 4.0;
const OVER_12: f32 = 1.0 / 12.0;
const OVER_16: f32 = 1.0 / 16.0;
const OVER_64: f32 = 1.0 / 64.0;
/// The level and the roughness that others are compared with.
const OVER_LONG: f32 = 1.0 / 1000.0;
/// Rows of a block of extremes; the range is that of the last one to two blocks.
const BLOCK: u8 = 16;

/// What the signs are made of.
#[derive(Clone, Debug)]
pub(super) struct Signs {
    quantiles: Quantiles,
    counts: Counts,
    transitions: [Counts; BINS],
    habit: Habit,
    previous: f32,
    previous_bin: u8,
    level: f32,
    near: f32,
    rank: f32,
    squashed: f32,
    unusual_4: f32,
    unusual_12: f32,
    surprise_12: f32,
    rough_16: f32,
    rough_64: f32,
    rough_long: f32,
    /// Smallest and largest of the block before and of this one.
    block: [(f32, f32); 2],
    block_rows: u8,
    /// Repetitions of a value seen among values, and among values that were repetitions.
    ties: [f32; 2],
    ties_after_tie: [f32; 2],
    run: f32,
    /// The next value has none before it.
    anew: bool,
}

impl Signs {
    pub(super) const fn new() -> Self {
        Self {
            quantiles: Quantiles::new(),
            counts: Counts::new(),
            transitions: [Counts::new(); BINS],
            habit: Habit::new(),
            previous: 0.0,
            previous_bin: 0,
            level: 0.0,
            near: 0.0,
            rank: 0.5,
            squashed: 0.0,
            unusual_4: 0.0,
            unusual_12: 0.0,
            surprise_12: 0.0,
            rough_16: 0.0,
            rough_64: 0.0,
            rough_long: 0.0,
            block: [(0.0, 0.0); 2],
            block_rows: 0,
            ties: [1.0, 2.0],
            ties_after_tie: [1.0, 2.0],
            run: 0.0,
            anew: true,
        }
    }

    /// The signs of a value as compared with all before, and takes it in. Rows are counted from 1; the first value is
    /// the origin, hence 0.
    pub(super) fn push(&mut self, seconds: i64, value: f32, row: f32) -> [f32; SIGNS] {
        let mut signs = [0.0; SIGNS];
        let (head, tail) = signs.split_at_mut(9);
        let (habit, rest) = tail.split_at_mut(6);
        let bin = self.quantiles.bin(value);
        if std::mem::take(&mut self.anew) {
            self.previous = value;
            self.near = value;
            self.previous_bin = bin as u8;
            self.block = [(value, value); 2];
            self.block_rows = 0;
        }
        self.of_level(value, row, bin, head);
        self.of_habit(Slot::at(seconds), value, bin, habit);
        self.of_motion(value, row, bin, rest);
        rest[5] = self.counts.surprise(bin);
        self.counts.add(bin);
        self.quantiles.learn(value, row);
        self.previous = value;
        self.previous_bin = bin as u8;
        signs
    }

    /// What is usual at a time.
    pub(super) fn usual(&self, seconds: i64) -> f32 {
        self.habit.expected(Slot::at(seconds), self.level)
    }

    /// Forgets the last values, so that the next one is compared with what is usual in the long run alone.
    pub(super) fn restart(&mut self) {
        self.anew = true;
        self.rank = 0.5;
        self.squashed = 0.0;
        self.unusual_4 = 0.0;
        self.unusual_12 = 0.0;
        self.surprise_12 = 0.0;
        self.rough_16 = self.rough_long;
        self.rough_64 = self.rough_long;
        self.run = 0.0;
    }

    /// Too high or too low, at once or for a while, and far from the values just before.
    fn of_level(&mut self, value: f32, row: f32, bin: usize, signs: &mut [f32]) {
        let above = value - self.level;
        self.level += OVER_LONG.max(1.0 / row) * above;
        (signs[0], signs[1]) = (above, -above);
        let step = (value - self.previous).abs();
        signs[2] = step;
        signs[3] = (value - self.near).abs();
        self.near += OVER_4.max(1.0 / row) * (value - self.near);
        let spread = self.quantiles.spread();
        let squashed = ((value - self.quantiles.median()) / (spread + f32::MIN_POSITIVE)).asinh();
        self.squashed += OVER_4 * (squashed - self.squashed);
        (signs[4], signs[5]) = (self.squashed, -self.squashed);
        let rank = bin as f32 / (BINS - 1) as f32;
        self.rank += OVER_12 * (rank - self.rank);
        (signs[6], signs[7]) = (self.rank - 0.5, 0.5 - self.rank);
        let tie = step == 0.0;
        signs[8] = self.of_ties(tie);
    }

    /// How unlikely so long a run of one value is.
    fn of_ties(&mut self, tie: bool) -> f32 {
        let seen = if self.run > 0.0 {
            &mut self.ties_after_tie
        } else {
            &mut self.ties
        };
        let probability = seen[0] / seen[1];
        seen[1] += 1.0;
        if tie {
            seen[0] += 1.0;
            self.run -= probability.ln();
        } else {
            self.run = 0.0;
        }
        self.run
    }

    /// Not what is usual at this time of the day and the week.
    fn of_habit(&mut self, slot: Slot, value: f32, bin: usize, signs: &mut [f32]) {
        let unusual = value - self.habit.expected(slot, self.level);
        self.unusual_4 += OVER_4 * (unusual - self.unusual_4);
        self.unusual_12 += OVER_12 * (unusual - self.unusual_12);
        (signs[0], signs[1]) = (self.unusual_4, -self.unusual_4);
        (signs[2], signs[3]) = (self.unusual_12, -self.unusual_12);
        let surprise = self.habit.surprise(slot, bin);
        self.surprise_12 += OVER_12 * (surprise - self.surprise_12);
        signs[4] = self.surprise_12;
        signs[5] = self.habit.rank_distance(slot, bin);
        self.habit.learn(slot, value, bin);
    }

    /// Moves less than it used to, or within another range, or from one value to another as never before.
    fn of_motion(&mut self, value: f32, row: f32, bin: usize, signs: &mut [f32]) {
        let square = (value - self.previous) * (value - self.previous);
        self.rough_16 += OVER_16 * (square - self.rough_16);
        self.rough_64 += OVER_64 * (square - self.rough_64);
        self.rough_long += OVER_LONG.max(1.0 / row) * (square - self.rough_long);
        signs[0] = calm(self.rough_16, self.rough_long);
        signs[1] = calm(self.rough_64, self.rough_long);
        let range = self.range(value);
        signs[2] = range;
        signs[3] = 1.0 / (range + 1e-3 * self.quantiles.spread() + f32::MIN_POSITIVE);
        let from = &mut self.transitions[usize::from(self.previous_bin)];
        signs[4] = from.surprise(bin);
        from.add(bin);
    }

    fn range(&mut self, value: f32) -> f32 {
        if self.block_rows == BLOCK {
            self.block = [self.block[1], (value, value)];
            self.block_rows = 0;
        }
        self.block_rows += 1;
        let [(before_low, before_high), (low, high)] = &mut self.block;
        *low = low.min(value);
        *high = high.max(value);
        high.max(*before_high) - low.min(*before_low)
    }
}

/// How much calmer than usual, as a logarithm.
fn calm(now: f32, usual: f32) -> f32 {
    if usual <= 0.0 {
        return 0.0;
    }
    -((now + 1e-3 * usual) / usual).ln()
}
