//! The labels of every series, as numbers, by the number of the series: 256 series to a page, and pages without series go.

use swarmpulse_store::metrics::MetricError;

/// Series on one page.
pub(crate) const PAGE_SERIES: usize = 256;

/// Labels of series by number of series.
#[derive(Debug, Default)]
pub(crate) struct SeriesTable {
    pages: Vec<Option<Box<Page>>>,
    len: usize,
}

#[derive(Debug)]
struct Page {
    /// Where the labels of each series end.
    ends: [u16; PAGE_SERIES],
    /// Series up to here were added.
    filled: u16,
    /// Series that have not gone.
    alive: [u64; PAGE_SERIES / 64],
    pairs: Vec<u32>,
}

impl Page {
    fn is_alive(&self, slot: usize) -> bool {
        self.alive[slot / 64] >> (slot % 64) & 1 == 1
    }

    fn pairs(&self, slot: usize) -> Option<&[u32]> {
        if !self.is_alive(slot) {
            return None;
        }
        let start = if slot == 0 {
            0
        } else {
            self.ends[slot - 1] as usize
        };
        self.pairs.get(start..self.ends[slot] as usize)
    }
}

impl SeriesTable {
    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds a series; numbers must rise.
    pub(crate) fn add(&mut self, series: u32, pairs: &[u32]) -> Result<(), MetricError> {
        let (page, slot) = place(series);
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || None);
        }
        let page = self.pages[page].get_or_insert_with(|| {
            Box::new(Page {
                ends: [0; PAGE_SERIES],
                filled: 0,
                alive: [0; PAGE_SERIES / 64],
                pairs: Vec::new(),
            })
        });
        let start = page.pairs.len();
        let end = u16::try_from(start + pairs.len());
        let (Ok(end), true) = (end, slot >= page.filled as usize) else {
            return Err(MetricError::Damaged {
                path: "series".to_owned(),
                detail: format!("series {series} is described twice or has too many labels"),
            });
        };
        page.pairs.extend_from_slice(pairs);
        // Numbers in between were never given or went: they have no labels.
        page.ends[page.filled as usize..slot].fill(start as u16);
        page.ends[slot] = end;
        page.filled = slot as u16 + 1;
        page.alive[slot / 64] |= 1 << (slot % 64);
        if slot + 1 == PAGE_SERIES {
            page.pairs.shrink_to_fit();
        }
        self.len += 1;
        Ok(())
    }

    /// The labels of a series that is there.
    pub(crate) fn pairs(&self, series: u32) -> Option<&[u32]> {
        let (page, slot) = place(series);
        self.pages.get(page)?.as_ref()?.pairs(slot)
    }

    /// Forgets a series and gives its labels back.
    pub(crate) fn remove(&mut self, series: u32) -> Option<Vec<u32>> {
        let (page, slot) = place(series);
        let held = self.pages.get_mut(page)?.as_mut()?;
        let pairs = held.pairs(slot)?.to_vec();
        held.alive[slot / 64] &= !(1 << (slot % 64));
        self.len -= 1;
        if held.alive == [0; PAGE_SERIES / 64] {
            self.pages[page] = None;
        }
        Some(pairs)
    }

    /// Pages, those that went included.
    pub(crate) fn pages(&self) -> usize {
        self.pages.len()
    }

    /// The series on one page, ascending.
    pub(crate) fn on_page(&self, page: usize) -> impl Iterator<Item = (u32, &[u32])> {
        let held = self.pages.get(page).and_then(Option::as_deref);
        held.into_iter().flat_map(move |held| {
            (0..PAGE_SERIES).filter_map(move |slot| {
                let series = (page * PAGE_SERIES + slot) as u32;
                held.pairs(slot).map(|pairs| (series, pairs))
            })
        })
    }
}

fn place(series: u32) -> (usize, usize) {
    (series as usize / PAGE_SERIES, series as usize % PAGE_SERIES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_keep_their_labels_and_pages_go_with_the_last() {
        let mut table = SeriesTable::default();
        for series in (0..600u32).filter(|series| series % 3 != 1) {
            table
                .add(series, &[series, series * 2][..1 + (series % 2) as usize])
                .unwrap();
        }
        assert_eq!(table.pairs(5), Some(&[5, 10][..]));
        assert_eq!((table.pairs(4), table.pairs(601)), (None, None));
        assert!(table.add(5, &[1]).is_err());
        let all = |table: &SeriesTable| -> Vec<u32> {
            let pages = 0..table.pages();
            pages
                .flat_map(|page| table.on_page(page).map(|(series, _)| series))
                .collect()
        };
        assert_eq!(all(&table).len(), table.len());
        for series in 0..256 {
            let removed = table.remove(series).is_some();
            assert_eq!(removed, series % 3 != 1);
        }
        assert_eq!(table.on_page(0).count(), 0);
        assert!(table.pages[0].is_none());
        assert_eq!(all(&table).first(), Some(&257));
    }
}
