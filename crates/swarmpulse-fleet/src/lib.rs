//! The fleet state machine: verdicts, entity graph and deadlines.
//!
//! [`Fleet`] has one owner and changes by [`Fleet::apply`] alone, which takes the time with the record and returns
//! effects; time passing is itself a record ([`swarmpulse_model::Record::Tick`]). Nothing here reads a clock, does I/O or knows who sends
//! or stores anything, so the same journal always gives the same state and the same effects.

mod agent;
mod agents;
mod arena;
mod assignments;
mod call_book;
mod calls;
mod conditions;
mod contact;
mod counts;
mod deadlines;
mod death;
mod dedupe;
mod durations;
mod edges;
mod events;
mod explain;
mod flapping;
mod fleet;
mod freeze;
mod heartbeats;
mod hosts;
mod interval;
mod join;
mod judge;
mod looks;
mod mass_silence;
mod names;
mod open_work;
mod outcomes;
mod places;
mod process;
mod restart;
mod revival;
mod sandboxes;
mod sequence;
mod services;
mod signs;
mod skew;
mod tasks;
mod tick;

pub use agent::{Agent, Moment};
pub use arena::Index;
pub use call_book::OpenCall;
pub use counts::Counts;
pub use edges::{Edge, ProcessTotals};
pub use fleet::{Context, Fleet, Refusals};
pub use freeze::{BlindReason, Blindness};
pub use interval::IntervalSource;
pub use judge::{Basis, Decision};
pub use outcomes::Outcomes;
pub use process::{LocalPid, ProcessLink};
pub use sandboxes::SandboxEntry;
pub use services::ServiceEntry;
pub use signs::Sign;
pub use tasks::{LimitSource, TaskEntry};

/// The form of a serialized [`Fleet`]; raised whenever an older one could not be read as it was meant.
pub const SNAPSHOT_VERSION: u32 = 2;
