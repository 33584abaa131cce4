//! Bins of equal probability: quantiles that follow a series, and counts of what fell where.

/// Bins; 11 quantiles part them.
pub(super) const BINS: usize = 12;
/// The least a quantile moves for a row, in parts of the spread: it forgets within a few hundred rows.
const STEP_MIN: f32 = 0.005;
/// How far a step of 1 is, in spreads.
const REACH: f32 = 4.0;

/// Running quantiles (stochastic approximation), their median and spread.
#[derive(Clone, Debug)]
pub(super) struct Quantiles {
    quantile: [f32; BINS - 1],
    median: f32,
    /// Mean distance from the median.
    spread: f32,
}

impl Quantiles {
    pub(super) const fn new() -> Self {
        Self {
            quantile: [0.0; BINS - 1],
            median: 0.0,
            spread: 0.0,
        }
    }

    /// The bin that the value falls into, 0 to [`BINS`] - 1.
    pub(super) fn bin(&self, value: f32) -> usize {
        self.quantile.iter().filter(|&&quantile| value > quantile).count()
    }

    pub(super) fn median(&self) -> f32 {
        self.median
    }

    pub(super) fn spread(&self) -> f32 {
        self.spread
    }

    /// Takes in a value as the row `row`, counted from 1.
    pub(super) fn learn(&mut self, value: f32, row: f32) {
        self.spread += (1.0 / row).max(1.0 / 500.0) * ((value - self.median).abs() - self.spread);
        let step = (2.0 / row).max(STEP_MIN) * REACH * self.spread;
        for (place, quantile) in self.quantile.iter_mut().enumerate() {
            let share = (place + 1) as f32 / BINS as f32;
            *quantile += step
                * if value > *quantile {
                    share
                } else if value < *quantile {
                    share - 1.0
                } else {
                    0.0
                };
        }
        // Steps differ, so that neighbours may pass each other.
        for place in 1..self.quantile.len() {
            if self.quantile[place] < self.quantile[place - 1] {
                self.quantile.swap(place, place - 1);
            }
        }
        self.median += step
            * if value > self.median {
                0.5
            } else if value < self.median {
                -0.5
            } else {
                0.0
            };
    }
}

/// How often which bin, in a byte each; all are halved when one is full, so that old counts fade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts([u8; BINS]);

impl Counts {
    pub(super) const fn new() -> Self {
        Self([0; BINS])
    }

    /// The negative natural logarithm of the probability of a bin, with a fifth of a count for the unseen.
    pub(super) fn surprise(&self, bin: usize) -> f32 {
        let total: u16 = self.0.iter().map(|&count| u16::from(count)).sum();
        -((f32::from(self.0[bin]) + 0.2) / (f32::from(total) + 0.2 * BINS as f32)).ln()
    }

    /// How many are counted.
    pub(super) fn total(&self) -> u32 {
        self.0.iter().map(|&count| u32::from(count)).sum()
    }

    /// The mean bin; `None` before any.
    pub(super) fn mean(&self) -> Option<f32> {
        let total = self.total();
        let sum: u32 = (0..)
            .zip(&self.0)
            .map(|(bin, &count)| bin * u32::from(count))
            .sum();
        (total > 0).then(|| sum as f32 / total as f32)
    }

    pub(super) fn add(&mut self, bin: usize) {
        if self.0[bin] == u8::MAX {
            for count in &mut self.0 {
                *count /= 2;
            }
        }
        self.0[bin] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_become_equally_likely() {
        let mut quantiles = Quantiles::new();
        let mut counts = [0_u32; BINS];
        for row in 1..=20_000_u32 {
            // A sequence that is spread evenly over 0 to 100.
            let value = (f64::from(row) * 0.618_033_988_75).fract() as f32 * 100.0;
            if row > 2_000 {
                counts[quantiles.bin(value)] += 1;
            }
            quantiles.learn(value, row as f32);
        }
        for count in counts {
            assert!((1_000..2_200).contains(&count), "{counts:?}");
        }
        assert!((quantiles.median() - 50.0).abs() < 5.0);
        assert!((quantiles.spread() - 25.0).abs() < 2.0);
    }

    #[test]
    fn counts_fade_and_never_overflow() {
        let mut counts = Counts::new();
        for _ in 0..10_000 {
            counts.add(3);
        }
        let common = counts.surprise(3);
        let unseen = counts.surprise(4);
        assert!(common < 0.1 && unseen > 4.0, "{common} {unseen}");
    }
}
