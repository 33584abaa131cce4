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

/// Which detectors run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetectionOptions {
    /// Names of those that do not.
    pub off: Vec<String>,
}
