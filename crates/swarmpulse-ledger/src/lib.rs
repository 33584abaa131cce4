//! The ledger on SQLite: [`SqliteHistory`], a file a day, and [`SqliteState`], one file; with their migrations.
//!
//! Both are behind the journal: whatever a power cut takes from them comes again from there. Tokens are the
//! exception, so `state.db` is synced on every write of its own.

mod connection;
mod day;
mod fault;
mod files;
mod history;
mod migration;
mod state;

pub use history::{DamagedDay, SqliteHistory};
pub use state::{Projected, SqliteState};
