//! The embedded metric store: samples in memory made crash-safe by a journal, packed into immutable segments.

mod counters;
mod database;
mod hash;
mod head;
mod index;
mod metadata;
mod options;
mod recovery;
mod snapshot;
mod stopwatch;
mod wal;

pub use database::EmbeddedMetrics;
pub use options::MetricOptions;
pub use recovery::{RecoveryReport, SetAside};
pub use wal::fuzz_entry;
