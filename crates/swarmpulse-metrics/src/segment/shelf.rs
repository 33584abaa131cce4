//! The segments that there are, as of one moment: a snapshot that stays as it is, whatever is written or removed later.

use std::sync::Arc;

use swarmpulse_chunk::Chunk;

use super::overlap::sort_unique;
use super::{Segment, SegmentKind};

/// A segment of samples, and from when on it still tells something that no other holds.
#[derive(Clone)]
pub(crate) struct Shelved {
    pub(crate) segment: Arc<Segment>,
    pub(crate) live_from_ms: i64,
}

/// The segments that there are, as of one moment.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    /// Of samples, by the oldest sample.
    pub(crate) samples: Vec<Shelved>,
    /// Of samples that are older than samples are kept, and only wait for their day to be packed, which makes aggregates.
    pub(crate) waiting: Vec<Shelved>,
    /// Of aggregates, by their number.
    pub(crate) rollups: Vec<Arc<Segment>>,
}

impl Shelf {
    /// Puts segments in order; also gives those of which others hold everything. Samples are kept from `kept_from_ms` on.
    pub(super) fn of(segments: &[Arc<Segment>], kept_from_ms: i64) -> (Self, Vec<Arc<Segment>>) {
        let (mut shelf, mut obsolete) = (Self::default(), Vec::new());
        for segment in segments {
            let live_from_ms = live_from(segment, segments);
            if live_from_ms.is_none() {
                obsolete.push(Arc::clone(segment));
            } else if !segment.footer().kind.is_samples() {
                shelf.rollups.push(Arc::clone(segment));
            }
            if let Some(live_from_ms) = live_from_ms.filter(|_| segment.footer().kind.is_samples()) {
                let kept = segment.footer().max_ms >= kept_from_ms || segment.footer().samples == 0;
                let list = if kept {
                    &mut shelf.samples
                } else {
                    &mut shelf.waiting
                };
                list.push(Shelved {
                    segment: Arc::clone(segment),
                    live_from_ms,
                });
            }
        }
        shelf
            .samples
            .sort_by_key(|shelved| (shelved.live_from_ms, shelved.segment.footer().sequence));
        shelf.rollups.sort_by_key(|segment| segment.footer().sequence);
        (shelf, obsolete)
    }

    /// All segments.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Segment>> {
        self.all_samples()
            .map(|shelved| &shelved.segment)
            .chain(&self.rollups)
    }

    /// All segments of samples, also those that only wait.
    pub(crate) fn all_samples(&self) -> impl Iterator<Item = &Shelved> {
        self.waiting.iter().chain(&self.samples)
    }

    /// Segments of one kind.
    pub(crate) fn of_kind(&self, kind: SegmentKind) -> impl Iterator<Item = &Arc<Segment>> {
        self.all().filter(move |segment| segment.footer().kind == kind)
    }

    /// Whether another file holds everything that a file has of a span.
    pub(crate) fn is_absorbed(&self, sequence: u64, (from_ms, to_ms): (i64, i64)) -> bool {
        self.all().any(|other| {
            let footer = other.footer();
            footer.covers_from_ms <= from_ms
                && to_ms <= footer.covers_to_ms
                && other.absorbed().contains(&sequence)
        })
    }

    /// Whether there are daily aggregates of all of a span.
    pub(crate) fn has_rollups(&self, (from_ms, to_ms): (i64, i64)) -> bool {
        self.of_kind(SegmentKind::Day).any(|segment| {
            let footer = segment.footer();
            footer.covers_from_ms <= from_ms && to_ms <= footer.covers_to_ms
        })
    }

    /// Whether a day has aggregates but its samples are gone, so that what is left of it tells less than they do.
    pub(crate) fn has_rollups_alone(&self, (from_ms, to_ms): (i64, i64)) -> bool {
        let mut cold = self.of_kind(SegmentKind::Cold).map(|segment| segment.footer());
        self.has_rollups((from_ms, to_ms))
            && !cold.any(|footer| footer.covers_from_ms <= from_ms && to_ms <= footer.covers_to_ms)
    }

    /// The oldest and the newest sample.
    pub(crate) fn span_ms(&self) -> Option<(i64, i64)> {
        let with_samples = self
            .samples
            .iter()
            .filter(|shelved| shelved.segment.footer().samples > 0);
        with_samples.fold(None, |span: Option<(i64, i64)>, shelved| {
            let (from, to) = (shelved.live_from_ms, shelved.segment.footer().max_ms);
            Some(span.map_or((from, to), |(low, high)| (low.min(from), high.max(to))))
        })
    }

    /// Appends the samples of a series in a span, both ends inclusive, in order, each time once. What is damaged is left
    /// out, and its segment marked.
    pub(crate) fn read(
        &self,
        series: u32,
        (from_ms, to_ms): (i64, i64),
        times_ms: &mut Vec<i64>,
        values: &mut Vec<f64>,
    ) {
        read_segments(self.samples.iter(), series, (from_ms, to_ms), times_ms, values);
    }

    /// The same, also of segments that only wait.
    pub(crate) fn read_all(
        &self,
        series: u32,
        span_ms: (i64, i64),
        times_ms: &mut Vec<i64>,
        values: &mut Vec<f64>,
    ) {
        read_segments(self.all_samples(), series, span_ms, times_ms, values);
    }

    /// The last sample of a series after `after_ms` and at or before `at_ms`.
    pub(crate) fn last(&self, series: u32, after_ms: i64, at_ms: i64) -> Option<(i64, f64)> {
        let mut best: Option<(i64, f64)> = None;
        // The newest are last, though not strictly: they are in order of their oldest sample.
        for shelved in self.samples.iter().rev() {
            let footer = shelved.segment.footer();
            let floor = best
                .map_or(after_ms, |(time, _)| time)
                .max(shelved.live_from_ms.saturating_sub(1));
            if footer.max_ms <= floor || shelved.live_from_ms > at_ms {
                continue;
            }
            if let Some(found) = last_of_segment(&shelved.segment, series, floor, at_ms) {
                best = Some(found);
            }
        }
        best
    }

    /// The time of the newest sample of a series.
    pub(crate) fn newest_ms(&self, series: u32) -> Option<i64> {
        self.last(series, i64::MIN, i64::MAX).map(|(time, _)| time)
    }

    /// Before this, samples are gone and only aggregates are left; `i64::MIN` if that never happened.
    pub(crate) fn raw_from_ms(&self) -> i64 {
        let oldest_raw = self
            .samples
            .iter()
            .map(|shelved| shelved.segment.footer().covers_from_ms)
            .min();
        let rollups = self.rollups.iter().map(|segment| segment.footer());
        let without_raw = rollups
            .filter(|footer| oldest_raw.is_none_or(|oldest| footer.covers_from_ms < oldest))
            .map(|footer| footer.covers_to_ms.saturating_add(1))
            .max();
        // A file of aggregates may reach into the time of which there are samples.
        without_raw.map_or(i64::MIN, |end| end.min(oldest_raw.unwrap_or(i64::MAX)))
    }
}

/// From when on a segment tells something that none of those that absorbed it holds; `None` if they hold all.
fn live_from(segment: &Segment, all: &[Arc<Segment>]) -> Option<i64> {
    let footer = segment.footer();
    let mut covered: Vec<(i64, i64)> = all
        .iter()
        .filter(|other| other.absorbed().contains(&footer.sequence))
        .map(|other| (other.footer().covers_from_ms, other.footer().covers_to_ms))
        .collect();
    if footer.samples == 0 {
        return covered.is_empty().then_some(footer.covers_from_ms);
    }
    covered.sort_unstable();
    let mut live_from_ms = footer.min_ms;
    for (from_ms, to_ms) in covered {
        if from_ms <= live_from_ms && live_from_ms <= to_ms {
            if to_ms >= footer.max_ms {
                return None;
            }
            live_from_ms = to_ms + 1;
        }
    }
    Some(live_from_ms)
}

fn read_segments<'a>(
    segments: impl Iterator<Item = &'a Shelved>,
    series: u32,
    (from_ms, to_ms): (i64, i64),
    times_ms: &mut Vec<i64>,
    values: &mut Vec<f64>,
) {
    let start = times_ms.len();
    let mut in_order = true;
    for shelved in segments {
        let from_ms = from_ms.max(shelved.live_from_ms);
        if from_ms > to_ms || !shelved.segment.overlaps(from_ms, to_ms) {
            continue;
        }
        let before = times_ms.len();
        read_segment(
            &shelved.segment,
            series,
            (from_ms, to_ms),
            times_ms,
            values,
            &mut in_order,
        );
        in_order &= before == start || before == times_ms.len() || times_ms[before - 1] < times_ms[before];
    }
    if !in_order {
        sort_unique(times_ms, values, start);
    }
}

fn read_segment(
    segment: &Segment,
    series: u32,
    (from_ms, to_ms): (i64, i64),
    times_ms: &mut Vec<i64>,
    values: &mut Vec<f64>,
    in_order: &mut bool,
) {
    let start = times_ms.len();
    for record in segment.records(series) {
        let Ok(head) = Chunk::open(record.unchecked()) else {
            segment.mark_damaged();
            continue;
        };
        if head.last_ms() < from_ms || to_ms < head.first_ms() {
            continue;
        }
        let before = times_ms.len();
        let read = record
            .checked()
            .and_then(|bytes| Chunk::open(bytes).ok())
            .is_some_and(|chunk| chunk.decode_span(from_ms, to_ms, times_ms, values).is_ok());
        if !read || times_ms.len() != values.len() {
            segment.mark_damaged();
            times_ms.truncate(before);
            values.truncate(before);
        }
        *in_order &= before == start || before == times_ms.len() || times_ms[before - 1] < times_ms[before];
    }
}

fn last_of_segment(segment: &Segment, series: u32, after_ms: i64, at_ms: i64) -> Option<(i64, f64)> {
    let mut best: Option<(i64, f64)> = None;
    // Chunks are in order of time, so the last that begins in time is most often the one; it is looked at first.
    let mut candidates: smallvec::SmallVec<[_; 8]> = segment
        .records(series)
        .filter(|record| {
            let head = Chunk::open(record.unchecked());
            head.is_ok_and(|chunk| chunk.first_ms() <= at_ms && chunk.last_ms() > after_ms)
        })
        .collect();
    while let Some(record) = candidates.pop() {
        let floor = best.map_or(after_ms, |(time, _)| time);
        let Some(chunk) = record.checked().and_then(|bytes| Chunk::open(bytes).ok()) else {
            continue;
        };
        if chunk.last_ms() <= floor {
            continue;
        }
        match chunk.last_in(floor, at_ms) {
            Ok(Some(found)) => best = Some(found),
            Ok(None) => {}
            Err(_) => segment.mark_damaged(),
        }
    }
    best
}
