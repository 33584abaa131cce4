//! Values of series at every step of a range: what expressions work on.

use std::sync::Arc;

use swarmpulse_model::Labels;
use swarmpulse_model::series::{NativeHistogram, STALE_NAN_BITS};

/// Stands for "no value at this step". It is the marker of a series that is gone, which is never a value, and no
/// arithmetic makes it: results of arithmetic are quiet NaN.
pub const ABSENT: f64 = f64::from_bits(STALE_NAN_BITS);

/// Whether a step has this value, and not none.
#[must_use]
#[inline]
pub fn is_present(value: f64) -> bool {
    value.to_bits() != STALE_NAN_BITS
}

/// The times at which an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The first, in milliseconds.
    pub start_ms: i64,
    /// From one to the next; more than 0.
    pub step_ms: i64,
    /// How many; 0 in an empty subquery.
    pub count: usize,
}

impl Steps {
    /// One time alone.
    #[must_use]
    pub const fn once(at_ms: i64) -> Self {
        Self {
            start_ms: at_ms,
            step_ms: 1,
            count: 1,
        }
    }

    /// Every step from start to end, both included.
    #[must_use]
    pub fn between(start_ms: i64, end_ms: i64, step_ms: i64) -> Self {
        let step_ms = step_ms.max(1);
        let count = match end_ms.checked_sub(start_ms) {
            Some(span) if span >= 0 => (span / step_ms) as usize + 1,
            _ => 0,
        };
        Self {
            start_ms,
            step_ms,
            count,
        }
    }

    /// The time of a step.
    #[must_use]
    #[inline]
    pub const fn at(&self, step: usize) -> i64 {
        self.start_ms
            .saturating_add(self.step_ms.saturating_mul(step as i64))
    }

    /// The last time.
    #[must_use]
    pub const fn last(&self) -> i64 {
        self.at(self.count.saturating_sub(1))
    }

    /// Whether this is one time alone, so that the order of series is kept.
    #[must_use]
    pub const fn is_instant(&self) -> bool {
        self.count == 1
    }
}

/// Native histograms of a series: step and histogram, steps ascending. A step has a float or a histogram or none.
pub type Histograms = Vec<(u32, Arc<NativeHistogram>)>;

/// One series with its value at every step.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its labels.
    pub labels: Labels,
    /// Whether the metric's name goes away at the end, unless labels are changed before.
    pub drop_name: bool,
    /// One for every step; [`ABSENT`] where it has none, or a histogram.
    pub values: Vec<f64>,
    /// Its histograms.
    pub histograms: Histograms,
}

impl Series {
    /// Without a value at any of so many steps.
    #[must_use]
    pub fn absent(labels: Labels, drop_name: bool, steps: usize) -> Self {
        Self {
            labels,
            drop_name,
            values: vec![ABSENT; steps],
            histograms: Histograms::new(),
        }
    }

    /// Whether it has no value at any step.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.histograms.is_empty() && !self.values.iter().copied().any(is_present)
    }

    /// The histogram at a step.
    #[must_use]
    pub fn histogram(&self, step: usize) -> Option<&Arc<NativeHistogram>> {
        if self.histograms.is_empty() {
            return None;
        }
        let place = self
            .histograms
            .binary_search_by_key(&(step as u32), |(at, _)| *at)
            .ok()?;
        Some(&self.histograms[place].1)
    }

    /// Whether it has a value of either kind at a step.
    #[must_use]
    pub fn has(&self, step: usize) -> bool {
        is_present(self.values[step]) || self.histogram(step).is_some()
    }
}

/// Series of an expression. Their order matters to instant queries alone.
pub type Matrix = Vec<Series>;

/// A scalar at every step.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// The same at all.
    Constant(f64),
    /// One for each.
    Steps(Vec<f64>),
}

impl Scalar {
    /// At a step.
    #[must_use]
    #[inline]
    pub fn at(&self, step: usize) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Steps(values) => values[step],
        }
    }
}

/// What an expression, or a part of it, comes to.
#[derive(Clone, Debug)]
pub enum Evaluated {
    /// A scalar.
    Scalar(Scalar),
    /// Text.
    Text(String),
    /// A vector at every step.
    Vector(Matrix),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_arithmetic_makes_the_absent_value() {
        for other in [0.0, 1.0, f64::NAN, f64::INFINITY, ABSENT] {
            for made in [
                ABSENT + other,
                ABSENT * other,
                ABSENT / other,
                -ABSENT,
                other - ABSENT,
            ] {
                assert!(is_present(made), "{other}");
            }
        }
        assert!(!is_present(ABSENT) && is_present(f64::NAN));
    }

    #[test]
    fn steps_include_both_ends() {
        let steps = Steps::between(0, 100, 50);
        assert_eq!((steps.count, steps.at(2), steps.last()), (3, 100, 100));
        assert_eq!(Steps::between(0, 99, 50).count, 2);
        assert_eq!(Steps::between(1, 0, 50).count, 0);
        assert_eq!(Steps::between(7, 7, 0).count, 1);
    }
}
