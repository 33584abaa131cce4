//! History: effects as people look them up, by entity, kind, time and text.

mod facets;
mod filter;
mod place;

use swarmpulse_model::{Effect, EffectId, Text, Timestamp};

pub use facets::Facets;
pub use filter::{Filter, fold};
pub use place::Place;

/// One effect as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// Its id; a second row of the same id is the same row.
    pub id: EffectId,
    /// When its record was received.
    pub at: Timestamp,
    /// What happened.
    pub effect: Effect,
}

/// What to look for. An empty field matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryQuery {
    /// Only this namespace.
    pub namespace: Option<Text>,
    /// Only effects of these types, by [`Effect::type_name`].
    pub kinds: Vec<Text>,
    /// Only of this agent.
    pub agent: Option<Text>,
    /// Only of this task.
    pub task: Option<Text>,
    /// Only of this sandbox.
    pub sandbox: Option<Text>,
    /// Only events of this type; a trailing `*` matches any ending.
    pub event_type: Option<Text>,
    /// Only rows that contain this text, in any case.
    pub text: Option<String>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
    /// The oldest first; otherwise the newest.
    pub ascending: bool,
    /// At most so many rows.
    pub limit: usize,
    /// Rows after this one, in the order asked for; from [`HistoryPage::next`].
    pub cursor: Option<String>,
}

/// Rows in the order asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// The rows.
    pub rows: Vec<HistoryRow>,
    /// The cursor of the next page; `None` at the end. Opaque. One call does a bounded amount of work, so a page
    /// may hold fewer rows than asked for, even none, and still have a next.
    pub next: Option<String>,
}

/// What retention freed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Days deleted.
    pub days: u64,
    /// Bytes freed.
    pub bytes: u64,
}

/// Why history did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The disk or quota is full; reads go on.
    #[error("write history: no space left in {path}")]
    Full {
        /// The folder.
        path: String,
    },
    /// The database refused.
    #[error("{action} {path}: {detail}")]
    Database {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What it said.
        detail: String,
    },
    /// The cursor is not one of this store's.
    #[error("not a cursor of this server")]
    Cursor,
}

impl HistoryRow {
    /// Where it stands among the others.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            at: self.at,
            id: self.id,
        }
    }
}

/// The most rows on one page; a greater limit is taken as this one.
pub const PAGE_ROWS_MAX: usize = 10_000;

/// Stores effects and finds them again.
pub trait History: Send + Sync {
    /// Stores rows, in order of their ids, and that all effects before `next_offset` are stored: together or not
    /// at all. Rows already stored are left as they are.
    ///
    /// # Errors
    /// If the database refuses; then `next_offset` is as before, at most rows of an older day than the newest
    /// are stored, and the same rows may be appended again. [`History::next_offset`] says from where, and may
    /// have fallen back if a damaged day had to be set aside.
    fn append(&self, rows: &[HistoryRow], next_offset: u64) -> Result<(), HistoryError>;

    /// Effects of envelopes before this offset are stored. Survives a restart once a row is stored.
    ///
    /// # Errors
    /// If the database refuses.
    fn next_offset(&self) -> Result<u64, HistoryError>;

    /// Finds rows, ordered by time and then id.
    ///
    /// # Errors
    /// If the cursor is foreign or the database refuses.
    fn query(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryError>;

    /// Deletes whole days that ended before `keep_from`, then the oldest until at most `max_bytes` remain; the
    /// newest day always stays.
    ///
    /// # Errors
    /// If a day cannot be deleted.
    fn retire(&self, keep_from: Timestamp, max_bytes: u64) -> Result<Retired, HistoryError>;

    /// Bytes on disk.
    fn bytes(&self) -> u64;
}
