//! From the hash of label bytes to the number of a series: what every sample passes.

use hashbrown::HashTable;
use parking_lot::{RwLock, RwLockReadGuard};

use crate::hash::SeriesHash;

/// Parts, each with a lock of its own, so that growing one of them takes little time.
const PARTS: usize = 16;

/// No series.
pub(crate) const UNKNOWN: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Entry {
    place: u64,
    check: u32,
    series: u32,
}

/// Series by hash. A series has one entry for its labels in order, and more for other ways in which they came.
#[derive(Debug)]
pub(crate) struct Lookup {
    parts: [RwLock<HashTable<Entry>>; PARTS],
}

/// All parts, locked for reading.
pub(crate) struct Reading<'a> {
    parts: [RwLockReadGuard<'a, HashTable<Entry>>; PARTS],
}

impl Reading<'_> {
    /// The number of a series, or [`UNKNOWN`].
    #[inline]
    pub(crate) fn find(&self, hash: SeriesHash) -> u32 {
        let same = |entry: &Entry| entry.place == hash.place && entry.check == hash.check;
        let found = self.parts[part(hash)].find(hash.place, same);
        found.map_or(UNKNOWN, |entry| entry.series)
    }
}

impl Lookup {
    pub(crate) fn new() -> Self {
        Self {
            parts: std::array::from_fn(|_| RwLock::default()),
        }
    }

    /// Locks all for reading: for a whole batch.
    pub(crate) fn read(&self) -> Reading<'_> {
        Reading {
            parts: std::array::from_fn(|part| self.parts[part].read()),
        }
    }

    /// The number of one series, or [`UNKNOWN`].
    pub(crate) fn find(&self, hash: SeriesHash) -> u32 {
        let same = |entry: &Entry| entry.place == hash.place && entry.check == hash.check;
        let part = self.parts[part(hash)].read();
        part.find(hash.place, same).map_or(UNKNOWN, |entry| entry.series)
    }

    /// Adds an entry.
    pub(crate) fn insert(&self, hash: SeriesHash, series: u32) {
        let entry = Entry {
            place: hash.place,
            check: hash.check,
            series,
        };
        let mut part = self.parts[part(hash)].write();
        part.insert_unique(hash.place, entry, |entry| entry.place);
    }

    /// Removes an entry of a series.
    pub(crate) fn remove(&self, hash: SeriesHash, series: u32) {
        let mut part = self.parts[part(hash)].write();
        let same = |entry: &Entry| entry.series == series && entry.check == hash.check;
        if let Ok(entry) = part.find_entry(hash.place, same) {
            entry.remove();
        }
        if part.capacity() > 8 * part.len().max(1024) {
            part.shrink_to_fit(|entry| entry.place);
        }
    }
}

/// Not among the bits that the tables use.
fn part(hash: SeriesHash) -> usize {
    (hash.place >> 40) as usize % PARTS
}
