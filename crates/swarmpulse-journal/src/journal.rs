//! The journal's writing side: one owner appends, syncs, closes and retires.

use std::path::Path;
use std::sync::Arc;

use swarmpulse_model::Timestamp;
use swarmpulse_store::{Journal, JournalError, JournalReader, MAX_ENTRY_BYTES, Retention};

use crate::catalog::{Catalog, Shared};
use crate::directory::{DirectoryLock, Encoding, remove, segment_path, unfinished_path};
use crate::disk::{Disk, OsDisk};
use crate::error::io_error;
use crate::housekeeper::Housekeeper;
use crate::open_segment::OpenSegment;
use crate::options::Options;
use crate::reader::SegmentReader;
use crate::recover::{Recovered, recover};
use crate::recovery::Recovery;

/// A journal in a folder of segment files. What was not synced when it is dropped is gone.
pub struct SegmentJournal {
    options: Options,
    disk: Arc<dyn Disk>,
    shared: Arc<Shared>,
    lock: Arc<DirectoryLock>,
    open: Option<OpenSegment>,
    /// The next entry's number, counting those not yet synced.
    next_offset: u64,
    /// When the last entry was received, counting those not yet synced.
    last_at: Timestamp,
}

impl SegmentJournal {
    /// Opens the journal in this folder, makes it if it is not there, and repairs what a crash left.
    ///
    /// # Errors
    /// If another process has it, it is of another partition or a later version, or the disk refuses.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovery), JournalError> {
        Self::open_on(Arc::new(OsDisk), dir, options)
    }

    /// The same on a disk of the caller's.
    pub(crate) fn open_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: Options,
    ) -> Result<(Self, Recovery), JournalError> {
        let lock = Arc::new(DirectoryLock::acquire(dir)?);
        let Recovered {
            catalog,
            open,
            report,
        } = recover(&*disk, dir, &options)?;
        let Catalog { next_offset, .. } = catalog;
        let last_at = catalog.last_at();
        let shared = Arc::new(Shared::new(dir, catalog, false));
        Ok((
            Self {
                options,
                disk,
                shared,
                lock,
                open,
                next_offset,
                last_at,
            },
            report,
        ))
    }

    /// What does the slow work that need not be done by the writer. Any number of threads may have one.
    #[must_use]
    pub fn housekeeper(&self) -> Housekeeper {
        Housekeeper::new(
            self.options,
            Arc::clone(&self.disk),
            Arc::clone(&self.shared),
            Arc::clone(&self.lock),
        )
    }

    /// Closes the open segment, of which everything is synced. An empty one stays.
    fn close_open(&mut self) {
        let Some(open) = self.open.take_if(|open| !open.is_empty()) else {
            return;
        };
        let path = open.path().to_owned();
        let first_offset = open.published().info.first_offset;
        let (bytes, sealed) = open.seal();
        if let Err(error) = sealed {
            tracing::warn!(path = %path.display(), %error, "journal segment closed without its seal");
        }
        self.mark_closed(first_offset, bytes);
    }

    fn mark_closed(&self, first_offset: u64, bytes: u64) {
        if let Some(segment) = self.shared.catalog.lock().segment_mut(first_offset) {
            segment.info.closed = true;
            segment.info.bytes = bytes;
        }
    }

    /// Gives up the open segment's file; what was synced of it stays readable.
    fn abandon_open(&mut self) {
        let Some(open) = self.open.take() else { return };
        tracing::warn!(path = %open.path().display(), "journal segment abandoned for writing");
        let segment = open.published();
        if open.is_empty() {
            if let Err(error) = remove(open.path()) {
                tracing::warn!(%error, "abandoned journal segment left behind");
            }
        } else {
            self.mark_closed(segment.info.first_offset, segment.data_end);
        }
    }
}

impl Journal for SegmentJournal {
    fn append(&mut self, received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        if body.len() > MAX_ENTRY_BYTES {
            return Err(JournalError::TooLarge {
                bytes: body.len(),
                limit: MAX_ENTRY_BYTES,
            });
        }
        let at = received_at.max(self.last_at);
        if self
            .open
            .as_ref()
            .is_some_and(|open| !open.has_group() && open.is_due(at, &self.options))
        {
            self.close_open();
        }
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let dir = &self.shared.dir;
                let path = unfinished_path(dir, self.next_offset, Encoding::Plain);
                let spare = self
                    .shared
                    .take_spare(&path)
                    .map_err(|error| io_error("rename to", &path, error))?;
                OpenSegment::create(&*self.disk, dir, spare, &self.options, self.next_offset)?
            }
        };
        let offset = self.next_offset;
        self.open.insert(open).append(offset, at, body)?;
        self.next_offset += 1;
        self.last_at = at;
        Ok(offset)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        let Some(open) = self.open.as_mut().filter(|open| open.has_group()) else {
            return Ok(());
        };
        match open.sync(self.next_offset) {
            Ok(()) => {
                self.shared.catalog.lock().publish(open.published());
                Ok(())
            }
            Err(withdrawn) => {
                {
                    let catalog = self.shared.catalog.lock();
                    self.next_offset = catalog.next_offset;
                    self.last_at = catalog.last_at();
                }
                if withdrawn.abandon {
                    self.abandon_open();
                }
                Err(withdrawn.error)
            }
        }
    }

    fn next_offset(&self) -> u64 {
        self.next_offset
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::new(SegmentReader::new(Arc::clone(&self.shared)))
    }

    fn roll(&mut self) -> Result<(), JournalError> {
        self.sync()?;
        self.close_open();
        Ok(())
    }

    fn retire(&mut self, retention: Retention) -> Result<u64, JournalError> {
        let mut freed = 0;
        loop {
            let mut catalog = self.shared.catalog.lock();
            let total: u64 = catalog.segments.iter().map(|segment| segment.info.bytes).sum();
            let Some(oldest) = catalog.segments.front().map(|segment| segment.info.clone()) else {
                break;
            };
            let wanted = oldest.last_at < retention.keep_from || total > retention.max_bytes;
            let free = oldest.closed && oldest.next_offset <= retention.needed_from;
            if catalog.segments.len() == 1 || !wanted || !free {
                break;
            }
            // Under the lock: the housekeeper may be about to put a compressed file in its place.
            for encoding in [Encoding::Compressed, Encoding::Plain] {
                remove(&segment_path(&self.shared.dir, oldest.first_offset, encoding))?;
            }
            catalog.segments.pop_front();
            freed += oldest.bytes;
        }
        if freed > 0 {
            let dir = &self.shared.dir;
            self.disk
                .sync_dir(dir)
                .map_err(|error| io_error("sync", dir, error))?;
        }
        Ok(freed)
    }
}
