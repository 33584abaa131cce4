//! The journal's reading side, shared by any number of threads.

use std::sync::Arc;

use swarmpulse_model::Timestamp;
use swarmpulse_store::{Entries, JournalError, JournalReader, SegmentInfo};

use crate::catalog::Shared;
use crate::entries::EntryStream;

/// Reads synced entries of a [`crate::SegmentJournal`].
pub(crate) struct SegmentReader {
    shared: Arc<Shared>,
}

impl SegmentReader {
    /// A reader of what `shared` tells.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl JournalReader for SegmentReader {
    fn first_offset(&self) -> u64 {
        self.shared.catalog.lock().first_offset()
    }

    fn next_offset(&self) -> u64 {
        self.shared.catalog.lock().next_offset
    }

    fn read_from(&self, offset: u64) -> Result<Entries, JournalError> {
        let (first, next) = {
            let catalog = self.shared.catalog.lock();
            (catalog.first_offset(), catalog.next_offset)
        };
        if offset < first || offset > next {
            return Err(JournalError::OutOfRange {
                asked: offset,
                first,
                next,
            });
        }
        Ok(Box::new(EntryStream::new(Arc::clone(&self.shared), offset, next)))
    }

    fn offset_at(&self, at: Timestamp) -> Result<u64, JournalError> {
        let (first, end) = {
            let catalog = self.shared.catalog.lock();
            let before = catalog
                .segments
                .partition_point(|segment| segment.info.last_at < at);
            match catalog.segments.get(before) {
                None => return Ok(catalog.next_offset),
                Some(segment) if segment.info.first_at >= at => return Ok(segment.info.first_offset),
                Some(segment) => (segment.info.first_offset, segment.info.next_offset),
            }
        };
        for entry in EntryStream::new(Arc::clone(&self.shared), first, end) {
            match entry {
                Ok(entry) if entry.received_at >= at => return Ok(entry.offset),
                Ok(_) | Err(JournalError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(end)
    }

    fn segments(&self) -> Vec<SegmentInfo> {
        self.shared
            .catalog
            .lock()
            .segments
            .iter()
            .map(|segment| segment.info.clone())
            .collect()
    }
}
