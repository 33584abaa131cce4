//! Detectors at work: beside the fleet's owner, on what came in and on the metric store.

mod detections;
mod engine;
mod feed;
mod past;
mod register;
mod surroundings;
mod tap;
mod warm_up;
mod worker;

pub use detections::{Detections, Held};
pub(crate) use engine::Engine;
pub(crate) use tap::{Tap, Tapped};
pub(crate) use worker::{Logs, Worker};

/// Which detectors run, and how often they are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectionOptions {
    /// Names of those that do not run.
    pub off: Vec<String>,
    /// Seconds between rounds.
    pub round_s: f64,
}

impl Default for DetectionOptions {
    fn default() -> Self {
        Self {
            off: Vec::new(),
            round_s: 15.0,
        }
    }
}
