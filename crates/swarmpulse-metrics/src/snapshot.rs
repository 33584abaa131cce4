//! Series as they were when they were selected.

mod merge;

use std::ops::Range;
use std::sync::Arc;

use swarmpulse_model::{Labels, Sample};
use swarmpulse_store::metrics::{Bucket, MetricError, Points, RollupRow, Selected};

use crate::head::{HeadChunk, HeadSeries};
use crate::index::Found;
use crate::segment::Shelf;
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
    /// What is taken from memory: more than the span where aggregates may be asked for.
    head_span_ms: (i64, i64),
    shelf: Arc<Shelf>,
}

impl Snapshot {
    /// Of series that match; none has samples yet.
    pub(crate) fn new(found: Found, span_ms: (i64, i64)) -> Self {
        let long = span_ms.1.saturating_sub(span_ms.0) >= Bucket::Hour.length_ms();
        let before = if long { Bucket::Day.length_ms() } else { 0 };
        Self {
            head_span_ms: (span_ms.0.saturating_sub(before), span_ms.1),
            shelf: Arc::default(),
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

    /// Adds a series with what it has in memory.
    pub(crate) fn add(&mut self, place: usize, held: Option<&HeadSeries>) {
        let (chunks, samples) = (self.chunks.len(), self.samples.len());
        let mut raw = samples..samples;
        if let Some(held) = held {
            let (from, to) = self.head_span_ms;
            let overlapping = held
                .chunks()
                .iter()
                .filter(|chunk| chunk.first_ms <= to && chunk.last_ms >= from);
            // The counts of those who hold them are beside their first bytes.
            warm(overlapping.clone().filter_map(|chunk| chunk.bytes.first()));
            self.chunks.extend(overlapping.cloned());
            self.samples
                .extend_from_slice(within(&held.raw, self.head_span_ms));
            raw.end = self.samples.len();
            self.samples
                .extend_from_slice(within(held.late(), self.head_span_ms));
        }
        self.views.push(View {
            place,
            chunks: chunks..self.chunks.len(),
            late: raw.end..self.samples.len(),
            raw,
        });
    }

    /// Adds the segments, which must be looked at after memory: what goes from memory is in them by then. Leaves out
    /// series that have nothing in the span.
    pub(crate) fn finish(&mut self, shelf: Arc<Shelf>) {
        self.shelf = shelf;
        let Self {
            views,
            found,
            shelf,
            span_ms,
            ..
        } = self;
        let in_memory =
            |view: &View| !view.chunks.is_empty() || !view.raw.is_empty() || !view.late.is_empty();
        views.retain(|view| in_memory(view) || has_records(shelf, found[view.place].0, *span_ms));
    }

    /// Appends what a series has in memory, of a span.
    fn read_head(&self, view: &View, span_ms: (i64, i64), into: &mut Merger<'_>) -> Result<(), MetricError> {
        let chunks = &self.chunks[view.chunks.clone()];
        warm(
            chunks
                .iter()
                .flat_map(|chunk| chunk.bytes.iter().step_by(CACHE_LINE)),
        );
        for chunk in chunks {
            into.chunk(chunk.first_ms, |span, times_ms, values| {
                chunk.read(span, times_ms, values)
            })?;
        }
        into.samples(within(&self.samples[view.raw.clone()], span_ms));
        into.samples(within(&self.samples[view.late.clone()], span_ms));
        Ok(())
    }
}

/// What the processor fetches at once, in bytes.
const CACHE_LINE: usize = 64;

/// Whether segments may hold samples of a series in a span.
pub(crate) fn has_records(shelf: &Shelf, series: u32, (from_ms, to_ms): (i64, i64)) -> bool {
    let mut overlapping = shelf.samples.iter().filter(|shelved| {
        shelved.live_from_ms <= to_ms && shelved.segment.overlaps(from_ms.max(shelved.live_from_ms), to_ms)
    });
    overlapping.any(|shelved| shelved.segment.records(series).next().is_some())
        || shelf
            .rollups
            .iter()
            .any(|segment| segment.overlaps(from_ms, to_ms) && segment.records(series).next().is_some())
}

/// Touches bytes, so that the processor fetches them all at once rather than one after the other.
#[inline]
fn warm<'a>(bytes: impl Iterator<Item = &'a u8>) {
    std::hint::black_box(bytes.fold(0, |all, byte| all ^ byte));
}

/// The samples in a span, of sorted ones.
fn within(samples: &[Sample], (from_ms, to_ms): (i64, i64)) -> &[Sample] {
    // Most are inside as a whole; searching would touch much of what is not at hand.
    if let [first, .., last] = samples
        && first.at_ms >= from_ms
        && last.at_ms <= to_ms
    {
        return samples;
    }
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
        let number = self.number(view.place);
        self.shelf
            .read(number, self.span_ms, &mut into.times_ms, &mut into.values);
        let mut merger = Merger::new(into, self.span_ms);
        self.read_head(view, self.span_ms, &mut merger)?;
        merger.finish();
        Ok(())
    }

    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        let view = &self.views[series];
        let at_ms = at_ms.min(self.span_ms.1);
        let after_ms = after_ms.max(self.span_ms.0.saturating_sub(1));
        let mut best = last_within(&self.samples[view.raw.clone()], (after_ms, at_ms));
        let better = |found: Option<(i64, f64)>, best: &mut Option<(i64, f64)>| {
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
        let floor = best.map_or(after_ms, |(at, _)| at);
        if floor < at_ms {
            better(self.shelf.last(self.number(view.place), floor, at_ms), &mut best);
        }
        Ok(best)
    }

    fn raw_from_ms(&self) -> i64 {
        self.shelf.raw_from_ms()
    }

    fn rollups(&self, series: usize, bucket: Bucket, into: &mut Vec<RollupRow>) -> Result<bool, MetricError> {
        into.clear();
        if self.head_span_ms.0 == self.span_ms.0 {
            // Too short a span for aggregates, and memory was looked at for no more.
            return Ok(false);
        }
        let view = &self.views[series];
        let mut head = Points::default();
        let mut merger = Merger::new(&mut head, self.head_span_ms);
        self.read_head(view, self.head_span_ms, &mut merger)?;
        merger.finish();
        let head = (head.times_ms.as_slice(), head.values.as_slice());
        let number = self.number(view.place);
        Ok(self.shelf.rollups(number, bucket, self.span_ms, head, into))
    }
}
