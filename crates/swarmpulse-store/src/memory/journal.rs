//! A journal in memory: for tests and for running without a disk. Its end is its owner's.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use swarmpulse_model::Timestamp;

use crate::{Entries, Entry, Journal, JournalError, JournalReader, MAX_ENTRY_BYTES, Retention, SegmentInfo};

/// What is told as the path of errors.
const NAME: &str = "memory";

/// Entries in memory, bounded by a number of bytes; "disk full" beyond.
#[derive(Debug)]
pub struct MemoryJournal {
    held: Arc<Mutex<Held>>,
    /// Appended since the last sync.
    group: Vec<Arc<Entry>>,
    group_bytes: u64,
    max_bytes: u64,
}

#[derive(Debug, Default)]
struct Held {
    segments: VecDeque<Segment>,
    next_offset: u64,
}

#[derive(Debug)]
struct Segment {
    entries: Vec<Arc<Entry>>,
    bytes: u64,
    closed: bool,
}

impl MemoryJournal {
    /// An empty journal for bodies of so many bytes together.
    #[must_use]
    pub fn new(max_bytes: u64) -> Self {
        Self {
            held: Arc::default(),
            group: Vec::new(),
            group_bytes: 0,
            max_bytes,
        }
    }

    /// Changes how many bytes it takes; what is there stays.
    pub fn set_max_bytes(&mut self, max_bytes: u64) {
        self.max_bytes = max_bytes;
    }
}

impl Default for MemoryJournal {
    /// An empty journal for 256 MiB.
    fn default() -> Self {
        Self::new(256 << 20)
    }
}

impl Held {
    fn first_offset(&self) -> u64 {
        self.segments
            .front()
            .map_or(self.next_offset, |segment| segment.entries[0].offset)
    }

    fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    fn last_at(&self) -> Timestamp {
        let last = self.segments.back().and_then(|segment| segment.entries.last());
        last.map_or(Timestamp(i64::MIN), |entry| entry.received_at)
    }

    fn entry(&self, offset: u64) -> Option<Arc<Entry>> {
        let after = self
            .segments
            .partition_point(|segment| segment.entries[0].offset <= offset);
        let segment = &self.segments[after.checked_sub(1)?];
        segment
            .entries
            .get((offset - segment.entries[0].offset) as usize)
            .cloned()
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        if body.len() > MAX_ENTRY_BYTES {
            return Err(JournalError::TooLarge {
                bytes: body.len(),
                limit: MAX_ENTRY_BYTES,
            });
        }
        let held = self.held.lock();
        let bytes = body.len() as u64;
        if held.bytes() + self.group_bytes + bytes > self.max_bytes {
            return Err(JournalError::Full {
                path: NAME.to_owned(),
            });
        }
        let last_at = self
            .group
            .last()
            .map_or_else(|| held.last_at(), |entry| entry.received_at);
        let offset = held.next_offset + self.group.len() as u64;
        let entry = Entry {
            offset,
            received_at: received_at.max(last_at),
            body: body.to_vec(),
        };
        self.group.push(Arc::new(entry));
        self.group_bytes += bytes;
        Ok(offset)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        if self.group.is_empty() {
            return Ok(());
        }
        let mut held = self.held.lock();
        held.next_offset += self.group.len() as u64;
        let bytes = std::mem::take(&mut self.group_bytes);
        match held.segments.back_mut().filter(|segment| !segment.closed) {
            Some(open) => {
                open.entries.append(&mut self.group);
                open.bytes += bytes;
            }
            None => {
                let entries = std::mem::take(&mut self.group);
                held.segments.push_back(Segment {
                    entries,
                    bytes,
                    closed: false,
                });
            }
        }
        Ok(())
    }

    fn next_offset(&self) -> u64 {
        self.held.lock().next_offset + self.group.len() as u64
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::new(MemoryReader {
            held: Arc::clone(&self.held),
        })
    }

    fn roll(&mut self) -> Result<(), JournalError> {
        self.sync()?;
        if let Some(open) = self.held.lock().segments.back_mut() {
            open.closed = true;
        }
        Ok(())
    }

    fn retire(&mut self, retention: Retention) -> Result<u64, JournalError> {
        let mut held = self.held.lock();
        let mut freed = 0;
        while held.segments.len() > 1 {
            let total = held.bytes();
            let Some((oldest, last)) = held
                .segments
                .front()
                .and_then(|segment| Some((segment, segment.entries.last()?)))
            else {
                break;
            };
            let wanted = last.received_at < retention.keep_from || total > retention.max_bytes;
            if !wanted || last.offset >= retention.needed_from {
                break;
            }
            freed += oldest.bytes;
            held.segments.pop_front();
        }
        Ok(freed)
    }
}

/// Reads a [`MemoryJournal`].
#[derive(Debug)]
struct MemoryReader {
    held: Arc<Mutex<Held>>,
}

impl JournalReader for MemoryReader {
    fn first_offset(&self) -> u64 {
        self.held.lock().first_offset()
    }

    fn next_offset(&self) -> u64 {
        self.held.lock().next_offset
    }

    fn read_from(&self, offset: u64) -> Result<Entries, JournalError> {
        let (first, end) = {
            let held = self.held.lock();
            (held.first_offset(), held.next_offset)
        };
        if offset < first || offset > end {
            return Err(JournalError::OutOfRange {
                asked: offset,
                first,
                next: end,
            });
        }
        let held = Arc::clone(&self.held);
        let mut offsets = offset..end;
        Ok(Box::new(std::iter::from_fn(move || {
            let asked = offsets.next()?;
            let held = held.lock();
            if let Some(entry) = held.entry(asked) {
                return Some(Ok(Entry::clone(&entry)));
            }
            offsets = end..end;
            Some(Err(JournalError::OutOfRange {
                asked,
                first: held.first_offset(),
                next: held.next_offset,
            }))
        })))
    }

    fn offset_at(&self, at: Timestamp) -> Result<u64, JournalError> {
        let held = self.held.lock();
        let found = held.segments.iter().flat_map(|segment| &segment.entries);
        Ok(found
            .into_iter()
            .find(|entry| entry.received_at >= at)
            .map_or(held.next_offset, |e| e.offset))
    }

    fn segments(&self) -> Vec<SegmentInfo> {
        let held = self.held.lock();
        let info = |segment: &Segment| {
            let (first, last) = (segment.entries.first()?, segment.entries.last()?);
            Some(SegmentInfo {
                first_offset: first.offset,
                next_offset: last.offset + 1,
                first_at: first.received_at,
                last_at: last.received_at,
                bytes: segment.bytes,
                closed: segment.closed,
            })
        };
        held.segments.iter().filter_map(info).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_the_contract() {
        crate::contract::journal::suite(&|| Box::new(MemoryJournal::default()));
    }

    #[test]
    fn it_is_full_at_its_limit_and_goes_on_when_there_is_room() {
        let mut journal = MemoryJournal::new(10);
        journal.append(Timestamp(1), b"12345678").unwrap();
        assert!(matches!(
            journal.append(Timestamp(2), b"123"),
            Err(JournalError::Full { .. })
        ));
        journal.sync().unwrap();
        assert_eq!(journal.next_offset(), 1);
        journal.set_max_bytes(20);
        assert_eq!(journal.append(Timestamp(3), b"123").unwrap(), 1);
    }
}
