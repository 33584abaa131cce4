//! The embedded metric store: samples in memory made crash-safe by a journal, packed into immutable segments.

mod database;
mod options;
mod recovery;

pub use database::EmbeddedMetrics;
pub use options::MetricOptions;
pub use recovery::{RecoveryReport, SetAside};
