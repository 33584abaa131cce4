//! Finding samples again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use swarmpulse_model::Labels;
use swarmpulse_store::metrics::{MetricError, MetricStatistics, Selected, Selection, SeriesCount};

use super::EmbeddedMetrics;
use crate::head::part_of;
use crate::index::{Found, Index};
use crate::snapshot::{Snapshot, has_records};

impl EmbeddedMetrics {
    /// The series that match, as they are now.
    pub(super) fn snapshot(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        let found = self.find_series(selection)?;
        let mut snapshot = Snapshot::new(found, (selection.from_ms, selection.to_ms));
        for place in 0..snapshot.candidates() {
            let series = snapshot.number(place);
            let part = self.head.part(part_of(series));
            snapshot.add(place, part.series(series));
        }
        snapshot.finish(self.archive.shelf());
        Ok(Box::new(snapshot))
    }

    fn find_series(&self, selection: &Selection) -> Result<Found, MetricError> {
        let index = self.index.read();
        let found = self.cache.find(&index, &selection.matchers, selection.series_max);
        found.map_err(|_| MetricError::TooManySeries {
            limit: selection.series_max,
        })
    }

    /// The numbers of series that match any of the selections and may have samples in its span, ascending.
    fn numbers(&self, index: &Index, selections: &[Selection]) -> BTreeSet<u32> {
        let mut numbers = BTreeSet::new();
        for selection in selections {
            let matching = self.cache.matching(index, &selection.matchers);
            let span = (selection.from_ms, selection.to_ms);
            numbers.extend(matching.into_iter().filter(|series| self.may_have(*series, span)));
        }
        numbers
    }

    /// The oldest and the newest sample.
    pub(super) fn all_ms(&self) -> Option<(i64, i64)> {
        let taken = (
            self.oldest_ms.load(Ordering::Relaxed),
            self.newest_ms.load(Ordering::Relaxed),
        );
        let taken = Some(taken).filter(|(oldest, newest)| oldest <= newest);
        match (taken, self.archive.shelf().span_ms()) {
            (Some(taken), Some(stored)) => Some((taken.0.min(stored.0), taken.1.max(stored.1))),
            (taken, stored) => taken.or(stored),
        }
    }

    fn may_have(&self, series: u32, span_ms: (i64, i64)) -> bool {
        let in_memory = {
            let part = self.head.part(part_of(series));
            part.series(series).is_some_and(|series| series.overlaps(span_ms))
        };
        in_memory || has_records(&self.archive.shelf(), series, span_ms)
    }

    /// Labels of series that match any of the selections, sorted.
    pub(super) fn labels_of(&self, selections: &[Selection], limit: usize) -> Vec<Labels> {
        let index = self.index.read();
        let numbers = self.numbers(&index, selections);
        let mut labels: Vec<Labels> = numbers
            .into_iter()
            .filter_map(|series| index.labels(series))
            .collect();
        labels.sort_unstable();
        labels.truncate(limit);
        labels
    }

    /// Names of labels of series that match any of the selections, sorted.
    pub(super) fn names_of(&self, selections: &[Selection], limit: usize) -> Vec<String> {
        let index = self.index.read();
        let mut names = BTreeSet::new();
        for series in self.numbers(&index, selections) {
            let pairs = index.table.pairs(series).unwrap_or_default();
            names.extend(pairs.iter().map(|pair| index.pairs.at(*pair).name));
        }
        let mut names: Vec<String> = names
            .into_iter()
            .map(|name| index.pairs.name_at(name).text.to_string())
            .collect();
        names.sort_unstable();
        names.truncate(limit);
        names
    }

    /// Values of one label of series that match any of the selections, sorted.
    pub(super) fn values_of(&self, name: &str, selections: &[Selection], limit: usize) -> Vec<String> {
        let index = self.index.read();
        let Some(name) = index.pairs.name(name) else {
            return Vec::new();
        };
        let mut values = BTreeSet::new();
        for series in self.numbers(&index, selections) {
            let pairs = index.table.pairs(series).unwrap_or_default();
            values.extend(index.pairs.of_name(pairs, name));
        }
        let value = |pair| index.pairs.at(pair).value.to_string();
        let mut values: Vec<String> = values.into_iter().map(value).collect();
        values.sort_unstable();
        values.truncate(limit);
        values
    }

    /// How the store is.
    pub(super) fn figures(&self) -> MetricStatistics {
        let counters = &self.counters;
        let read = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
        let journal = &self.writer.figures;
        let archive = self.archive.figures();
        MetricStatistics {
            series: self.index.read().len() as u64,
            series_active: read(&counters.series_active),
            samples_total: read(&counters.samples),
            samples_late_total: read(&counters.late),
            series_created_total: read(&counters.series_created),
            series_removed_total: read(&counters.series_removed),
            rejected_total: counters.rejected(),
            head_chunks: read(&counters.head_chunks),
            head_bytes: read(&counters.head_bytes),
            segments: archive.segments,
            segment_bytes: archive.bytes,
            segment_samples: archive.samples,
            rollup_bytes: archive.rollup_bytes,
            damaged_files: archive.damaged_files,
            last_flush_us: read(&counters.last_flush_us),
            journal_bytes: read(&journal.bytes),
            fsyncs_total: read(&journal.syncs),
            fsync_us_total: read(&journal.sync_us),
        }
    }

    /// The metrics with the most series and the labels with the most values.
    pub(super) fn largest_counts(&self, limit: usize) -> Vec<SeriesCount> {
        let index = self.index.read();
        let mut metrics = BTreeMap::new();
        let mut labels = Vec::new();
        for name in index.pairs.names() {
            labels.push((name.text.to_string(), name.pairs.len() as u64));
            if name.text == "__name__" {
                for pair in &name.pairs {
                    let pair = index.pairs.at(*pair);
                    metrics.insert(pair.value.to_string(), pair.series.len());
                }
            }
        }
        let mut largest = first_of("metric", metrics.into_iter().collect(), limit);
        largest.extend(first_of("label", labels, limit));
        largest
    }
}

fn first_of(of: &'static str, mut counts: Vec<(String, u64)>, limit: usize) -> Vec<SeriesCount> {
    counts.sort_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
    counts.truncate(limit);
    let named = |(name, count)| SeriesCount { of, name, count };
    counts.into_iter().map(named).collect()
}
