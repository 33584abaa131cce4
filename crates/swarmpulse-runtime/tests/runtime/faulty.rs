//! Stores that fail when told to, and outlive the runtime that writes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;
use swarmpulse_model::Timestamp;
use swarmpulse_store::memory::{MemoryHistory, MemoryJournal};
use swarmpulse_store::{
    History, HistoryError, HistoryPage, HistoryQuery, HistoryRow, Journal, JournalError, JournalReader,
    Retention, Retired,
};

/// A journal that is shared between runs and may be full.
#[derive(Clone)]
pub(crate) struct FaultyJournal {
    inner: Arc<Mutex<MemoryJournal>>,
    /// Refuse from now on.
    pub(crate) fail: Arc<AtomicBool>,
}

impl FaultyJournal {
    pub(crate) fn new(inner: MemoryJournal) -> Self {
        Self {
            inner: Arc::new(Mutex::new(inner)),
            fail: Arc::default(),
        }
    }

    /// Another journal that holds what this one has made durable.
    pub(crate) fn durable_copy(&self) -> Self {
        let mut copy = MemoryJournal::new(64 << 20);
        let reader = self.inner.lock().reader();
        for entry in reader.read_from(reader.first_offset()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(copy.append(entry.received_at, &entry.body).unwrap(), entry.offset);
        }
        copy.sync().unwrap();
        Self::new(copy)
    }
}

impl Journal for FaultyJournal {
    fn append(&mut self, received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        if self.fail.load(Ordering::SeqCst) {
            return Err(JournalError::Full {
                path: "journal".into(),
            });
        }
        self.inner.lock().append(received_at, body)
    }
    fn sync(&mut self) -> Result<(), JournalError> {
        self.inner.lock().sync()
    }
    fn next_offset(&self) -> u64 {
        self.inner.lock().next_offset()
    }
    fn reader(&self) -> Arc<dyn JournalReader> {
        self.inner.lock().reader()
    }
    fn roll(&mut self) -> Result<(), JournalError> {
        self.inner.lock().roll()
    }
    fn retire(&mut self, retention: Retention) -> Result<u64, JournalError> {
        self.inner.lock().retire(retention)
    }
}

/// A history that may refuse.
pub(crate) struct FaultyHistory {
    inner: MemoryHistory,
    /// Refuse from now on.
    pub(crate) fail: AtomicBool,
    /// Writing waits while somebody holds this.
    pub(crate) gate: Mutex<()>,
    /// Writing came to the gate while it was held.
    pub(crate) at_gate: AtomicBool,
    appended: AtomicUsize,
}

impl FaultyHistory {
    pub(crate) fn new(inner: MemoryHistory) -> Self {
        Self {
            inner,
            fail: AtomicBool::default(),
            gate: Mutex::default(),
            at_gate: AtomicBool::default(),
            appended: AtomicUsize::default(),
        }
    }

    /// Rows that were handed in and taken, repeats included.
    pub(crate) fn rows_appended(&self) -> usize {
        self.appended.load(Ordering::SeqCst)
    }

    pub(crate) fn copy(&self) -> Self {
        let copy = MemoryHistory::new(100_000);
        let query = HistoryQuery {
            ascending: true,
            limit: 100_000,
            ..HistoryQuery::default()
        };
        copy.append(
            &self.inner.query(&query).unwrap().rows,
            self.inner.next_offset().unwrap(),
        )
        .unwrap();
        Self::new(copy)
    }
}

impl History for FaultyHistory {
    fn append(&self, rows: &[HistoryRow], next_offset: u64) -> Result<(), HistoryError> {
        if self.gate.try_lock().is_none() {
            self.at_gate.store(true, Ordering::SeqCst);
            drop(self.gate.lock());
        }
        if self.fail.load(Ordering::SeqCst) {
            return Err(HistoryError::Full {
                path: "history".into(),
            });
        }
        self.inner.append(rows, next_offset)?;
        self.appended.fetch_add(rows.len(), Ordering::SeqCst);
        Ok(())
    }
    fn next_offset(&self) -> Result<u64, HistoryError> {
        self.inner.next_offset()
    }
    fn query(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryError> {
        self.inner.query(query)
    }
    fn retire(&self, keep_from: Timestamp, max_bytes: u64) -> Result<Retired, HistoryError> {
        self.inner.retire(keep_from, max_bytes)
    }
    fn bytes(&self) -> u64 {
        self.inner.bytes()
    }
}
