//! How calls and tasks of late went.

use serde::{Deserialize, Serialize};

/// How calls and tasks of late went: exponentially weighted over about the last ten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcomes {
    count: u32,
    success: f32,
    latency_ms: Option<f32>,
}

impl Outcomes {
    const WEIGHT: f32 = 0.1;

    /// One ended so.
    pub fn observe(&mut self, success: bool, latency_ms: Option<f64>) {
        let value = if success { 1.0 } else { 0.0 };
        self.success = if self.count == 0 {
            value
        } else {
            self.success + (value - self.success) * Self::WEIGHT
        };
        self.count = self.count.saturating_add(1);
        if let Some(latency_ms) = latency_ms {
            let latency_ms = latency_ms as f32;
            self.latency_ms = Some(
                self.latency_ms
                    .map_or(latency_ms, |known| known + (latency_ms - known) * Self::WEIGHT),
            );
        }
    }

    /// Share that succeeded, 0 to 1.
    #[must_use]
    pub fn success_ratio(&self) -> Option<f64> {
        (self.count > 0).then_some(f64::from(self.success))
    }

    /// Mean time, in milliseconds.
    #[must_use]
    pub fn latency_ms(&self) -> Option<f64> {
        self.latency_ms.map(f64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ten_weigh_most() {
        let mut outcomes = Outcomes::default();
        assert_eq!(outcomes.success_ratio(), None);
        outcomes.observe(true, Some(100.0));
        assert_eq!(outcomes.success_ratio(), Some(1.0));
        for _ in 0..30 {
            outcomes.observe(false, None);
        }
        assert!(outcomes.success_ratio().is_some_and(|ratio| ratio < 0.05));
        assert_eq!(
            outcomes.latency_ms(),
            Some(100.0),
            "failures without a time teach none"
        );
    }
}
