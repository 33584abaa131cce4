//! From memory to segments, so that the journal can be retired.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use swarmpulse_model::Timestamp;
use swarmpulse_store::metrics::MetricError;

use super::EmbeddedMetrics;
use crate::head::{HeadChunk, part_of};
use crate::index::PAGE_SERIES;
use crate::maintenance::Maintenance;
use crate::metadata;
use crate::segment::{SegmentKind, SegmentWriter};
use crate::state::StoreState;
use crate::stopwatch::Stopwatch;

/// So many spans of time, counted from the newest sample, get a file each in one flush; what is older shares one.
const SPANS_APART: i64 = 12;

/// The files of one flush, by the span of time that each covers.
struct Files<'a> {
    store: &'a EmbeddedMetrics,
    oldest_span: i64,
    writers: BTreeMap<i64, SegmentWriter>,
}

impl Files<'_> {
    fn add(&mut self, series: u32, chunk: &HeadChunk) -> Result<(), MetricError> {
        let length = self.store.options.segment_span_ms.max(1);
        let span = chunk.first_ms.div_euclid(length).max(self.oldest_span);
        let writer = match self.writers.entry(span) {
            std::collections::btree_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(self.store.archive.begin(SegmentKind::Hot)?)
            }
        };
        writer.add(series, &chunk.bytes)
    }
}

impl EmbeddedMetrics {
    /// Writes what is packed to segments and retires the journal up to what they hold. With `all`, raw samples are packed
    /// as well; otherwise only those of series that began before the last flush, so that chunks become long.
    ///
    /// No request waits for it: it looks at 256 series at a time, and what is written stays readable in memory until the
    /// files are in their places.
    pub(super) fn flush(
        &self,
        now: Timestamp,
        all: bool,
        maintenance: &mut Maintenance,
    ) -> Result<(), MetricError> {
        let watch = Stopwatch::start();
        // Whoever sees the new generation appends behind this entry.
        let offset = self.writer.roll()?;
        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
        maintenance.generations.push_back((generation, offset));
        let kept = if all { generation } else { generation - 1 };
        let newest_ms = self.newest_ms.load(Ordering::Relaxed);
        let length = self.options.segment_span_ms.max(1);
        let mut files = Files {
            store: self,
            oldest_span: newest_ms.div_euclid(length).saturating_sub(SPANS_APART),
            writers: BTreeMap::new(),
        };
        let mut chunks = Vec::new();
        let mut of_page = Vec::new();
        let pages = self.index.read().table.pages();
        for page in 0..pages {
            self.collect(page, kept, &mut of_page, &mut chunks);
            let mut rest = chunks.as_slice();
            for (series, count) in of_page.drain(..) {
                let (own, others) = rest.split_at(count);
                own.iter().try_for_each(|chunk| files.add(series, chunk))?;
                rest = others;
            }
            chunks.clear();
        }
        self.list_series(maintenance)?;
        let writers: Vec<SegmentWriter> = files.writers.into_values().collect();
        if !writers.is_empty() {
            self.archive.commit(writers)?;
        }
        for page in 0..pages {
            self.drop_written(page);
        }
        self.save_metadata(maintenance)?;
        maintenance.needed_from = maintenance.first_entry_of(kept);
        maintenance.generations.retain(|(known, _)| *known >= kept);
        self.save_state(maintenance)?;
        self.writer.retire(maintenance.needed_from)?;
        maintenance.flushed_at_ms = now.unix_ms();
        maintenance.flushed_newest_ms = newest_ms;
        self.counters
            .last_flush_us
            .store(watch.microseconds(), Ordering::Relaxed);
        Ok(())
    }

    /// Takes the packed samples of one page of series: how many chunks of which, and the chunks.
    fn collect(&self, page: usize, kept: u32, of_page: &mut Vec<(u32, usize)>, chunks: &mut Vec<HeadChunk>) {
        let first = (page * PAGE_SERIES) as u32;
        let mut part = self.head.part(part_of(first));
        for series in first..first + PAGE_SERIES as u32 {
            let Some((held, packer)) = part.existing_mut(series) else {
                return;
            };
            if held.is_empty() {
                held.free_raw();
                continue;
            }
            held.merge_late(packer);
            if held.begun < kept && !held.raw.is_empty() {
                held.pack(packer);
                held.free_raw();
            }
            let before = chunks.len();
            held.write_chunks(chunks);
            if chunks.len() > before {
                of_page.push((series, chunks.len() - before));
            }
        }
    }

    /// Forgets the packed samples of one page that are in segments now.
    fn drop_written(&self, page: usize) {
        let first = (page * PAGE_SERIES) as u32;
        let mut part = self.head.part(part_of(first));
        for series in first..first + PAGE_SERIES as u32 {
            let Some((held, _)) = part.existing_mut(series) else {
                return;
            };
            held.drop_written();
        }
    }

    /// Puts new series into the catalogue.
    fn list_series(&self, maintenance: &mut Maintenance) -> Result<(), MetricError> {
        let catalogue = &mut maintenance.catalogue;
        let known = self.index.read().len() as u64;
        let new = self.index.read().next() > catalogue.next();
        let renewed = catalogue.is_broken() || catalogue.series() > 2 * known + 10_000;
        if renewed {
            let mut renewed = catalogue.renew()?;
            self.add_pages(&mut renewed, 0)?;
            *catalogue = renewed.replace()?;
        } else if new {
            let first = catalogue.next() as usize / PAGE_SERIES;
            self.add_pages(catalogue, first)?;
            catalogue.sync()?;
        }
        Ok(())
    }

    fn add_pages(
        &self,
        catalogue: &mut crate::catalogue::Catalogue,
        first: usize,
    ) -> Result<(), MetricError> {
        let pages = self.index.read().table.pages();
        (first..pages).try_for_each(|page| catalogue.add_page(&self.index.read(), page))
    }

    fn save_metadata(&self, maintenance: &mut Maintenance) -> Result<(), MetricError> {
        let version = self.metadata.version();
        if version != maintenance.metadata_version {
            metadata::save(&self.folder, &self.metadata.get(None))?;
            maintenance.metadata_version = version;
        }
        Ok(())
    }

    pub(super) fn save_state(&self, maintenance: &Maintenance) -> Result<(), MetricError> {
        let state = StoreState {
            needed_from: maintenance.needed_from,
            next_series: self.index.read().next(),
        };
        state.save(&self.folder)
    }
}
