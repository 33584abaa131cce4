//! The binomial distribution's upper tail, for counts that need not be whole.

use statrs::function::beta::checked_beta_reg;

/// The chance of `hits` or more among `trials` that each hit with probability `share`: the regularized incomplete beta
/// function, which is that sum for whole numbers and continues it between them (Abramowitz & Stegun 26.5.24). 1 for no hits,
/// and where `share` is 1; 0 for more hits than trials.
#[must_use]
pub fn binomial_tail(hits: f64, trials: f64, share: f64) -> f64 {
    if hits <= 0.0 || share >= 1.0 || hits.is_nan() || trials.is_nan() || share.is_nan() {
        return 1.0;
    }
    if share <= 0.0 || hits > trials {
        return 0.0;
    }
    checked_beta_reg(hits, trials - hits + 1.0, share).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum, term by term.
    fn summed(hits: u32, trials: u32, share: f64) -> f64 {
        let choose = |k: u32| {
            (0..k).fold(1.0, |product, n| {
                product * f64::from(trials - n) / f64::from(n + 1)
            })
        };
        (hits..=trials)
            .map(|k| choose(k) * share.powi(k as i32) * (1.0 - share).powi((trials - k) as i32))
            .sum()
    }

    #[test]
    fn it_is_the_sum_of_the_terms() {
        for (hits, trials, share) in [
            (1, 10, 0.05),
            (7, 20, 0.1),
            (13, 20, 0.07),
            (50, 60, 0.5),
            (3, 1000, 0.001),
        ] {
            let (ours, sum) = (
                binomial_tail(f64::from(hits), f64::from(trials), share),
                summed(hits, trials, share),
            );
            assert!(
                (ours / sum - 1.0).abs() < 1e-9,
                "{hits} of {trials} at {share}: {ours}, {sum}"
            );
        }
    }

    #[test]
    fn the_ends_are_certain_or_impossible() {
        assert_eq!(binomial_tail(0.0, 10.0, 0.1), 1.0);
        assert_eq!(binomial_tail(1.0, 10.0, 0.0), 0.0);
        assert_eq!(binomial_tail(11.0, 10.0, 0.5), 0.0);
        assert_eq!(binomial_tail(5.0, 10.0, 1.0), 1.0);
        assert!(binomial_tail(2.5, 10.0, 0.1) < binomial_tail(2.0, 10.0, 0.1));
        assert_eq!(binomial_tail(f64::NAN, 10.0, 0.1), 1.0);
    }
}
