//! Rules and the desk over the past: which alerts would have fired when and been told to whom, compared with what was.
//!
//! Rules are run by the same states as live ([`swarmpulse_rules::GroupState`]), at the same times; only their expressions are
//! evaluated for hours at once instead of one moment after the other. Nothing is written and nothing is sent: what rules
//! record stays in memory, laid over the store. What becomes of their alerts and of the conditions on record is decided by
//! the desk that decides it live ([`swarmpulse_alert::Desk`]). The same past, rules and span give the same answer.

mod chained;
mod comparison;
mod did;
mod error;
mod firing;
mod input;
mod message;
mod order;
mod overlay;
mod recorded;
mod report;
mod run;
mod schedule;
mod sightings;
mod stepped;
mod surroundings;
mod telling;

pub use comparison::{Compared, Seen};
pub use did::{Did, did};
pub use error::BacktestError;
pub use firing::Firing;
pub use input::{routing, rule_files};
pub use message::{ComparedMessage, Message, ReceiverCount, Told};
pub use recorded::Recorded;
pub use report::{BacktestReport, Progress};
pub use run::{BacktestOptions, backtest};
pub use telling::TellingOptions;
