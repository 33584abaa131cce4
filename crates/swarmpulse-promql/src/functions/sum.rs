//! Sums and means of numbers, in the order of Prometheus, so that they agree to the last bit.

use crate::kahan::Kahan;

/// The sum of numbers. Branchless, unlike [`Kahan::plus`]: the rounding error of a sum is the same number however it is
/// computed, and once a sum is infinite or not a number, it never is a number again.
pub(crate) fn sum_of(numbers: &[f64]) -> Kahan {
    continued(Kahan::default(), numbers)
}

/// A sum with some more numbers.
fn continued(start: Kahan, numbers: &[f64]) -> Kahan {
    let (mut sum, mut lost) = (start.sum, start.lost);
    for number in numbers.iter().copied() {
        let next: f64 = sum + number;
        let taken = next - sum;
        lost += (sum - (next - taken)) + (number - taken);
        sum = next;
    }
    Kahan {
        sum,
        lost: if sum.is_infinite() { 0.0 } else { lost },
    }
}

/// How many sums are made side by side.
pub(crate) const LANES: usize = 4;

/// The sums of some runs of numbers, given as first place and the place after the last: the same as [`sum_of`] of each, in
/// less time, since no sum waits for another.
pub(crate) fn sums_of(numbers: &[f64], runs: [(usize, usize); LANES]) -> [Kahan; LANES] {
    let slices = runs.map(|(from, to)| &numbers[from..to.max(from)]);
    let shared = slices.iter().map(|run| run.len()).min().unwrap_or_default();
    let [a, b, c, d] = slices.map(|run| run[..shared].iter());
    let (mut sums, mut lost) = ([0.0; LANES], [0.0; LANES]);
    for (((a, b), c), d) in a.zip(b).zip(c).zip(d) {
        for (lane, number) in [*a, *b, *c, *d].into_iter().enumerate() {
            let next: f64 = sums[lane] + number;
            let taken = next - sums[lane];
            lost[lane] += (sums[lane] - (next - taken)) + (number - taken);
            sums[lane] = next;
        }
    }
    std::array::from_fn(|lane| {
        let start = Kahan {
            sum: sums[lane],
            lost: lost[lane],
        };
        continued(start, &slices[lane][shared..])
    })
}

/// The mean of numbers; of none, not a number.
///
/// Method: the sum divided, as long as the sum is finite; from where it is not, a running mean.
pub(crate) fn mean(numbers: &[f64]) -> f64 {
    mean_of_sum(numbers, sum_of(numbers))
}

/// The mean of numbers whose sum is known.
pub(crate) fn mean_of_sum(numbers: &[f64], sum: Kahan) -> f64 {
    let count = numbers.len() as f64;
    if sum.sum.is_finite() {
        return sum.sum / count + sum.lost / count;
    }
    let mut mean = Mean::default();
    for number in numbers.iter().copied() {
        mean.add(number);
    }
    mean.value()
}

/// A mean while numbers are being added.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mean {
    /// The sum; the mean once `running`.
    parts: Kahan,
    count: f64,
    running: bool,
}

impl Mean {
    /// Adds a number.
    #[inline]
    pub(crate) fn add(&mut self, number: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.parts = Kahan::of(number);
            return;
        }
        if !self.running {
            let next = self.parts.plus(number);
            if !next.sum.is_infinite() {
                self.parts = next;
                return;
            }
            self.running = true;
            self.parts.sum /= self.count - 1.0;
            self.parts.lost /= self.count - 1.0;
        }
        let share = (self.count - 1.0) / self.count;
        let before = Kahan {
            sum: share * self.parts.sum,
            lost: share * self.parts.lost,
        };
        self.parts = before.plus(number / self.count);
    }

    /// The mean.
    pub(crate) fn value(self) -> f64 {
        if self.running {
            self.parts.total()
        } else {
            self.parts.sum / self.count + self.parts.lost / self.count
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_by_one(numbers: &[f64]) -> Kahan {
        numbers.iter().copied().fold(Kahan::default(), Kahan::plus)
    }

    #[test]
    fn small_numbers_survive_large_ones() {
        let numbers = [1e100, 1.0, -1e100];
        assert_eq!(sum_of(&numbers).total(), 1.0);
        assert_eq!(one_by_one(&numbers).total(), 1.0);
    }

    #[test]
    fn means_survive_sums_that_do_not_fit() {
        assert_eq!(mean(&[f64::MAX, f64::MAX]), f64::MAX);
        assert_eq!(mean(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(mean(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(mean(&[f64::NAN, 1.0]).is_nan());
        assert_eq!(mean(&[1.0, 2.0, 6.0]), 3.0);
    }

    proptest! {
        #[test]
        fn sums_side_by_side_are_the_same(
            numbers in prop::collection::vec(prop_oneof![prop::num::f64::ANY, -1e3..1e3f64], 0..60),
            ends in prop::collection::vec((0usize..60, 0usize..60), LANES),
        ) {
            let within = |place: usize| place.min(numbers.len());
            let runs: [(usize, usize); LANES] = std::array::from_fn(|lane| {
                let (one, other) = (within(ends[lane].0), within(ends[lane].1));
                (one.min(other), one.max(other))
            });
            for ((from, to), found) in runs.into_iter().zip(sums_of(&numbers, runs)) {
                let (found, expected) = (found.total(), sum_of(&numbers[from..to]).total());
                let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
                prop_assert!(same, "{found} is not {expected}");
            }
        }

        #[test]
        fn the_branchless_sum_is_the_same(numbers in prop::collection::vec(prop::num::f64::ANY, 0..40)) {
            let (one, other) = (sum_of(&numbers).total(), one_by_one(&numbers).total());
            prop_assert!(one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan(), "{one} {other}");
        }

        #[test]
        fn the_mean_is_the_same_one_by_one(numbers in prop::collection::vec(prop::num::f64::ANY, 1..40)) {
            let mut mean_so_far = Mean::default();
            for number in &numbers {
                mean_so_far.add(*number);
            }
            let (one, other) = (mean(&numbers), mean_so_far.value());
            prop_assert!(one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan(), "{one} {other}");
        }
    }
}
