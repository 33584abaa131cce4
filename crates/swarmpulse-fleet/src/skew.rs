//! The sender's clock against ours: measured, never trusted.

use serde::{Deserialize, Serialize};
use swarmpulse_model::Timestamp;

/// The offset of a sender's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Skew {
    offset_s: Option<f64>,
}

impl Skew {
    /// A report with that sender's time was received now. Delay only makes a sender look slow, so the estimate follows
    /// the fastest reports at once and slower ones a little at a time.
    pub fn observe(&mut self, sent_at: Timestamp, now: Timestamp) {
        let offset_s = sent_at.seconds_since(now);
        self.offset_s = Some(match self.offset_s {
            Some(known) if offset_s < known => known + (offset_s - known) * 0.05,
            _ => offset_s,
        });
    }

    /// Its clock less ours, in seconds.
    pub fn seconds(self) -> Option<f64> {
        self.offset_s
    }

    /// A sender's time by our clock.
    pub fn ours(self, sent_at: Timestamp) -> Timestamp {
        sent_at.plus_s(-self.offset_s.unwrap_or(0.0))
    }
}
