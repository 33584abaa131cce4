//! In-memory versions of the traits, for tests and for running without a disk.

mod history;
mod journal;
mod metrics;
mod state;
pub use history::MemoryHistory;
pub use journal::MemoryJournal;
pub use metrics::MemoryMetrics;
pub use state::MemoryState;
