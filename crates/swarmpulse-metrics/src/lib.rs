//! The embedded metric store: samples in memory made crash-safe by a journal, packed into immutable segments.

mod cold;
mod counters;
mod database;
mod hash;
mod head;
mod index;
mod metadata;
mod options;
mod recovery;
mod retention;
mod rollup;
mod segment;
mod snapshot;
mod stopwatch;
mod wal;

pub use database::EmbeddedMetrics;
pub use options::MetricOptions;
pub use recovery::{RecoveryReport, SetAside};
pub use rollup::fuzz_rows;
pub use segment::SegmentKind;
pub use wal::fuzz_entry;
