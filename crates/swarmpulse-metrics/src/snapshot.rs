//! Series as they were when they were selected.

mod merge;

use std::ops::Range;

use swarmpulse_model::{Labels, Sample};
use swarmpulse_store::metrics::{MetricError, Points, Selected};

use crate::head::{HeadChunk, HeadSeries};
use crate::index::Found;
use merge::Merger;

/// One series: what it has in memory, as places in the buffers of the snapshot.
#[derive(Debug)]
struct View {
    /// Where it is among those that were found.
    place: usize,
    chunks: Range<usize>,
    raw: Range<usize>,
    late: Range<usize>,
}

/// Series as they were when they were selected. Packed samples are shared, raw ones copied.
pub(crate) struct Snapshot {
    found: Found,
    views: Vec<View>,
    chunks: Vec<HeadChunk>,
    samples: Vec<Sample>,
    span_ms: (i64, i64),
}

impl Snapshot {
    /// Of series that match; none has samples yet.
    pub(crate) fn new(found: Found, span_ms: (i64, i64)) -> Self {
        Self {
            views: Vec::with_capacity(found.len()),
            found,
            chunks: Vec::new(),
            samples: Vec::new(),
            span_ms,
        }
    }

    /// How many series match.
    pub(crate) fn candidates(&self) -> usize {
        self.found.len()
    }

    /// The number of one that matches.
    pub(crate) fn number(&self, place: usize) -> u32 {
        self.found[place].0
    }

    /// Adds a series with what it has in memory. Leaves it out if it has nothing in the span.
    pub(crate) fn add(&mut self, place: usize, held: Option<&HeadSeries>) {
        let (chunks, samples) = (self.chunks.len(), self.samples.len());
        let mut raw = samples..samples;
        if let Some(held) = held {
            let (from, to) = self.span_ms;
            let overlapping = held
                .chunks()
                .iter()
                .filter(|chunk| chunk.first_ms <= to && chunk.last_ms >= from);
            self.chunks.extend(overlapping.cloned());
            self.samples.extend_from_slice(within(&held.raw, self.span_ms));
            raw.end = self.samples.len();
            self.samples.extend_from_slice(within(held.late(), self.span_ms));
        }
        let view = View {
            place,
            chunks: chunks..self.chunks.len(),
            late: raw.end..self.samples.len(),
            raw,
        };
        let empty = view.chunks.is_empty() && view.raw.is_empty() && view.late.is_empty();
        if !empty {
            self.views.push(view);
        }
    }
}

/// The samples in a span, of sorted ones.
fn within(samples: &[Sample], (from_ms, to_ms): (i64, i64)) -> &[Sample] {
    let start = samples.partition_point(|sample| sample.at_ms < from_ms);
    let end = samples.partition_point(|sample| sample.at_ms <= to_ms);
    &samples[start..end.max(start)]
}

/// The last of sorted samples after one time and at or before another.
fn last_within(samples: &[Sample], (after_ms, at_ms): (i64, i64)) -> Option<(i64, f64)> {
    let end = samples.partition_point(|sample| sample.at_ms <= at_ms);
    let last = samples[..end].last()?;
    (last.at_ms > after_ms).then_some((last.at_ms, last.value))
}

impl Selected for Snapshot {
    fn len(&self) -> usize {
        self.views.len()
    }

    fn labels(&self, series: usize) -> &Labels {
        &self.found[self.views[series].place].1
    }

    fn read(&self, series: usize, into: &mut Points) -> Result<(), MetricError> {
        into.clear();
        let view = &self.views[series];
        let mut merger = Merger::new(into, self.span_ms);
        for chunk in &self.chunks[view.chunks.clone()] {
            merger.chunk(chunk.first_ms, |span, times_ms, values| {
                chunk.read(span, times_ms, values)
            })?;
        }
        merger.samples(&self.samples[view.raw.clone()]);
        merger.samples(&self.samples[view.late.clone()]);
        merger.finish();
        Ok(())
    }

    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        let view = &self.views[series];
        let at_ms = at_ms.min(self.span_ms.1);
        let after_ms = after_ms.max(self.span_ms.0.saturating_sub(1));
        let mut best = last_within(&self.samples[view.raw.clone()], (after_ms, at_ms));
        let mut better = |found: Option<(i64, f64)>, best: &mut Option<(i64, f64)>| {
            if found.is_some_and(|(at, _)| best.is_none_or(|(known, _)| at > known)) {
                *best = found;
            }
        };
        let late = last_within(&self.samples[view.late.clone()], (after_ms, at_ms));
        better(late, &mut best);
        for chunk in self.chunks[view.chunks.clone()].iter().rev() {
            let after_ms = best.map_or(after_ms, |(at, _)| at);
            if chunk.last_ms > after_ms && chunk.first_ms <= at_ms {
                better(chunk.last(after_ms, at_ms)?, &mut best);
            }
        }
        Ok(best)
    }
}
