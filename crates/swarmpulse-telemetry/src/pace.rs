//! How many records an agent's telemetry becomes: so many a second on average, with bursts.

/// A bucket that fills with time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    left: f64,
    at_ms: i64,
}

/// A full bucket holds what fills in so many seconds.
const BURST_S: f64 = 20.0;

impl Bucket {
    /// A full one.
    pub fn full(per_s: f64, now_ms: i64) -> Self {
        Self {
            left: per_s * BURST_S,
            at_ms: now_ms,
        }
    }

    /// Takes one, if there is one.
    pub fn take(&mut self, per_s: f64, now_ms: i64) -> bool {
        let passed_s = (now_ms - self.at_ms).max(0) as f64 / 1000.0;
        self.left = (self.left + passed_s * per_s).min((per_s * BURST_S).max(1.0));
        self.at_ms = self.at_ms.max(now_ms);
        let taken = self.left >= 1.0;
        if taken {
            self.left -= 1.0;
        }
        taken
    }
}

/// The pace of one agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub events: Bucket,
    pub calls: Bucket,
    /// When its contact was last recorded.
    pub contact_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_thinned_to_its_rate() {
        let mut bucket = Bucket::full(2.0, 0);
        let mut kept = 0;
        for now_ms in 0..100_000 {
            kept += usize::from(bucket.take(2.0, now_ms));
        }
        assert!((235..=241).contains(&kept), "40 at once and 2 a second: {kept}");
    }
}
