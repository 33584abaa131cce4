//! Random numbers that are the same on every machine: splitmix64.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number of at least 0 and below 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number of at least 0 and below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.share() * end as f64) as u64
    }

    /// True so often.
    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// About normally distributed, of mean 0 and deviation 1.
    pub fn normal(&mut self) -> f64 {
        (0..6).map(|_| self.share()).sum::<f64>() * std::f64::consts::SQRT_2 - 3.0 * std::f64::consts::SQRT_2
    }

    /// How many things happen where `mean` do on average.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        let limit = (-mean).exp();
        let (mut product, mut count) = (self.share(), 0);
        while product > limit && count < 1000 {
            product *= self.share();
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_distributed_as_they_say() {
        let mut random = Random::new(7);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let poisson: Vec<f64> = (0..20_000).map(|_| random.poisson(2.5) as f64).collect();
        assert!((mean(&poisson) - 2.5).abs() < 0.05, "{}", mean(&poisson));
        let normal: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let squares: Vec<f64> = normal.iter().map(|value| value * value).collect();
        assert!(mean(&normal).abs() < 0.03 && (mean(&squares) - 1.0).abs() < 0.05);
        assert!((0..1000).all(|_| random.below(3) < 3));
        assert_eq!(Random::new(1).bits(), Random::new(1).bits());
    }
}
