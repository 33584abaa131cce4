//! How far the values of windows spread around their mean.

use super::kinds::floats;
use crate::PointValue;
use crate::functions::{Function, RangeContext, of_range};
use crate::kahan::Kahan;
use crate::window::Window;

pub(in crate::functions) const FUNCTIONS: &[Function] = &[
    of_range("stddev_over_time", deviation, None),
    of_range("stdvar_over_time", variance, None),
];

fn deviation(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    Some(PointValue::Float(variance_of(floats(window, context)?).sqrt()))
}

fn variance(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    Some(PointValue::Float(variance_of(floats(window, context)?)))
}

/// The mean square distance from the mean. Method: Welford's, with Kahan's sums.
fn variance_of(values: &[f64]) -> f64 {
    let (mut count, mut mean, mut squares) = (0.0, Kahan::default(), Kahan::default());
    for value in values.iter().copied() {
        count += 1.0;
        let distance = value - mean.total();
        mean = mean.plus(distance / count);
        squares = squares.plus(distance * (value - mean.total()));
    }
    squares.total() / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_do_not_hide_small_differences() {
        assert_eq!(variance_of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]), 22.5);
        assert_eq!(variance_of(&[3.0]), 0.0);
        assert!(variance_of(&[1.0, f64::NAN]).is_nan());
        assert!(variance_of(&[1.0, f64::INFINITY]).is_nan());
    }
}
