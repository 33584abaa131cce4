//! The embedded metric store: samples in memory made crash-safe by a journal, packed into immutable segments.

mod catalogue;
mod check;
mod cold;
mod counters;
mod database;
mod export;
mod hash;
mod head;
mod index;
mod maintenance;
mod metadata;
mod options;
mod recovery;
mod retention;
mod rollup;
mod segment;
mod snapshot;
mod state;
mod stopwatch;
mod wal;

pub use catalogue::fuzz_catalogue;
pub use check::{
    BesideCheck, BesideKind, CompactProgress, CompactReport, FileCheck, StoreCheck, check_store,
    compact_store, understand_entry,
};
pub use database::EmbeddedMetrics;
pub use export::{ExportError, ExportFormat, ExportProgress, export_store};
pub use options::MetricOptions;
pub use recovery::{RecoveryReport, SetAside};
pub use rollup::fuzz_rows;
pub use segment::{SegmentKind, fuzz_segment};
pub use wal::fuzz_entry;
