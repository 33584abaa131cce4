//! What opening a journal found and did.

use std::path::PathBuf;
use std::time::Duration;

/// What opening a journal found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Segments with entries.
    pub segments: usize,
    /// The first entry held.
    pub first_offset: u64,
    /// One past the last entry held.
    pub next_offset: u64,
    /// What was cut off the last segment: entries that nobody was told are durable.
    pub truncated: Option<Truncation>,
    /// Entries that were durable and cannot be read, as far as opening noticed. Reading reports the same, and
    /// what lies within closed segments.
    pub damage: Vec<Damage>,
    /// How long it took.
    pub duration: Duration,
}

/// A torn tail that was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truncation {
    /// The segment's file.
    pub path: PathBuf,
    /// The number from which on entries were cut off; it will be used again.
    pub offset: u64,
    /// How many bytes, without the zeros behind them.
    pub bytes: u64,
}

/// A run of entries that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file they were in.
    pub path: PathBuf,
    /// The first that is lost.
    pub first_lost: u64,
    /// The next that is not. Their numbers are not used again.
    pub next_held: u64,
    /// What is wrong.
    pub detail: String,
    /// Where the file is kept if nothing of it can be read.
    pub set_aside: Option<PathBuf>,
}
