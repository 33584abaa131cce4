//! The language of detectors' cases, and how a case is run; `cases/README.md` tells of it to people.

mod case;
mod expectation;
mod expression;
mod history;
mod invariant;
mod noise;
mod placeholder;
mod record_line;
mod run;
mod series_line;
mod words;

pub use case::Case;
pub use run::run;
