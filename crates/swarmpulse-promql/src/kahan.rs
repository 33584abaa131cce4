//! Sums that keep what rounding loses.
//!
//! Method: Kahan summation with Neumaier's improvement, as Prometheus sums.

/// A sum and what rounding lost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kahan {
    /// The sum so far.
    pub sum: f64,
    /// What is to be added at the end.
    pub lost: f64,
}

impl Kahan {
    /// A sum of one.
    #[must_use]
    pub const fn of(value: f64) -> Self {
        Self {
            sum: value,
            lost: 0.0,
        }
    }

    /// Adds one more.
    #[must_use]
    #[inline]
    pub fn plus(self, value: f64) -> Self {
        let sum = self.sum + value;
        let lost = if sum.is_infinite() {
            0.0
        } else if self.sum.abs() >= value.abs() {
            self.lost + ((self.sum - sum) + value)
        } else {
            self.lost + ((value - sum) + self.sum)
        };
        Self { sum, lost }
    }

    /// The sum.
    #[must_use]
    #[inline]
    pub fn total(self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_terms_are_not_lost() {
        let total = [1e100, 1.0, -1e100, 1.0]
            .into_iter()
            .fold(Kahan::of(0.0), Kahan::plus);
        assert_eq!(total.total(), 2.0);
        let infinite = Kahan::of(f64::MAX).plus(f64::MAX).plus(1.0);
        assert_eq!(infinite.total(), f64::INFINITY);
    }
}
