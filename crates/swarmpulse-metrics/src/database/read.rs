//! Finding samples again.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use swarmpulse_model::Labels;
use swarmpulse_model::series::METRIC_NAME;
use swarmpulse_store::metrics::{
    Counted, Largest, MetricError, MetricStatistics, Selected, Selection, SeriesCount,
};

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
        let (series, label_pairs) = {
            let index = self.index.read();
            (index.len() as u64, index.pairs.len() as u64)
        };
        MetricStatistics {
            series,
            label_pairs,
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

    /// The first so many of each that is counted.
    pub(super) fn largest_counts(&self, limit: usize) -> Vec<SeriesCount> {
        let index = self.index.read();
        let mut of_metric = Largest::new(limit);
        let mut values = Largest::new(limit);
        let mut bytes = Largest::new(limit);
        let mut of_pair = Largest::new(limit);
        for name in index.pairs.names() {
            let text = name.text.as_str();
            values.add(text, name.pairs.len() as u64);
            let mut size = 0;
            for pair in &name.pairs {
                let pair = index.pairs.at(*pair);
                let series = pair.series.len();
                size += pair.value.len() as u64 * series;
                of_pair.add((text, pair.value.as_str()), series);
                if text == METRIC_NAME {
                    of_metric.add(pair.value.as_str(), series);
                }
            }
            bytes.add(text, size);
        }
        let pair = |(name, value): (&str, &str)| format!("{name}={value}");
        let all = of_metric.into_counts(Counted::SeriesOfMetric, str::to_owned);
        all.chain(values.into_counts(Counted::ValuesOfLabel, str::to_owned))
            .chain(bytes.into_counts(Counted::BytesOfLabel, str::to_owned))
            .chain(of_pair.into_counts(Counted::SeriesOfPair, pair))
            .collect()
    }
}
