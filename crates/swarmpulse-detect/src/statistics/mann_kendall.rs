//! Mann-Kendall: whether a series tends one way, with Hamed and Rao's correction for autocorrelation.

/// What the test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tendency {
    /// Standard score of Kendall's S with the corrected variance; positive if the series grows.
    pub z: f64,
    /// The corrected variance of S.
    pub variance: f64,
}

/// Lags of the ranks' autocorrelation that are looked at, as a share of the points.
const LAGS_SHARE: usize = 4;

/// The tendency of values in the order of time; `None` for fewer than eight. The variance of S is multiplied by
/// n/n* of Hamed and Rao (1998), from those autocorrelations of the ranks of what `per_step` leaves over that differ
/// from zero at the 95 % level; a factor below one is not believed.
pub(crate) fn mann_kendall(values: &[f64], per_step: f64) -> Option<Tendency> {
    let count = values.len();
    if count < 8 {
        return None;
    }
    let mut s = 0_i64;
    for (i, first) in values.iter().enumerate() {
        for later in &values[i + 1..] {
            s += i64::from(later > first) - i64::from(later < first);
        }
    }
    let n = count as f64;
    let plain = n * (n - 1.0) * (2.0 * n + 5.0) / 18.0;
    let left: Vec<f64> = (0..count)
        .map(|step| values[step] - per_step * step as f64)
        .collect();
    let ranks = ranks(&left);
    let mean = (n - 1.0) / 2.0;
    let spread: f64 = ranks.iter().map(|rank| (rank - mean).powi(2)).sum();
    let mut factor = 1.0;
    if spread > 0.0 {
        for lag in 1..=count / LAGS_SHARE {
            let along: f64 = (lag..count)
                .map(|at| (ranks[at] - mean) * (ranks[at - lag] - mean))
                .sum();
            let correlation = along / spread;
            if correlation.abs() > 1.96 / n.sqrt() {
                let k = lag as f64;
                let weight = (n - k) * (n - k - 1.0) * (n - k - 2.0);
                factor += 2.0 / (n * (n - 1.0) * (n - 2.0)) * weight * correlation;
            }
        }
    }
    let variance = plain * factor.max(1.0);
    let continuity = (s.signum()) as f64;
    Some(Tendency {
        z: (s as f64 - continuity) / variance.sqrt(),
        variance,
    })
}

/// Ranks from 0, equal values sharing the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && values[order[end]] == values[order[start]] {
            end += 1;
        }
        for at in &order[start..end] {
            ranks[*at] = (start + end - 1) as f64 / 2.0;
        }
        start = end;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_variance_and_the_sign() {
        let rising: Vec<f64> = (0..10).map(f64::from).collect();
        let it = mann_kendall(&rising, 1.0).unwrap();
        // S is 45 of 45 pairs; its variance without ties is 10 x 9 x 25 / 18 = 125.
        assert!((it.variance - 125.0).abs() < 1e-9, "{it:?}");
        assert!((it.z - 44.0 / 125.0_f64.sqrt()).abs() < 1e-9, "{it:?}");
        let falling: Vec<f64> = rising.iter().rev().copied().collect();
        assert!((mann_kendall(&falling, -1.0).unwrap().z + it.z).abs() < 1e-9);
        assert!(mann_kendall(&rising[..7], 1.0).is_none());
        assert!(mann_kendall(&[3.0; 20], 0.0).unwrap().z.abs() < 1e-9);
    }

    #[test]
    fn slow_waves_count_for_less_than_the_points_they_have() {
        let waves: Vec<f64> = (0..60).map(|step| (f64::from(step) / 6.0).sin()).collect();
        let plain = 60.0 * 59.0 * 125.0 / 18.0;
        assert!(mann_kendall(&waves, 0.0).unwrap().variance > 2.0 * plain);
    }
}
