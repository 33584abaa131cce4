//! The language in which Prometheus' own cases are written: `load`, `eval`, `expect`, `clear`.
//!
//! A file is run against stores that a closure makes anew for every `clear`. What a store does not keep, native histograms
//! above all, is laid over it in memory. An instant evaluation is also run as the middle of a range, and, where that
//! changes nothing, with `@` at other times. Values, labels, order, errors, warnings and infos must all be as written.

mod compare;
mod custom_buckets;
mod expectation;
mod load;
mod overlay;
mod report;
mod run;
mod script;
mod sequence;
mod variants;

pub use report::{Case, Outcome, Report};
pub use run::run;

use swarmpulse_model::{Labels, Sample};

/// A line of samples as tests write it, `name{label="value"} 1 2+3x4 _ stale`: the first at 0, the others `step_ms` apart.
/// Native histograms are left out.
///
/// # Errors
/// If the line is not of that form, or makes too many samples.
pub fn series(line: &str, step_ms: i64) -> Result<(Labels, Vec<Sample>), String> {
    let (labels, items) = sequence::series(line)?;
    Ok((labels, load::floats(&items, step_ms)))
}
