//! The slow work beside the writer: compressing closed segments, preparing the next one's file.

use std::fs;
use std::sync::Arc;

use swarmpulse_store::JournalError;

use crate::catalog::{Segment, Shared, Spare};
use crate::compress::compress;
use crate::directory::{DirectoryLock, Encoding, remove, segment_path, spare_path, unfinished_path};
use crate::disk::Disk;
use crate::error::io_error;
use crate::options::Options;

/// What [`Housekeeper::compress_closed`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compressed {
    /// Segments compressed.
    pub segments: u64,
    /// Segments found damaged, now or before; they stay as they are.
    pub damaged: u64,
    /// What the compressed ones took before.
    pub bytes_before: u64,
    /// What they take now.
    pub bytes_after: u64,
}

/// Does the work that would keep the writer waiting. It runs on whichever thread calls it, and ends when asked.
pub struct Housekeeper {
    options: Options,
    disk: Arc<dyn Disk>,
    shared: Arc<Shared>,
    _lock: Arc<DirectoryLock>,
}

impl Housekeeper {
    pub(crate) fn new(
        options: Options,
        disk: Arc<dyn Disk>,
        shared: Arc<Shared>,
        lock: Arc<DirectoryLock>,
    ) -> Self {
        Self {
            options,
            disk,
            shared,
            _lock: lock,
        }
    }

    /// Compresses closed segments, the oldest first, until none is left or `stop` says so between two of them.
    ///
    /// # Errors
    /// If the disk refuses; every segment stays readable, plain or compressed.
    pub fn compress_closed(&self, stop: &dyn Fn() -> bool) -> Result<Compressed, JournalError> {
        let mut done = Compressed::default();
        if !self.options.compress {
            return Ok(done);
        }
        let _alone = self.shared.housekeeping.lock();
        while !stop() {
            let Some(segment) = self.next_plain() else { break };
            self.compress_one(&segment, &mut done)?;
        }
        done.damaged = self
            .shared
            .catalog
            .lock()
            .segments
            .iter()
            .filter(|segment| segment.damaged)
            .count() as u64;
        Ok(done)
    }

    fn next_plain(&self) -> Option<Segment> {
        let catalog = self.shared.catalog.lock();
        let plain = |segment: &&Segment| {
            segment.info.closed && segment.encoding == Encoding::Plain && !segment.damaged
        };
        catalog.segments.iter().find(plain).cloned()
    }

    fn compress_one(&self, segment: &Segment, done: &mut Compressed) -> Result<(), JournalError> {
        let dir = &self.shared.dir;
        let first_offset = segment.info.first_offset;
        let made_at = unfinished_path(dir, first_offset, Encoding::Compressed);
        let path = segment_path(dir, first_offset, Encoding::Compressed);
        let plain = segment_path(dir, first_offset, Encoding::Plain);
        let made = compress(dir, segment);
        let mut catalog = self.shared.catalog.lock();
        let Some(held) = catalog.segment_mut(first_offset) else {
            // Retired meanwhile.
            return remove(&made_at);
        };
        let bytes = match made {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                tracing::warn!(path = %plain.display(), "journal segment is damaged and stays uncompressed");
                held.damaged = true;
                return remove(&made_at);
            }
            Err(error) => {
                remove(&made_at)?;
                return Err(io_error("compress", &plain, error));
            }
        };
        fs::rename(&made_at, &path).map_err(|error| io_error("rename", &made_at, error))?;
        done.segments += 1;
        done.bytes_before += held.info.bytes;
        done.bytes_after += bytes;
        held.info.bytes = bytes;
        held.encoding = Encoding::Compressed;
        drop(catalog);
        self.disk
            .sync_dir(dir)
            .map_err(|error| io_error("sync", dir, error))?;
        remove(&plain)
    }

    /// Makes the next segment's file ahead: reserved and zeroed, which makes a sync into it cheaper. Does nothing if
    /// there is one, or if the disk has no room for it. It takes one more `segment_bytes` of disk.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn prepare_spare(&self) -> Result<(), JournalError> {
        let _alone = self.shared.housekeeping.lock();
        if self.shared.spare.lock().is_some() {
            return Ok(());
        }
        let path = spare_path(&self.shared.dir);
        let bytes = self.options.segment_bytes;
        let made = self.disk.create(&path).and_then(|file| {
            file.fill(bytes)?;
            file.sync_data()?;
            Ok(file)
        });
        match made.map_err(|error| io_error("prepare", &path, error)) {
            Ok(file) => {
                *self.shared.spare.lock() = Some(Spare { file, bytes });
                Ok(())
            }
            Err(JournalError::Full { .. }) => remove(&path),
            Err(error) => {
                remove(&path)?;
                Err(error)
            }
        }
    }
}
