//! The trend of minutes: the median of slopes, and how sure that is when neighbouring minutes err alike.

/// A minute and its value.
pub(crate) type Point = (f64, f64);

/// A slope per minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Trend {
    pub slope: f64,
    /// Its standard error.
    pub error: f64,
    /// The fitted line at minute 0.
    pub level: f64,
}

/// The median of the slopes between all pairs (Theil 1950, Sen 1968); `None` for fewer than three points.
pub(crate) fn slope(points: &[Point], scratch: &mut Vec<f64>) -> Option<f64> {
    if points.len() < 3 {
        return None;
    }
    scratch.clear();
    for (n, (minute, value)) in points.iter().enumerate() {
        let later = points[n + 1..].iter();
        scratch.extend(later.map(|(after, next)| (next - value) / (after - minute)));
    }
    Some(median(scratch))
}

/// The slope with its error. Residuals tell their spread (the median deviation, or half the standard deviation if that
/// is more: most of a staircase lies on its steps) and how far neighbours err alike, corrected for the shortness of the
/// window (Marriott and Pope 1954); the error grows as that leaves fewer independent minutes.
pub(crate) fn trend(points: &[Point], scratch: &mut Vec<f64>) -> Option<Trend> {
    let slope = slope(points, scratch)?;
    let count = points.len() as f64;
    scratch.clear();
    scratch.extend(points.iter().map(|(minute, value)| value - slope * minute));
    let level = median(scratch);
    let residual = |(minute, value): &Point| value - level - slope * minute;
    let (mut squares, mut products) = (0.0, 0.0);
    let mut before = 0.0;
    for point in points {
        let it = residual(point);
        squares += it * it;
        products += it * before;
        before = it;
    }
    scratch.clear();
    scratch.extend(points.iter().map(|point| residual(point).abs()));
    let spread = (1.4826 * median(scratch)).max(0.5 * (squares / count).sqrt());
    let alike = if squares > 0.0 { products / squares } else { 0.0 };
    let alike = (alike + (1.0 + 3.0 * alike) / count).clamp(0.0, 0.95);
    let middle = points.iter().map(|(minute, _)| minute).sum::<f64>() / count;
    let width: f64 = points.iter().map(|(minute, _)| (minute - middle).powi(2)).sum();
    // The median of slopes has 95 % of the efficiency of least squares.
    let error = spread / (0.95 * width).sqrt() * ((1.0 + alike) / (1.0 - alike)).sqrt();
    Some(Trend { slope, error, level })
}

fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let (below, at, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let at = *at;
    if below.len() < middle || values.len() % 2 == 1 {
        return at;
    }
    let below = values[..middle].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    f64::midpoint(below, at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(count: usize, slope: f64, noise: impl Fn(usize) -> f64) -> Vec<Point> {
        let first = 1.0 - count as f64;
        (0..count)
            .map(|n| (first + n as f64, 100.0 + slope * (first + n as f64) + noise(n)))
            .collect()
    }

    #[test]
    fn medians_are_those_of_sorted_values() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&mut [1.0]), 1.0);
    }

    #[test]
    fn wild_minutes_do_not_turn_the_line() {
        let mut points = line(30, 0.5, |_| 0.0);
        points[7].1 += 1000.0;
        points[21].1 -= 300.0;
        let trend = trend(&points, &mut Vec::new()).unwrap();
        assert!((trend.slope - 0.5).abs() < 1e-9, "{trend:?}");
        assert!((trend.level - 100.0).abs() < 1e-9, "{trend:?}");
    }

    #[test]
    fn noise_that_lasts_is_less_sure_than_noise_that_does_not() {
        let quick = trend(
            &line(60, 0.1, |n| if n % 2 == 0 { 1.0 } else { -1.0 }),
            &mut Vec::new(),
        )
        .unwrap();
        let slow = trend(
            &line(60, 0.1, |n| if n / 10 % 2 == 0 { 1.0 } else { -1.0 }),
            &mut Vec::new(),
        )
        .unwrap();
        assert!(slow.error > 2.0 * quick.error, "{slow:?}, {quick:?}");
    }

    proptest! {
        #[test]
        fn scale_and_shift_carry_through(
            values in prop::collection::vec(-1e3f64..1e3, 8..40),
            scale in 0.1f64..1e6,
            shift in -1e6f64..1e6,
        ) {
            let points: Vec<Point> = (0..).zip(&values).map(|(n, value)| (f64::from(n), *value)).collect();
            let moved: Vec<Point> = points.iter().map(|(n, value)| (*n, value * scale + shift)).collect();
            let (one, other) = (
                trend(&points, &mut Vec::new()).unwrap(),
                trend(&moved, &mut Vec::new()).unwrap(),
            );
            let tolerance = 1e-6 * (1.0 + one.slope.abs().max(one.error)) * scale + 1e-7 * shift.abs();
            prop_assert!((one.slope * scale - other.slope).abs() <= tolerance);
            prop_assert!((one.error * scale - other.error).abs() <= tolerance);
        }
    }
}
