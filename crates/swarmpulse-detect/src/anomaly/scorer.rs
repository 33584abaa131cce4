//! The score of each value of a series.

use super::episode::Told;
use super::signs::{SIGNS, Signs};
use super::tail::Tail;

/// Rows within which large values of a sign are one episode.
const GAP: u32 = 4;
/// Rows within which large sums are one episode.
const GAP_SUM: u32 = 12;
/// What the rarity of the sum counts for beside the sum itself.
const WEIGHT_SUM: f32 = 2.0;
/// The strength that is given the score 0.5.
const HALF: f32 = 30.0;
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
    told: Told,
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
            told: Told::new(),
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
        self.told.restart();
    }

    fn strength(&mut self, seconds: i64, value: f64) -> f32 {
        if !value.is_finite() {
            return 0.0;
        }
        if self.row == 0 {
            self.origin = value;
        }
        self.row = self.row.saturating_add(1);
        let value = (value - self.origin).clamp(-VALUE_MAX, VALUE_MAX) as f32;
        let signs = self.signs.push(seconds, value, self.row as f32);
        let mut sum = 0.0;
        for (tail, sign) in self.tails.iter_mut().zip(signs) {
            sum += tail.push(sign, self.row, GAP);
        }
        let strength = sum + WEIGHT_SUM * self.sum.push(sum, self.row, GAP_SUM);
        self.told.news(seconds, strength)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values five minutes apart, from the first of a month of noise.
    fn noise(rows: u32) -> impl Iterator<Item = (i64, f64)> {
        let mut state = 1_u64;
        (0..rows).map(move |row| {
            let mut sum = 0.0;
            for _ in 0..4 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                sum += (state >> 33) as f64 / f64::from(1_u32 << 31);
            }
            (i64::from(row) * 300, sum)
        })
    }

    fn scores(values: impl Iterator<Item = (i64, f64)>) -> Vec<f32> {
        let mut scorer = Scorer::new();
        values.map(|(at, value)| scorer.push(at, value)).collect()
    }

    #[test]
    fn a_value_unlike_all_before_stands_out() {
        let all =
            scores(noise(3000).map(|(at, value)| if at == 2500 * 300 { (at, 40.0) } else { (at, value) }));
        let loudest = (0..all.len()).max_by(|&a, &b| all[a].total_cmp(&all[b]));
        assert_eq!(loudest, Some(2500));
        assert!(all[2500] > 0.7, "{}", all[2500]);
        let others = all.iter().filter(|&&score| score >= 0.5).count();
        assert!(others <= 10, "{others}");
    }

    #[test]
    fn what_is_known_of_a_day_is_not_told_and_its_absence_is() {
        let day = 288;
        let shape = |row: u32| if row % day < 96 { 50.0 } else { 10.0 };
        let all = scores(noise(14 * day).zip(0..).map(|((at, value), row)| {
            let missing = (12 * day..12 * day + 96).contains(&row);
            (at, value + if missing { 10.0 } else { shape(row) })
        }));
        let told = |days: std::ops::Range<usize>| {
            let rows = days.start * day as usize..days.end * day as usize;
            all[rows].iter().copied().fold(0.0, f32::max)
        };
        assert!(told(12..13) > told(8..12), "{} {}", told(12..13), told(8..12));
        assert!(told(12..13) >= 0.5, "{}", told(12..13));
    }

    #[test]
    fn one_episode_is_told_once() {
        let all = scores(noise(3000).map(|(at, value)| {
            let high = (2000 * 300..2100 * 300).contains(&at);
            (at, value + if high { 30.0 } else { 0.0 })
        }));
        let told = all[2000..2100].iter().filter(|&&score| score >= 0.5).count();
        assert!((1..=3).contains(&told), "{told}");
    }

    #[test]
    fn constants_are_never_told_and_first_values_say_nothing() {
        let all = scores((0..2000).map(|row| (row * 60, 7.0)));
        let loudest = all.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        assert!(loudest.is_some_and(|(_, score)| score < 0.4), "{loudest:?}");
        assert_eq!(Scorer::new().push(0, 1e300), 0.0);
    }

    #[test]
    fn shifts_and_scales_change_little() {
        let plain = scores(noise(1500));
        let moved = scores(noise(1500).map(|(at, value)| (at, 1000.0 + 8.0 * value)));
        for (row, (a, b)) in plain.iter().zip(&moved).enumerate() {
            assert!((a - b).abs() < 0.1, "row {row}: {a} and {b}");
        }
    }

    #[test]
    fn a_restart_is_no_anomaly() {
        let mut scorer = Scorer::new();
        for (at, value) in noise(2000) {
            scorer.push(at, value);
        }
        scorer.restart();
        let score = scorer.push(2000 * 300, 2.0);
        assert!(score < 0.5, "{score}");
    }

    proptest! {
        #[test]
        fn scores_are_from_0_to_1_whatever_comes(
            values in prop::collection::vec((any::<i64>(), any::<f64>()), 1..400)
        ) {
            let mut scorer = Scorer::new();
            for (at, value) in values {
                let score = scorer.push(at, value);
                prop_assert!((0.0..=1.0).contains(&score), "{score}");
                prop_assert!(!scorer.usual(at).is_nan());
            }
        }

        #[test]
        fn later_values_change_no_score(cut in 1_u32..600) {
            let short = scores(noise(cut));
            let long = scores(noise(600));
            prop_assert_eq!(&short[..], &long[..cut as usize]);
        }
    }
}
