//! How a metric store is.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::RejectReason;

/// How a metric store is. Counts are since it was opened, unless they say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricStatistics {
    /// Series known now.
    pub series: u64,
    /// Of these, with samples lately.
    pub series_active: u64,
    /// Different labels of these, names and values together.
    pub label_pairs: u64,
    /// Samples taken.
    pub samples_total: u64,
    /// Samples taken that came late, out of order.
    pub samples_late_total: u64,
    /// Series created.
    pub series_created_total: u64,
    /// Series forgotten.
    pub series_removed_total: u64,
    /// Samples refused, by reason; every reason is there.
    pub rejected_total: Vec<(RejectReason, u64)>,
    /// Chunks in memory.
    pub head_chunks: u64,
    /// Bytes of samples and chunks in memory.
    pub head_bytes: u64,
    /// Segment files.
    pub segments: u64,
    /// Bytes of segments.
    pub segment_bytes: u64,
    /// Samples in segments.
    pub segment_samples: u64,
    /// Bytes of the journal.
    pub journal_bytes: u64,
    /// Bytes of hourly and daily aggregates.
    pub rollup_bytes: u64,
    /// Files set aside as damaged.
    pub damaged_files: u64,
    /// Time spent in the last write of a segment, in microseconds.
    pub last_flush_us: u64,
    /// Groups made durable.
    pub fsyncs_total: u64,
    /// Time spent making groups durable, in microseconds.
    pub fsync_us_total: u64,
}

/// How many series something has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesCount {
    /// What is counted.
    pub of: Counted,
    /// The metric's or label's name; `name=value` of a pair.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// What the largest of are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Series of a metric.
    SeriesOfMetric,
    /// Values of a label.
    ValuesOfLabel,
    /// Bytes of a label's values, each as often as there are series with it.
    BytesOfLabel,
    /// Series with a label of that value.
    SeriesOfPair,
}

/// The largest of some counts, the largest first, of equal ones the first by name.
#[derive(Debug)]
pub struct Largest<N> {
    limit: usize,
    held: BinaryHeap<Reverse<(u64, Reverse<N>)>>,
}

impl<N: Ord> Largest<N> {
    /// So many of them.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            held: BinaryHeap::new(),
        }
    }

    /// One of the counts.
    pub fn add(&mut self, name: N, count: u64) {
        self.held.push(Reverse((count, Reverse(name))));
        if self.held.len() > self.limit {
            self.held.pop();
        }
    }

    /// The largest ones as entries of a list.
    pub fn into_counts(self, of: Counted, named: impl Fn(N) -> String) -> impl Iterator<Item = SeriesCount> {
        let ordered = self.held.into_sorted_vec().into_iter();
        ordered.map(move |Reverse((count, Reverse(name)))| SeriesCount {
            of,
            name: named(name),
            count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_kept_in_order() {
        let mut largest = Largest::new(3);
        for (name, count) in [("e", 2), ("a", 1), ("d", 9), ("b", 2), ("c", 2)] {
            largest.add(name, count);
        }
        let found: Vec<_> = largest
            .into_counts(Counted::SeriesOfMetric, str::to_owned)
            .map(|entry| (entry.name, entry.count))
            .collect();
        assert_eq!(
            found,
            [("d".to_owned(), 9), ("b".to_owned(), 2), ("c".to_owned(), 2)]
        );
        let mut none = Largest::new(0);
        none.add("a", 1);
        assert_eq!(none.into_counts(Counted::SeriesOfPair, str::to_owned).count(), 0);
    }
}
