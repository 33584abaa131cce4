//! Tallies: how many of so many, how many were to be expected, and how unlikely that is.

use crate::statistics::binomial_tail;

/// Hits among trials, with what was to be expected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// How many were looked at.
    pub trials: f64,
    /// How many of them hit.
    pub hits: f64,
    /// The sum of the shares at which each hits usually.
    pub expected: f64,
}

impl Tally {
    /// Looks at one more.
    pub fn add(&mut self, hit: bool, usual_share: f64) {
        self.trials += 1.0;
        self.hits += f64::from(u8::from(hit));
        self.expected += usual_share;
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.hits += other.hits;
        self.expected += other.expected;
    }

    /// Takes all of another out again.
    pub fn without(mut self, other: &Self) -> Self {
        self.trials -= other.trials;
        self.hits -= other.hits;
        self.expected -= other.expected;
        self
    }

    /// The share that hit; 0 of nothing.
    pub fn share(&self) -> f64 {
        if self.trials > 0.0 {
            self.hits / self.trials
        } else {
            0.0
        }
    }

    /// The share that hits usually.
    pub fn usual(&self) -> f64 {
        if self.trials > 0.0 {
            self.expected / self.trials
        } else {
            0.0
        }
    }

    /// How likely so many hits are at this share. Where hits come in bursts (`dispersion` above 1: how much more their
    /// number varies than that of independent ones) they count for as many independent ones as that leaves.
    pub fn chance(&self, share: f64, dispersion: f64) -> f64 {
        binomial_tail(self.hits / dispersion, self.trials / dispersion, share)
    }
}

/// The share whose odds are so many times those of another.
pub(super) fn odds_times(share: f64, times: f64) -> f64 {
    times * share / (1.0 - share + times * share)
}

/// The upper bound of a share that was seen `hits` times in `trials`, by Wilson's score at two standard errors.
pub(super) fn upper_share(hits: f64, trials: f64) -> f64 {
    const Z: f64 = 2.0;
    if trials <= 0.0 {
        return 1.0;
    }
    let (share, z2) = ((hits / trials).clamp(0.0, 1.0), Z * Z);
    let spread = Z * (share * (1.0 - share) / trials + z2 / (4.0 * trials * trials)).sqrt();
    ((share + z2 / (2.0 * trials) + spread) / (1.0 + z2 / trials)).min(1.0)
}

/// How much more the number of hits varies from cell to cell than that of independent ones would: the mean of Pearson's
/// squared residuals over the last hundred cells or so, each bounded so that one bad time does not blunt it for long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dispersion {
    mean: f32,
    share: f32,
    cells: u16,
}

impl Default for Dispersion {
    fn default() -> Self {
        Self {
            mean: 1.0,
            share: 0.0,
            cells: 0,
        }
    }
}

impl Dispersion {
    /// A cell of usual times.
    pub fn observe(&mut self, tally: &Tally) {
        const CELLS: u16 = 96;
        const RESIDUAL_MAX: f64 = 16.0;
        if tally.trials < 1.0 {
            return;
        }
        self.cells = (self.cells + 1).min(CELLS);
        let weight = 1.0 / f32::from(self.cells);
        let usual = f64::from(self.share);
        let expected = usual * tally.trials;
        self.share += (tally.share() as f32 - self.share) * weight;
        // Cells that expect less than half a hit say nothing of bursts; the share must be known, too.
        if self.cells < 8 || expected < 0.5 || usual >= 1.0 {
            return;
        }
        let residual = (tally.hits - expected).powi(2) / (expected * (1.0 - usual));
        self.mean += (residual.min(RESIDUAL_MAX) as f32 - self.mean) * weight.max(1.0 / 64.0);
    }

    /// At least 1.
    pub fn factor(&self) -> f64 {
        f64::from(self.mean).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_odds_are_as_computed_by_hand() {
        assert!((odds_times(0.05, 3.0) - 0.136_363).abs() < 1e-5);
        assert!((odds_times(0.0, 3.0)).abs() < 1e-12);
        // Wilson 1927, for 0 of 120 and 10 of 1000, z = 2.
        assert!((upper_share(0.0, 120.0) - 0.032_258).abs() < 1e-5);
        assert!((upper_share(10.0, 1000.0) - 0.018_529).abs() < 1e-5);
        assert_eq!(upper_share(0.0, 0.0), 1.0);
    }

    #[test]
    fn bursts_count_for_less() {
        let mut steady = Dispersion::default();
        let mut bursty = Dispersion::default();
        for cell in 0..200 {
            let trials = 100.0;
            let (even, bunched) = ([4.0, 6.0][cell % 2], if cell % 5 == 0 { 25.0 } else { 0.0 });
            steady.observe(&Tally {
                trials,
                hits: even,
                expected: 5.0,
            });
            bursty.observe(&Tally {
                trials,
                hits: bunched,
                expected: 5.0,
            });
        }
        assert!(steady.factor() < 1.1, "{steady:?}");
        assert!(bursty.factor() > 3.0, "{bursty:?}");
        let seen = Tally {
            trials: 200.0,
            hits: 30.0,
            expected: 10.0,
        };
        assert!(seen.chance(0.05, 1.0) < 1e-6);
        assert!(seen.chance(0.05, bursty.factor()) > 1e-4);
    }
}
