//! Rules over the past: which alerts would have fired when, compared with what did.
//!
//! Rules are run by the same states as live ([`swarmpulse_rules::GroupState`]), at the same times; only their expressions are
//! evaluated for hours at once instead of one moment after the other. Nothing is written and nothing is sent: what rules
//! record stays in memory, laid over the store. The same past, rules and span give the same answer.

mod chained;
mod comparison;
mod did;
mod error;
mod firing;
mod input;
mod order;
mod overlay;
mod report;
mod run;
mod schedule;
mod stepped;

pub use comparison::{Compared, Seen};
pub use did::{Did, did};
pub use error::BacktestError;
pub use firing::Firing;
pub use input::rule_files;
pub use report::{BacktestReport, Progress};
pub use run::{BacktestOptions, backtest};
