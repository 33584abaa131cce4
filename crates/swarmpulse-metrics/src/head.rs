//! Samples in memory, of all series: pages of 256 series, spread over parts with a lock each.

mod chunk;
mod series;

use parking_lot::{Mutex, MutexGuard};

pub(crate) use chunk::{HeadChunk, Packer};
pub(crate) use series::{HeadSeries, Late};

use crate::index::PAGE_SERIES;

/// Parts with a lock each.
pub(crate) const PARTS: usize = 64;

/// A page of series; dropped when none of them has samples here.
type Page = Box<[HeadSeries]>;

/// The samples of some pages of series.
#[derive(Default)]
pub(crate) struct Part {
    pages: Vec<Option<Page>>,
    /// Packs for this part.
    pub(crate) packer: Packer,
}

/// Samples in memory.
pub(crate) struct Head {
    parts: Vec<Mutex<Part>>,
}

/// Which part holds a series.
#[inline]
pub(crate) fn part_of(series: u32) -> usize {
    series as usize / PAGE_SERIES % PARTS
}

fn place(series: u32) -> (usize, usize) {
    let page = series as usize / PAGE_SERIES;
    (page / PARTS, series as usize % PAGE_SERIES)
}

impl Part {
    /// The samples of a series, made if there were none, and the packer.
    #[inline]
    pub(crate) fn series_mut(&mut self, series: u32) -> (&mut HeadSeries, &mut Packer) {
        let (page, slot) = place(series);
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || None);
        }
        let page =
            self.pages[page].get_or_insert_with(|| (0..PAGE_SERIES).map(|_| HeadSeries::default()).collect());
        (&mut page[slot], &mut self.packer)
    }

    /// The samples of a series, if there may be any.
    pub(crate) fn series(&self, series: u32) -> Option<&HeadSeries> {
        let (page, slot) = place(series);
        self.pages.get(page)?.as_ref().map(|page| &page[slot])
    }

    /// Touches what adding samples to these series will touch, so that the processor fetches it all at once rather than
    /// one after the other.
    #[inline]
    pub(crate) fn warm(&self, series: &[u32]) -> i64 {
        let newest = |series: &u32| {
            let held = self.series(*series);
            held.and_then(|held| held.raw.last()).map_or(0, |last| last.at_ms)
        };
        series.iter().map(newest).fold(0, |all, one| all ^ one)
    }

    /// The same, to change it.
    pub(crate) fn existing_mut(&mut self, series: u32) -> Option<(&mut HeadSeries, &mut Packer)> {
        let (page, slot) = place(series);
        let page = self.pages.get_mut(page)?.as_mut()?;
        Some((&mut page[slot], &mut self.packer))
    }

    /// Drops the page of a series if none on it is of use.
    pub(crate) fn drop_page_of(&mut self, series: u32) {
        let (page, _) = place(series);
        if let Some(held) = self.pages.get_mut(page) {
            let empty = held
                .as_ref()
                .is_some_and(|series| series.iter().all(|series| series.is_empty() && !series.known));
            if empty {
                *held = None;
            }
        }
    }
}

impl Head {
    pub(crate) fn new() -> Self {
        Self {
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
        }
    }

    /// Locks one part.
    #[inline]
    pub(crate) fn part(&self, part: usize) -> MutexGuard<'_, Part> {
        self.parts[part].lock()
    }
}
