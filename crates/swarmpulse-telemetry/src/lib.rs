//! What OTLP means here: series, contact and progress of agents, and LLM usage counted once.
//!
//! [`Export::decode`] reads a request of one of the three services in either encoding; [`Telemetry::take`] gives what it
//! comes to: samples for the metric store and redacted records for the journal. Pure functions of requests and time, with
//! bounded state: running totals of delta streams, and ledgers of LLM sessions.

mod attributes;
mod decode;
mod dialect;
mod generations;
mod identity;
mod logs;
pub mod message;
mod names;
mod options;
mod pace;
mod report;
mod series;
mod spans;
mod streams;
mod taken;
mod telemetry;
#[cfg(test)]
mod testing;
mod usage;

pub use decode::{DecodeError, Encoding, Export, Signal};
pub use options::Options;
pub use taken::{Refused, Taken};
pub use telemetry::{OwnSeries, SERIES, Telemetry};
