//! Detectors at work: beside the fleet's owner, on what came in and on the metric store.

mod detections;

pub use detections::{Detections, Held};
