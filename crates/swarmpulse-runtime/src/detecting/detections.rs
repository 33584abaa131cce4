//! What detectors hold to be true now, and what they held lately.

use std::sync::Arc;

use swarmpulse_detect::{Finding, Published, Waiting};
use swarmpulse_model::Timestamp;

/// A finding with its life.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Names it for as long as it holds: letters, digits, `-` and `_`.
    pub id: String,
    /// As it was last said.
    pub finding: Finding,
    /// When it was said first.
    pub first_at: Timestamp,
    /// When it was said last.
    pub last_at: Timestamp,
    /// When it no longer held; `None` while it does.
    pub ended_at: Option<Timestamp>,
}

/// What detectors said the last time they were asked.
#[derive(Clone, Debug, Default)]
pub struct Detections {
    /// When they were asked.
    pub at: Timestamp,
    /// What holds, the most severe first.
    pub held: Vec<Arc<Held>>,
    /// What held lately, the last to end first; so many and no more.
    pub ended: Vec<Arc<Held>>,
    /// What cannot be judged yet.
    pub waiting: Vec<Waiting>,
    /// Values of series.
    pub published: Vec<Published>,
    /// Subjects whose samples are looked at.
    pub subjects: u64,
    /// How long the last round took, in seconds of processor time.
    pub took_s: f64,
}

impl Detections {
    /// The finding of that id, whether it still holds or held lately.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Arc<Held>> {
        self.held.iter().chain(&self.ended).find(|held| held.id == id)
    }
}
