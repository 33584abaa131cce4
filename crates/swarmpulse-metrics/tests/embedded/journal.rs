//! A journal in memory that outlives the store that writes to it, as one on disk does.

use std::sync::Arc;

use parking_lot::Mutex;
use swarmpulse_model::Timestamp;
use swarmpulse_store::memory::MemoryJournal;
use swarmpulse_store::{Journal, JournalError, JournalReader, Retention};

/// A journal whose clones are the same journal.
#[derive(Clone, Default)]
pub struct SharedJournal(Arc<Mutex<MemoryJournal>>);

impl SharedJournal {
    /// The bodies of its entries.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        let reader = self.reader();
        let entries = reader.read_from(reader.first_offset()).expect("readable");
        entries.map(|entry| entry.expect("readable").body).collect()
    }

    /// A new journal with these entries.
    pub fn of(bodies: &[Vec<u8>]) -> Self {
        let mut journal = Self::default();
        for body in bodies {
            journal.append(Timestamp(1), body).expect("room");
        }
        journal.sync().expect("room");
        journal
    }

    /// Changes how many bytes it takes.
    pub fn set_max_bytes(&self, bytes: u64) {
        self.0.lock().set_max_bytes(bytes);
    }
}

impl Journal for SharedJournal {
    fn append(&mut self, received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        self.0.lock().append(received_at, body)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.0.lock().sync()
    }

    fn next_offset(&self) -> u64 {
        self.0.lock().next_offset()
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        self.0.lock().reader()
    }

    fn roll(&mut self) -> Result<(), JournalError> {
        self.0.lock().roll()
    }

    fn retire(&mut self, retention: Retention) -> Result<u64, JournalError> {
        self.0.lock().retire(retention)
    }
}
