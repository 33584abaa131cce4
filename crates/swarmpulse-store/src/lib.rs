//! The storage traits, their in-memory versions and the contract suite every backend passes.
//!
//! [`Journal`] is what was received and is authoritative; [`History`] and [`State`] (together: the ledger)
//! are what people look up, and are rebuilt from the journal where they are lost.

pub mod contract;
mod history;
mod journal;
pub mod memory;
pub mod metrics;
mod state;

pub use history::{
    Facets, Filter, History, HistoryError, HistoryPage, HistoryQuery, HistoryRow, PAGE_ROWS_MAX, Place,
    Retired, fold,
};
pub use journal::{
    Entries, Entry, Journal, JournalError, JournalReader, MAX_ENTRY_BYTES, Retention, SegmentInfo,
};
pub use metrics::{MetricError, MetricStore};
pub use state::{Scope, Snapshot, State, StateError, Token};
