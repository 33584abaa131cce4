//! The score of each value of a series.

use super::signs::{SIGNS, Signs};
use super::tail::Tail;

/// Rows within which large values of a sign are one episode.
const GAP: u32 = 6;
/// Rows within which large sums are one episode.
const GAP_SUM: u32 = 12;
/// What the rarity of the sum counts for beside the sum itself.
const WEIGHT_SUM: f32 = 3.0;
/// How long an alarm makes others of its strength superfluous: its strength falls by 1/e in so many seconds.
const FADE_S: f32 = 4.0 * 86_400.0;
/// How much stronger than the last alarm, as it has faded, the next must be.
const STRONGER: f32 = 1.15;
/// The strength that is given the score 0.5.
const HALF: f32 = 45.0;
/// Values are kept as distances from the first one, within these bounds.
const VALUE_MAX: f64 = 1e15;

/// Scores a series, value by value, in one pass and less than 2 KiB.
#[derive(Clone, Debug)]
pub struct Scorer {
    origin: f64,
    signs: Signs,
    tails: [Tail; SIGNS],
    sum: Tail,
    row: u32,
    /// Seconds of the last value.
    at: i64,
    /// Strength of the last alarm, as it has faded since.
    told: f32,
}

const _: () = assert!(
    size_of::<Scorer>() <= 2048,
    "a series takes at most 2 KiB, and nothing on the heap"
);

impl Default for Scorer {
    fn default() -> Self {
        Self::new()
    }
}

impl Scorer {
    /// Knows nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        const TAIL: Tail = Tail::new();
        Self {
            origin: 0.0,
            signs: Signs::new(),
            tails: [TAIL; SIGNS],
            sum: TAIL,
            row: 0,
            at: 0,
            told: 0.0,
        }
    }

    /// Takes in a value with its time in Unix seconds and says how anomalous it is, 0 to 1, as compared with all values
    /// before it. What repeats an episode that was told already gets 0. Values that are not finite get 0 and are passed over.
    pub fn push(&mut self, seconds: i64, value: f64) -> f32 {
        let strength = self.strength(seconds, value);
        1.0 - (-std::f32::consts::LN_2 * strength / HALF).exp()
    }

    /// What is usual at a time of the day and the week, once that was seen; otherwise the level of late.
    #[must_use]
    pub fn usual(&self, seconds: i64) -> f64 {
        self.origin + f64::from(self.signs.usual(seconds))
    }

    /// The next value is of a new life: it is not compared with the one before.
    pub fn restart(&mut self) {
        self.signs.restart();
        self.told = 0.0;
    }

    fn strength(&mut self, seconds: i64, value: f64) -> f32 {
        if !value.is_finite() {
            return 0.0;
        }
        if self.row == 0 {
            self.origin = value;
            self.at = seconds;
        }
        self.row = self.row.saturating_add(1);
        let value = (value - self.origin).clamp(-VALUE_MAX, VALUE_MAX) as f32;
        let signs = self.signs.push(seconds, value, self.row as f32);
        let mut sum = 0.0;
        for (tail, sign) in self.tails.iter_mut().zip(signs) {
            sum += tail.push(sign, self.row, GAP);
        }
        let strength = sum + WEIGHT_SUM * self.sum.push(sum, self.row, GAP_SUM);
        self.episode(seconds, strength)
    }

    /// Lets a strength pass that starts an episode or tops one.
    fn episode(&mut self, seconds: i64, strength: f32) -> f32 {
        let passed = seconds.saturating_sub(self.at).max(0) as f32;
        self.at = seconds;
        self.told *= (-passed / FADE_S).exp();
        let new = strength > STRONGER * self.told;
        self.told = self.told.max(strength);
        if new { strength } else { 0.0 }
    }
}
