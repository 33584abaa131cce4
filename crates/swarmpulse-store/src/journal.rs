//! The journal: numbered entries, durable once synced, opaque to the store.

use std::sync::Arc;

use swarmpulse_model::Timestamp;

/// The longest body an entry may have.
pub const MAX_ENTRY_BYTES: usize = 64 << 20;

/// One entry as read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number: counted from 0 without gaps.
    pub offset: u64,
    /// When it was received; never less than the entry's before: an earlier time is raised to that.
    pub received_at: Timestamp,
    /// What was appended.
    pub body: Vec<u8>,
}

/// Why the journal did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk or quota is full; what was there stays readable.
    #[error("write the journal: no space left in {path}")]
    Full {
        /// The folder.
        path: String,
    },
    /// The operating system refused.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried: `open`, `write`, `sync`, ...
        action: &'static str,
        /// On what.
        path: String,
        /// What it said.
        source: std::io::Error,
    },
    /// An entry before the last segment's tail does not match its checksum.
    #[error("journal entry {offset} in {path} is damaged: {detail}")]
    Damaged {
        /// The entry's number.
        offset: u64,
        /// The file.
        path: String,
        /// What is wrong.
        detail: String,
    },
    /// The entry is no longer, or not yet, there.
    #[error("journal entry {asked} is not there; it holds {first} to {next} (exclusive)")]
    OutOfRange {
        /// The entry asked for.
        asked: u64,
        /// The first held.
        first: u64,
        /// One past the last held.
        next: u64,
    },
    /// The entry is longer than [`MAX_ENTRY_BYTES`]; split it.
    #[error("append to the journal: an entry of {bytes} bytes is longer than the limit of {limit}")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Another process writes this journal.
    #[error("{path} is in use by another process")]
    Locked {
        /// The folder.
        path: String,
    },
}

/// One segment of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentInfo {
    /// Its first entry.
    pub first_offset: u64,
    /// One past its last entry.
    pub next_offset: u64,
    /// When its first entry was received.
    pub first_at: Timestamp,
    /// When its last entry was received.
    pub last_at: Timestamp,
    /// Its size on disk.
    pub bytes: u64,
    /// Whether nothing will be added.
    pub closed: bool,
}

/// What to keep. Whole closed segments go, the oldest first; the newest always stays, for the numbering goes on
/// from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Segments whose last entry was received before this may go.
    pub keep_from: Timestamp,
    /// Segments beyond this total may go.
    pub max_bytes: u64,
    /// Entries from here on must stay, whatever the other two say.
    pub needed_from: u64,
}

/// Entries in order.
pub type Entries = Box<dyn Iterator<Item = Result<Entry, JournalError>> + Send>;

/// Appends to the journal. One owner.
pub trait Journal: Send {
    /// Adds an entry and returns its number. It is durable only after [`Journal::sync`].
    ///
    /// # Errors
    /// If it cannot be written; then nothing of it remains and earlier entries are unharmed.
    fn append(&mut self, received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError>;

    /// Makes all that was appended durable.
    ///
    /// # Errors
    /// If the disk refuses; then entries appended since the last sync are withdrawn, and their numbers
    /// will be used again.
    fn sync(&mut self) -> Result<(), JournalError>;

    /// The number that the next entry will get.
    fn next_offset(&self) -> u64;

    /// A reader that may be used from other threads while this appends.
    fn reader(&self) -> Arc<dyn JournalReader>;

    /// Closes the open segment, so that it can be compressed, replayed and retired.
    ///
    /// # Errors
    /// As [`Journal::sync`].
    fn roll(&mut self) -> Result<(), JournalError>;

    /// Deletes what need not be kept; returns the bytes freed.
    ///
    /// # Errors
    /// If a segment cannot be deleted.
    fn retire(&mut self, retention: Retention) -> Result<u64, JournalError>;
}

/// Reads synced entries.
pub trait JournalReader: Send + Sync {
    /// The first number held; equal to [`JournalReader::next_offset`] when empty.
    fn first_offset(&self) -> u64;

    /// One past the last synced entry.
    fn next_offset(&self) -> u64;

    /// Entries from this number to the last one synced at the time of the call.
    ///
    /// # Errors
    /// [`JournalError::OutOfRange`] if it is not held; `next_offset` itself gives no entries.
    fn read_from(&self, offset: u64) -> Result<Entries, JournalError>;

    /// The first entry received at or after this time; `next_offset` if there is none.
    ///
    /// # Errors
    /// If a segment cannot be read.
    fn offset_at(&self, at: Timestamp) -> Result<u64, JournalError>;

    /// The segments, the oldest first.
    fn segments(&self) -> Vec<SegmentInfo>;
}
