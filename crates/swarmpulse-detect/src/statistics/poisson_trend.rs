//! Trends of counts: a log-linear Poisson regression that allows for counts that vary more than Poisson's and hang
//! together from one to the next.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

/// A trend of counts in spans of equal length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoissonTrend {
    /// The count in a span that is expected at the first.
    pub first: f64,
    /// The count that is expected at the last.
    pub last: f64,
    /// The chance of such a trend, or a steeper one in either direction, if there were none.
    pub p: f64,
}

impl PoissonTrend {
    /// The expected count at the last span over that at the first.
    #[must_use]
    pub fn change(&self) -> f64 {
        self.last / self.first
    }
}

/// Fewer spans say nothing of what hangs together.
const SPANS_MIN: usize = 8;

/// The trend of counts, oldest first; `None` if there are too few. The standard error is scaled by the dispersion
/// (quasi-likelihood, McCullagh & Nelder 1989, 4.5) and by the correlation of neighbouring residuals.
#[must_use]
pub fn poisson_trend(counts: &[f64]) -> Option<PoissonTrend> {
    let n = counts.len();
    let total: f64 = counts.iter().sum();
    if n < SPANS_MIN || total <= 0.0 {
        return None;
    }
    // Centred, so that level and slope hardly depend on each other.
    let at = |number: usize| (number as f64 - (n - 1) as f64 / 2.0) / n as f64;
    let (mut level, mut slope) = ((total / n as f64).ln(), 0.0_f64);
    let mut information = 0.0;
    for _ in 0..50 {
        let (mut w, mut wx, mut wxx, mut u, mut ux) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (number, count) in counts.iter().enumerate() {
            let x = at(number);
            let mean = (level + slope * x).exp();
            w += mean;
            wx += mean * x;
            wxx += mean * x * x;
            u += count - mean;
            ux += (count - mean) * x;
        }
        let determinant = w * wxx - wx * wx;
        if !(determinant.is_finite() && determinant > 0.0) {
            return None;
        }
        information = determinant / w;
        // A step is bounded: all counts in one corner would carry the first ones out of range.
        let (d_level, d_slope) = (
            ((wxx * u - wx * ux) / determinant).clamp(-2.0, 2.0),
            ((w * ux - wx * u) / determinant).clamp(-4.0, 4.0),
        );
        level += d_level;
        slope = (slope + d_slope).clamp(-30.0, 30.0);
        if d_level.abs() < 1e-9 && d_slope.abs() < 1e-9 {
            break;
        }
    }
    let residuals: Vec<f64> = counts
        .iter()
        .enumerate()
        .map(|(number, count)| {
            let mean = (level + slope * at(number)).exp();
            (count - mean) / mean.sqrt()
        })
        .collect();
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let freedom = (n - 2) as f64;
    let dispersion = squares / freedom;
    let products: f64 = residuals.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let correlation = (products / squares.max(f64::MIN_POSITIVE)).clamp(0.0, 0.95);
    let inflation = (1.0 + correlation) / (1.0 - correlation);
    // Counts that vary less than Poisson's are not believed to: they are taken for such.
    let (variance, freedom) = match dispersion * inflation {
        variance if variance > 1.0 => (variance, (freedom / inflation).max(2.0)),
        _ => (1.0, freedom),
    };
    let t = slope / (variance / information).sqrt();
    let p = 2.0 * StudentsT::new(0.0, 1.0, freedom).ok()?.sf(t.abs());
    Some(PoissonTrend {
        first: (level + slope * at(0)).exp(),
        last: (level + slope * at(n - 1)).exp(),
        p,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A linear congruential generator: the same numbers everywhere.
    struct Noise(u64);

    impl Noise {
        fn uniform(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        }

        fn poisson(&mut self, mean: f64) -> f64 {
            let (limit, mut product, mut count) = ((-mean).exp(), self.uniform(), 0.0);
            while product > limit {
                product *= self.uniform();
                count += 1.0;
            }
            count
        }
    }

    #[test]
    fn a_known_trend_is_found_with_its_size() {
        let mut noise = Noise(1);
        let counts: Vec<f64> = (0..60)
            .map(|minute| noise.poisson(20.0 * (-f64::from(minute) / 60.0).exp()))
            .collect();
        let found = poisson_trend(&counts).unwrap();
        assert!(found.p < 1e-6, "{found:?}");
        assert!((0.28..0.50).contains(&found.change()), "{found:?}");
    }

    #[test]
    fn steady_counts_seldom_have_a_trend() {
        let mut noise = Noise(2);
        let mut wrong = 0;
        for _ in 0..2000 {
            let counts: Vec<f64> = (0..60).map(|_| noise.poisson(3.0)).collect();
            wrong += u32::from(poisson_trend(&counts).unwrap().p < 0.01);
        }
        assert!(wrong <= 30, "{wrong} of 2000 at the 1 % level");
    }

    #[test]
    fn bursts_are_not_taken_for_independent_counts() {
        let mut noise = Noise(3);
        let mut wrong = 0;
        for _ in 0..1000 {
            let mut level = 10.0;
            let counts: Vec<f64> = (0..60)
                .map(|minute| {
                    if minute % 5 == 0 {
                        level = 20.0 * noise.uniform();
                    }
                    noise.poisson(level)
                })
                .collect();
            wrong += u32::from(poisson_trend(&counts).unwrap().p < 0.01);
        }
        // Independent Poisson counts would be believed in a third of these.
        assert!(wrong <= 60, "{wrong} of 1000");
    }

    #[test]
    fn extremes_give_numbers_or_nothing() {
        assert_eq!(poisson_trend(&[0.0; 60]), None);
        assert_eq!(poisson_trend(&[1.0; 5]), None);
        for counts in [
            [vec![0.0; 59], vec![100_000.0]].concat(),
            [vec![1e6; 30], vec![0.0; 30]].concat(),
            vec![1.0; 8],
        ] {
            let found = poisson_trend(&counts).unwrap();
            assert!(
                found.p.is_finite() && found.first.is_finite() && found.last.is_finite(),
                "{found:?}"
            );
        }
    }
}
