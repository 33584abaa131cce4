//! Quantiles of numbers.

use std::cmp::Ordering;

/// Ascending, NaN first.
pub(crate) fn ascending(left: &f64, right: &f64) -> Ordering {
    match (left.is_nan(), right.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => left.partial_cmp(right).unwrap_or(Ordering::Equal),
    }
}

/// The quantile of values in any order, which it may change; interpolated between neighbours. NaN of none, infinite for a
/// quantile outside 0 to 1.
#[must_use]
pub fn quantile(quantile: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || quantile.is_nan() {
        return f64::NAN;
    }
    if quantile < 0.0 {
        return f64::NEG_INFINITY;
    }
    if quantile > 1.0 {
        return f64::INFINITY;
    }
    let rank = quantile * (values.len() - 1) as f64;
    let place = (rank.floor() as usize).min(values.len() - 1);
    let weight = rank - rank.floor();
    let (_, lower, above) = values.select_nth_unstable_by(place, ascending);
    let lower = *lower;
    let upper = above.iter().copied().min_by(ascending).unwrap_or(lower);
    lower * (1.0 - weight) + upper * weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let mut values = [3.0, 1.0, 2.0, 4.0];
        assert_eq!(quantile(0.5, &mut values), 2.5);
        assert_eq!(quantile(0.0, &mut values), 1.0);
        assert_eq!(quantile(1.0, &mut values), 4.0);
        assert_eq!(quantile(1.1, &mut values), f64::INFINITY);
        assert_eq!(quantile(-0.1, &mut values), f64::NEG_INFINITY);
        assert!(quantile(f64::NAN, &mut values).is_nan());
        assert!(quantile(0.5, &mut []).is_nan());
        assert_eq!(quantile(1.0, &mut [f64::NAN, 7.0]), 7.0);
    }
}
