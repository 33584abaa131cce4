//! The contract suite on files: plain, and with every closed segment compressed at once.

use std::sync::Arc;

use swarmpulse_journal::SegmentJournal;
use swarmpulse_model::Timestamp;
use swarmpulse_store::contract::journal::suite;
use swarmpulse_store::{Journal, JournalError, JournalReader, Retention};
use tempfile::TempDir;

use crate::support::{MANUAL, open};

/// A journal that deletes its folder at the end, and compresses what it closes if asked.
struct Kept {
    journal: SegmentJournal,
    compress: bool,
    _dir: TempDir,
}

impl Journal for Kept {
    fn append(&mut self, received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        self.journal.append(received_at, body)
    }
    fn sync(&mut self) -> Result<(), JournalError> {
        self.journal.sync()
    }
    fn next_offset(&self) -> u64 {
        self.journal.next_offset()
    }
    fn reader(&self) -> Arc<dyn JournalReader> {
        self.journal.reader()
    }
    fn roll(&mut self) -> Result<(), JournalError> {
        self.journal.roll()?;
        if self.compress {
            let housekeeper = self.journal.housekeeper();
            housekeeper.compress_closed(&|| false)?;
            housekeeper.prepare_spare()?;
        }
        Ok(())
    }
    fn retire(&mut self, retention: Retention) -> Result<u64, JournalError> {
        self.journal.retire(retention)
    }
}

fn run(compress: bool) {
    suite(&|| {
        let dir = tempfile::tempdir().unwrap();
        let (journal, _) = open(dir.path(), MANUAL);
        Box::new(Kept {
            journal,
            compress,
            _dir: dir,
        })
    });
}

#[test]
fn plain_segments_keep_the_contract() {
    run(false);
}

#[test]
fn compressed_segments_keep_the_contract() {
    run(true);
}
