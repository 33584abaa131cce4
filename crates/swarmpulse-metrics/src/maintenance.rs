//! What the store remembers between two rounds of maintenance.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use roaring::RoaringBitmap;

use crate::catalogue::Catalogue;
use crate::segment::Shelf;

/// What the store remembers between two rounds of maintenance.
pub(crate) struct Maintenance {
    pub(crate) catalogue: Catalogue,
    /// Version of what is known of metrics, as it is in its file.
    pub(crate) metadata_version: u64,
    pub(crate) flushed_at_ms: i64,
    /// The newest sample when the last flush began.
    pub(crate) flushed_newest_ms: i64,
    /// Before this no flush is tried again, because one failed.
    pub(crate) retry_at_ms: i64,
    /// Samples counted when they last changed, and when that was.
    pub(crate) samples_seen: (u64, i64),
    /// Generations, and the first entry of the journal that can belong to each.
    pub(crate) generations: VecDeque<(u32, u64)>,
    /// Entries of the journal before this are in segments.
    pub(crate) needed_from: u64,
    /// The next page on which series to forget are looked for.
    pub(crate) page: usize,
    /// Series whose labels have to stay, as of these segments.
    pub(crate) held: Held,
}

/// Series that files hold.
#[derive(Default)]
pub(crate) struct Held {
    shelf: Weak<Shelf>,
    pub(crate) samples: RoaringBitmap,
    pub(crate) rollups: RoaringBitmap,
}

impl Held {
    /// Looks again if there are other files.
    pub(crate) fn refresh(&mut self, shelf: &Arc<Shelf>) {
        if self
            .shelf
            .upgrade()
            .is_some_and(|known| Arc::ptr_eq(&known, shelf))
        {
            return;
        }
        let mut samples = RoaringBitmap::new();
        for shelved in &shelf.samples {
            samples |= of_series(shelved.segment.series());
        }
        let mut rollups = RoaringBitmap::new();
        for segment in &shelf.rollups {
            rollups |= of_series(segment.series());
        }
        *self = Self {
            shelf: Arc::downgrade(shelf),
            samples,
            rollups,
        };
    }
}

fn of_series(series: impl Iterator<Item = u32>) -> RoaringBitmap {
    let mut bitmap = RoaringBitmap::new();
    for series in series {
        // They rise, unless the file is damaged.
        if bitmap.try_push(series).is_err() {
            bitmap.insert(series);
        }
    }
    bitmap
}

impl Maintenance {
    /// The first entry of the journal that can belong to a generation.
    pub(crate) fn first_entry_of(&self, generation: u32) -> u64 {
        let found = self
            .generations
            .iter()
            .rev()
            .find(|(known, _)| *known <= generation);
        found.map_or(self.needed_from, |(_, offset)| *offset)
    }
}
