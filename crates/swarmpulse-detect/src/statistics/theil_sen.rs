//! Theil-Sen: the slope of a series as the median of the slopes between all pairs of its points.

/// A slope with the interval that holds the true one with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slope {
    /// The median of the slopes, per step.
    pub per_step: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// The value of the fitted line at the first point: the median of what the slope leaves over.
    pub first: f64,
}

/// The slope of values that are one step apart; `None` for fewer than three. The interval is Sen's (1968): ranks of
/// the slopes on either side of the median, as far away as Kendall's statistic with `variance` reaches; a variance that
/// is corrected for autocorrelation widens it accordingly. Takes n²/2 slopes: for series of up to a few hundred points.
pub(crate) fn theil_sen(values: &[f64], variance: f64) -> Option<Slope> {
    if values.len() < 3 {
        return None;
    }
    let mut slopes = Vec::with_capacity(values.len() * (values.len() - 1) / 2);
    for (i, first) in values.iter().enumerate() {
        let later = values[i + 1..].iter().enumerate();
        slopes.extend(later.map(|(gap, value)| (value - first) / (gap + 1) as f64));
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let count = slopes.len();
    let middle = f64::midpoint(slopes[(count - 1) / 2], slopes[count / 2]);
    let reach = 1.959_964 * variance.max(0.0).sqrt();
    let rank = |position: f64| slopes[(position.max(0.0) as usize).min(count - 1)];
    let mut left: Vec<f64> = (0..values.len())
        .map(|step| values[step] - middle * step as f64)
        .collect();
    left.sort_unstable_by(f64::total_cmp);
    Some(Slope {
        per_step: middle,
        low: rank(((count as f64 - reach) / 2.0).floor()),
        high: rank(((count as f64 + reach) / 2.0).ceil()),
        first: f64::midpoint(left[(left.len() - 1) / 2], left[left.len() / 2]),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_with_two_wild_points_keeps_its_slope() {
        let mut values: Vec<f64> = (0..20).map(|step| 5.0 + 2.0 * f64::from(step)).collect();
        values[4] = 900.0;
        values[15] = -400.0;
        let slope = theil_sen(&values, 950.0).unwrap();
        assert!((slope.per_step - 2.0).abs() < 1e-9, "{slope:?}");
        assert!((slope.first - 5.0).abs() < 1e-9, "{slope:?}");
        assert!(slope.low <= 2.0 && slope.high >= 2.0, "{slope:?}");
    }

    #[test]
    fn a_larger_variance_widens_the_interval() {
        let values: Vec<f64> = (0..30)
            .map(|step| f64::from(step) + f64::from(step * 7 % 5))
            .collect();
        let narrow = theil_sen(&values, 3_000.0).unwrap();
        let wide = theil_sen(&values, 12_000.0).unwrap();
        assert!(wide.high - wide.low > narrow.high - narrow.low);
        assert!(theil_sen(&values[..2], 1.0).is_none());
    }

    proptest! {
        #[test]
        fn slopes_scale_with_the_values_and_do_not_see_their_offset(
            values in prop::collection::vec(-1e3..1e3_f64, 3..40),
            scale in 0.01..100.0_f64,
            offset in -1e6..1e6_f64,
        ) {
            let plain = theil_sen(&values, 100.0).unwrap();
            let moved: Vec<f64> = values.iter().map(|value| value * scale + offset).collect();
            let other = theil_sen(&moved, 100.0).unwrap();
            prop_assert!((other.per_step - plain.per_step * scale).abs() < 1e-6 * (1.0 + scale));
            prop_assert!(plain.low <= plain.per_step && plain.per_step <= plain.high);
        }
    }
}
