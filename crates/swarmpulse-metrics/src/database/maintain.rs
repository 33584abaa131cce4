//! What is due from time to time, and at the end.

use std::sync::atomic::Ordering;

use swarmpulse_model::Timestamp;
use swarmpulse_store::metrics::MetricError;

use super::EmbeddedMetrics;
use crate::head::part_of;
use crate::index::PAGE_SERIES;
use crate::maintenance::Maintenance;
use crate::wal::entry;

/// Pages of series looked at for series to forget, in one round.
const PAGES_A_ROUND: usize = 1024;
/// A flush that failed is tried again after so long.
const RETRY_AFTER_MS: i64 = 60_000;
/// So many series are forgotten at once, while batches wait.
const FORGOTTEN_AT_ONCE: usize = 128;

/// What memory holds.
#[derive(Clone, Copy, Debug, Default)]
struct HeadFigures {
    chunks: u64,
    bytes: u64,
    active: u64,
}

impl EmbeddedMetrics {
    /// Does what is due.
    pub(super) fn run_maintenance(&self, now: Timestamp) -> Result<(), MetricError> {
        let mut maintenance = self.maintenance.lock();
        if self.closed.load(Ordering::Relaxed) {
            return Ok(());
        }
        // First, because it may make room.
        let packed = self.archive.maintain(now.unix_ms(), &self.options);
        let head = self.look_at_head(now);
        let due = self.flush_due(now, head, &mut maintenance);
        let flushed = due.map_or(Ok(()), |all| self.flush(now, all, &mut maintenance));
        if due.is_some() {
            self.look_at_head(now);
        }
        if flushed.is_err() {
            maintenance.retry_at_ms = now.unix_ms().saturating_add(RETRY_AFTER_MS);
        }
        self.forget(now, &mut maintenance);
        let (oldest_ms, _) = self.options.limits.span_ms(now);
        self.oldest_ms.fetch_max(oldest_ms, Ordering::Relaxed);
        flushed.and(packed.map(|_| ()))
    }

    /// Writes everything to segments; after that nothing has to be replayed.
    pub(super) fn run_close(&self, now: Timestamp) -> Result<(), MetricError> {
        let mut maintenance = self.maintenance.lock();
        self.closed.store(true, Ordering::Relaxed);
        self.writer.refuse();
        // Batches that are on their way in have the gate.
        drop(self.gate.write());
        self.flush(now, true, &mut maintenance)?;
        // A journal keeps its newest segment, because the numbering goes on from it: let that be one with nothing in it.
        self.writer.describe(now, entry::nothing())?;
        maintenance.needed_from = self.writer.roll()?;
        self.save_state(&maintenance)?;
        self.writer.retire(maintenance.needed_from).map(drop)
    }

    /// Whether samples have to go to segments, and whether all of them.
    fn flush_due(&self, now: Timestamp, head: HeadFigures, maintenance: &mut Maintenance) -> Option<bool> {
        let options = &self.options;
        let now_ms = now.unix_ms();
        let samples = self.counters.samples.load(Ordering::Relaxed);
        if samples != maintenance.samples_seen.0 {
            maintenance.samples_seen = (samples, now_ms);
        }
        let journal = &self.writer.figures;
        if now_ms < maintenance.retry_at_ms {
            return None;
        }
        if journal.next_offset.load(Ordering::Relaxed) <= maintenance.needed_from {
            return None;
        }
        let quiet_ms = now_ms.saturating_sub(maintenance.samples_seen.1);
        if head.bytes > options.head_bytes_max
            || journal.bytes_since_roll.load(Ordering::Relaxed) > options.journal_bytes_max
            || quiet_ms >= options.quiet_ms
        {
            return Some(true);
        }
        let newest_ms = self.newest_ms.load(Ordering::Relaxed);
        let passed_ms = now_ms.saturating_sub(maintenance.flushed_at_ms);
        let grown_ms = newest_ms.saturating_sub(maintenance.flushed_newest_ms);
        (passed_ms.max(grown_ms) >= options.segment_span_ms).then_some(false)
    }

    /// Counts what memory holds, page by page, and gives back what series without samples need not have.
    fn look_at_head(&self, now: Timestamp) -> HeadFigures {
        let idle_from_ms = now.unix_ms().saturating_sub(self.options.idle_limit_ms);
        let mut figures = HeadFigures::default();
        let pages = self.index.read().table.pages();
        for page in 0..pages {
            let first = (page * PAGE_SERIES) as u32;
            let mut part = self.head.part(part_of(first));
            let mut of_use = false;
            for series in first..first + PAGE_SERIES as u32 {
                let Some((held, _)) = part.existing_mut(series) else {
                    break;
                };
                if held.is_empty() && held.newest_ms < idle_from_ms {
                    // What it was is found in the segments, should it come back.
                    held.free_raw();
                    held.known = false;
                }
                of_use |= held.known || !held.is_empty();
                figures.active += u64::from(held.known && held.newest_ms >= idle_from_ms);
                figures.chunks += held.chunks().len() as u64;
                figures.bytes += held.bytes() as u64;
            }
            if !of_use {
                part.drop_page_of(first);
            }
        }
        let counters = &self.counters;
        counters.head_chunks.store(figures.chunks, Ordering::Relaxed);
        counters.head_bytes.store(figures.bytes, Ordering::Relaxed);
        counters.series_active.store(figures.active, Ordering::Relaxed);
        figures
    }

    /// Forgets series that neither memory nor files hold. Of series that only aggregates tell of, no more are kept than
    /// half of all that may be; of those that have nothing in memory, no more than the options say, the newest.
    fn forget(&self, now: Timestamp, maintenance: &mut Maintenance) {
        let idle_from_ms = now.unix_ms().saturating_sub(self.options.idle_limit_ms);
        maintenance.held.refresh(&self.archive.shelf());
        let (known, pages) = {
            let index = self.index.read();
            (index.len() as u64, index.table.pages())
        };
        let crowded = known > self.options.limits.series_max / 2;
        let active = self.counters.series_active.load(Ordering::Relaxed);
        let mut excess = known.saturating_sub(active.saturating_add(self.options.idle_series_max));
        let mut gone = Vec::new();
        // The oldest have the lowest numbers: with too many, the search begins there.
        let first = if excess > 0 { 0 } else { maintenance.page };
        for step in 0..pages.min(PAGES_A_ROUND) {
            let index = self.index.read();
            let page = (first + step) % pages;
            let part = self.head.part(part_of((page * PAGE_SERIES) as u32));
            for (series, _) in index.table.on_page(page) {
                let held = &maintenance.held;
                let kept = held.samples.contains(series) || (!crowded && held.rollups.contains(series));
                let idle = part
                    .series(series)
                    .is_none_or(|held| held.is_empty() && (!held.known || held.newest_ms < idle_from_ms));
                if idle && (!kept || excess > 0) {
                    excess = excess.saturating_sub(1);
                    gone.push(series);
                }
            }
        }
        maintenance.page = (first + PAGES_A_ROUND) % pages.max(1);
        for some in gone.chunks(FORGOTTEN_AT_ONCE) {
            self.forget_some(some, idle_from_ms, maintenance);
        }
        if !gone.is_empty() {
            self.index.write().shrink();
        }
    }

    fn forget_some(&self, gone: &[u32], idle_from_ms: i64, maintenance: &mut Maintenance) {
        // No batch is on its way in now, so that what is seen here holds until the end.
        let _gate = self.gate.write();
        let mut index = self.index.write();
        for series in gone.iter().copied() {
            {
                let mut part = self.head.part(part_of(series));
                if let Some((held, _)) = part.existing_mut(series) {
                    if !held.is_empty() || (held.known && held.newest_ms >= idle_from_ms) {
                        continue;
                    }
                    held.known = false;
                }
            }
            let freed = index.remove(series, &self.hasher, &self.lookup);
            maintenance.catalogue.unlist(freed);
            self.counters.series_removed.fetch_add(1, Ordering::Relaxed);
        }
    }
}
