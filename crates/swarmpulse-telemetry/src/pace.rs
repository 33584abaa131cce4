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
    /// It exports on a schedule, not only while it works.
    pub is_regular: bool,
    pub rhythm: Rhythm,
}

/// How often metrics come that are exported on a schedule.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rhythm {
    last_ms: Option<i64>,
    gaps_ms: [i64; 3],
}

impl Rhythm {
    /// Exports that come closer together are one.
    const GAP_MIN_MS: i64 = 500;
    /// What the specification of OpenTelemetry's SDKs has exporters wait where nobody says otherwise.
    const DEFAULT_S: f64 = 60.0;

    /// An export came.
    pub fn beat(&mut self, now_ms: i64) {
        let gap_ms = self.last_ms.map(|last_ms| now_ms.saturating_sub(last_ms));
        if gap_ms.is_some_and(|gap_ms| gap_ms < Self::GAP_MIN_MS) {
            return;
        }
        if let Some(gap_ms) = gap_ms {
            self.gaps_ms.rotate_left(1);
            self.gaps_ms[2] = gap_ms;
        }
        self.last_ms = Some(now_ms);
    }

    /// The longest of the last three gaps; the default of exporters until there were as many.
    pub fn interval_s(&self) -> f64 {
        if self.gaps_ms[0] == 0 {
            return Self::DEFAULT_S;
        }
        let longest_ms = self.gaps_ms.iter().copied().max().unwrap_or_default();
        longest_ms as f64 / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rhythm_is_the_longest_of_three_gaps() {
        let mut rhythm = Rhythm::default();
        for (at_ms, interval_s) in [
            (0, 60.0),
            (10_000, 60.0),
            (10_100, 60.0),
            (20_000, 60.0),
            (32_000, 12.0),
        ] {
            rhythm.beat(at_ms);
            assert_eq!(rhythm.interval_s(), interval_s, "at {at_ms} ms");
        }
        (40_000..80_000)
            .step_by(10_000)
            .for_each(|at_ms| rhythm.beat(at_ms));
        assert_eq!(rhythm.interval_s(), 10.0);
    }

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
