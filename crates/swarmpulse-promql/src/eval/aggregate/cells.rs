//! What is kept of a group at one step while its values are added up.

use crate::kahan::Kahan;
use crate::matrix::ABSENT;

/// What is kept of a group at one step.
pub(super) trait Cell: Clone + Send {
    /// Before the first value.
    const EMPTY: Self;
    /// Adds a value.
    fn add(&mut self, value: f64);
    /// What the values come to; [`ABSENT`] of none.
    fn finish(&self) -> f64;
}

/// `sum`
#[derive(Clone, Copy)]
pub(super) struct Sum {
    total: Kahan,
    seen: bool,
}

impl Cell for Sum {
    const EMPTY: Self = Self {
        total: Kahan::of(0.0),
        seen: false,
    };

    #[inline]
    fn add(&mut self, value: f64) {
        if self.seen {
            self.total = self.total.plus(value);
        } else {
            *self = Self {
                total: Kahan::of(value),
                seen: true,
            };
        }
    }

    fn finish(&self) -> f64 {
        if self.seen { self.total.total() } else { ABSENT }
    }
}

/// `avg`: the sum over the count, until the sum overflows; then the mean is moved by every value.
#[derive(Clone, Copy)]
pub(super) struct Avg {
    total: Kahan,
    count: f64,
    incremental: bool,
}

impl Cell for Avg {
    const EMPTY: Self = Self {
        total: Kahan::of(0.0),
        count: 0.0,
        incremental: false,
    };

    #[inline]
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.total = Kahan::of(value);
            return;
        }
        if !self.incremental {
            let total = self.total.plus(value);
            if !total.sum.is_infinite() {
                self.total = total;
                return;
            }
            self.incremental = true;
            self.total.sum /= self.count - 1.0;
            self.total.lost /= self.count - 1.0;
        }
        let kept = (self.count - 1.0) / self.count;
        let mean = Kahan {
            sum: kept * self.total.sum,
            lost: kept * self.total.lost,
        };
        self.total = mean.plus(value / self.count);
    }

    fn finish(&self) -> f64 {
        if self.count == 0.0 {
            ABSENT
        } else if self.incremental {
            self.total.total()
        } else {
            self.total.sum / self.count + self.total.lost / self.count
        }
    }
}

/// `count`
#[derive(Clone, Copy)]
pub(super) struct Count(u32);

impl Cell for Count {
    const EMPTY: Self = Self(0);

    #[inline]
    fn add(&mut self, _: f64) {
        self.0 += 1;
    }

    fn finish(&self) -> f64 {
        if self.0 == 0 { ABSENT } else { f64::from(self.0) }
    }
}

/// `group`
#[derive(Clone, Copy)]
pub(super) struct Group(bool);

impl Cell for Group {
    const EMPTY: Self = Self(false);

    #[inline]
    fn add(&mut self, _: f64) {
        self.0 = true;
    }

    fn finish(&self) -> f64 {
        if self.0 { 1.0 } else { ABSENT }
    }
}

/// `min`; NaN gives way to any number. The absent value is a NaN, too.
#[derive(Clone, Copy)]
pub(super) struct Min(f64);

impl Cell for Min {
    const EMPTY: Self = Self(ABSENT);

    #[inline]
    fn add(&mut self, value: f64) {
        if self.0 > value || self.0.is_nan() {
            self.0 = value;
        }
    }

    fn finish(&self) -> f64 {
        self.0
    }
}

/// `max`; NaN gives way to any number.
#[derive(Clone, Copy)]
pub(super) struct Max(f64);

impl Cell for Max {
    const EMPTY: Self = Self(ABSENT);

    #[inline]
    fn add(&mut self, value: f64) {
        if self.0 < value || self.0.is_nan() {
            self.0 = value;
        }
    }

    fn finish(&self) -> f64 {
        self.0
    }
}

/// `stdvar`, by Welford's method.
#[derive(Clone, Copy)]
pub(super) struct Variance {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Cell for Variance {
    const EMPTY: Self = Self {
        count: 0.0,
        mean: 0.0,
        squares: 0.0,
    };

    #[inline]
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.mean = value;
            self.squares = if value.is_finite() { 0.0 } else { f64::NAN };
            return;
        }
        let delta = value - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (value - self.mean);
    }

    fn finish(&self) -> f64 {
        if self.count == 0.0 {
            ABSENT
        } else {
            self.squares / self.count
        }
    }
}

/// `stddev`
#[derive(Clone, Copy)]
pub(super) struct Deviation(Variance);

impl Cell for Deviation {
    const EMPTY: Self = Self(Variance::EMPTY);

    #[inline]
    fn add(&mut self, value: f64) {
        self.0.add(value);
    }

    fn finish(&self) -> f64 {
        if self.0.count == 0.0 {
            ABSENT
        } else {
            self.0.finish().sqrt()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<C: Cell>(values: &[f64]) -> f64 {
        let mut cell = C::EMPTY;
        for value in values {
            cell.add(*value);
        }
        cell.finish()
    }

    #[test]
    fn averages_survive_overflow() {
        assert!((of::<Avg>(&[f64::MAX, f64::MAX, f64::MAX]) / f64::MAX - 1.0).abs() < 1e-15);
        assert_eq!(of::<Avg>(&[1.0, 2.0]), 1.5);
        assert_eq!(of::<Avg>(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(of::<Avg>(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    }

    #[test]
    fn extremes_pass_over_nan() {
        assert_eq!(of::<Min>(&[f64::NAN, 2.0, 1.0]), 1.0);
        assert_eq!(of::<Max>(&[1.0, f64::NAN, 2.0]), 2.0);
        assert!(crate::matrix::is_present(of::<Max>(&[f64::NAN])));
        assert!(!crate::matrix::is_present(of::<Max>(&[])));
    }

    #[test]
    fn spread() {
        assert_eq!(of::<Variance>(&[1.0, 3.0]), 1.0);
        assert_eq!(of::<Deviation>(&[2.0, 6.0]), 2.0);
        assert!(of::<Variance>(&[f64::INFINITY]).is_nan());
    }
}
