//! The samples of one series that no segment has yet.

use swarmpulse_model::Sample;
use swarmpulse_store::metrics::RejectReason;

use super::chunk::{HeadChunk, Packer};

/// Samples of a chunk.
pub(crate) const CHUNK_SAMPLES: usize = 240;
/// So many late samples are merged at once.
const LATE_MAX: usize = 240;

/// The samples of one series: packed, then raw, in order of time; late ones, older than the first raw one, apart.
#[derive(Debug, Default)]
pub(crate) struct HeadSeries {
    /// The time of the newest sample, wherever it is; meaningless unless `known`.
    pub(crate) newest_ms: i64,
    /// In order, each time once.
    pub(crate) raw: Vec<Sample>,
    packed: Option<Box<Packed>>,
    /// The flush before which the first raw sample came.
    pub(crate) begun: u32,
    /// Whether `newest_ms` was found out.
    pub(crate) known: bool,
    /// Whether it had a chunk before.
    cut_before: bool,
}

/// The part that only series with enough samples have.
#[derive(Debug, Default)]
struct Packed {
    /// In order, each after the one before.
    chunks: Vec<HeadChunk>,
    /// In order, each time once; all before the first raw sample.
    late: Vec<Sample>,
}

/// What became of a sample that is not newer than all others of its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// Taken.
    Taken,
    /// It was there already.
    Repeat,
    /// Refused.
    Refused(RejectReason),
}

impl HeadSeries {
    /// A series that no segment has.
    pub(crate) fn new() -> Self {
        Self {
            newest_ms: i64::MIN,
            known: true,
            ..Self::default()
        }
    }

    /// Takes a sample that is newer than all others. `generation` counts flushes.
    #[inline]
    pub(crate) fn push(&mut self, series: u32, sample: Sample, generation: u32, packer: &mut Packer) -> bool {
        if self.raw.is_empty() {
            self.begun = generation;
            // Of a flood of series most have few samples; left to itself the first room is for four.
            if self.raw.capacity() == 0 {
                self.raw.reserve_exact(2);
            }
        }
        self.raw.push(sample);
        self.newest_ms = sample.at_ms;
        // The first cut of each series comes at another time, so that no request has to pack all at once.
        let cut = if self.cut_before {
            CHUNK_SAMPLES
        } else {
            CHUNK_SAMPLES / 2 + series.wrapping_mul(97) as usize % (CHUNK_SAMPLES / 2 + 1)
        };
        let full = self.raw.len() >= cut;
        if full {
            self.pack(packer);
        }
        full
    }

    /// Packs what is raw.
    pub(crate) fn pack(&mut self, packer: &mut Packer) {
        if let Some(chunk) = packer.pack(&self.raw) {
            self.packed.get_or_insert_default().chunks.push(chunk);
            self.cut_before = true;
            self.raw.clear();
        }
    }

    /// Gives back the room for raw samples.
    pub(crate) fn free_raw(&mut self) {
        if self.raw.is_empty() {
            self.raw = Vec::new();
        }
    }

    /// Takes a sample that is not newer than all others.
    pub(crate) fn push_late(&mut self, sample: Sample, packer: &mut Packer) -> Late {
        let compare = |stored: f64| {
            if stored.to_bits() == sample.value.to_bits() {
                Late::Repeat
            } else {
                Late::Refused(RejectReason::DuplicateTimestamp)
            }
        };
        if self.raw.first().is_some_and(|first| first.at_ms <= sample.at_ms) {
            return match self.raw.binary_search_by_key(&sample.at_ms, |held| held.at_ms) {
                Ok(place) => compare(self.raw[place].value),
                Err(place) => {
                    self.raw.insert(place, sample);
                    // Should nothing newer come that would cut it.
                    if self.raw.len() >= 2 * CHUNK_SAMPLES {
                        self.pack(packer);
                    }
                    Late::Taken
                }
            };
        }
        let packed = self.packed.get_or_insert_default();
        let place = match packed.late.binary_search_by_key(&sample.at_ms, |held| held.at_ms) {
            Ok(place) => return compare(packed.late[place].value),
            Err(place) => place,
        };
        let span = |chunk: &&HeadChunk| (chunk.first_ms..=chunk.last_ms).contains(&sample.at_ms);
        if let Some(chunk) = packed.chunks.iter().find(span) {
            let stored = chunk.last(sample.at_ms.saturating_sub(1), sample.at_ms);
            if let Ok(Some((_, stored))) = stored {
                return compare(stored);
            }
        }
        packed.late.insert(place, sample);
        if packed.late.len() >= LATE_MAX {
            self.merge_late(packer);
        }
        Late::Taken
    }

    /// Merges late samples into the chunks whose time they share; those older than all become chunks of their own.
    pub(crate) fn merge_late(&mut self, packer: &mut Packer) {
        let Some(packed) = self.packed.as_mut().filter(|packed| !packed.late.is_empty()) else {
            return;
        };
        let late = std::mem::take(&mut packed.late);
        let mut rest = late.as_slice();
        let mut merged = Vec::with_capacity(packed.chunks.len() + 1);
        let mut chunks = std::mem::take(&mut packed.chunks).into_iter().peekable();
        while let Some(chunk) = chunks.next() {
            let before = rest.partition_point(|sample| sample.at_ms < chunk.first_ms);
            push_chunks(&rest[..before], packer, &mut merged);
            rest = &rest[before..];
            let end = chunks.peek().map_or(i64::MAX, |next| next.first_ms);
            let within = rest.partition_point(|sample| sample.at_ms < end && sample.at_ms <= chunk.last_ms);
            match (within, chunk.samples()) {
                (1.., Ok(samples)) => {
                    push_chunks(&merge(&samples, &rest[..within]), packer, &mut merged);
                }
                // Without late samples, or not readable: as it is.
                _ => merged.push(chunk),
            }
            rest = &rest[within..];
        }
        push_chunks(rest, packer, &mut merged);
        packed.chunks = merged;
    }

    /// Packed samples, in order.
    pub(crate) fn chunks(&self) -> &[HeadChunk] {
        self.packed.as_ref().map_or(&[], |packed| &packed.chunks)
    }

    /// Late samples, in order.
    pub(crate) fn late(&self) -> &[Sample] {
        self.packed.as_ref().map_or(&[], |packed| &packed.late)
    }

    /// Gives its chunks to a segment; they stay until that is in its place.
    pub(crate) fn write_chunks(&mut self, into: &mut Vec<HeadChunk>) {
        if let Some(packed) = &mut self.packed {
            for chunk in &mut packed.chunks {
                chunk.written = true;
            }
            into.extend_from_slice(&packed.chunks);
        }
    }

    /// Forgets chunks that are in a segment now.
    pub(crate) fn drop_written(&mut self) {
        let Some(packed) = &mut self.packed else {
            return;
        };
        packed.chunks.retain(|chunk| !chunk.written);
        if packed.chunks.is_empty() {
            packed.chunks = Vec::new();
            if packed.late.is_empty() {
                self.packed = None;
            }
        }
    }

    /// Memory for its samples.
    pub(crate) fn bytes(&self) -> usize {
        let chunks: usize = self.chunks().iter().map(|chunk| chunk.bytes.len() + 56).sum();
        chunks + size_of::<Sample>() * (self.raw.capacity() + self.late().len())
    }

    /// Whether some of its samples may lie in a span.
    pub(crate) fn overlaps(&self, (from_ms, to_ms): (i64, i64)) -> bool {
        let touches = |first: i64, last: i64| first <= to_ms && last >= from_ms;
        let run = |samples: &[Sample]| match samples {
            [] => false,
            [first, .., last] => touches(first.at_ms, last.at_ms),
            [only] => touches(only.at_ms, only.at_ms),
        };
        let packed = |chunk: &HeadChunk| touches(chunk.first_ms, chunk.last_ms);
        run(&self.raw) || run(self.late()) || self.chunks().iter().any(packed)
    }

    /// Whether a segment, or nothing, has all of its samples.
    pub(crate) fn is_empty(&self) -> bool {
        self.raw.is_empty() && self.packed.is_none()
    }
}

/// Packs samples as chunks of usual length.
fn push_chunks(samples: &[Sample], packer: &mut Packer, into: &mut Vec<HeadChunk>) {
    let pieces = samples.len().div_ceil(2 * CHUNK_SAMPLES).max(1);
    let length = samples.len().div_ceil(pieces).max(1);
    for part in samples.chunks(length) {
        into.extend(packer.pack(part));
    }
}

/// Merges two runs; no time is in both.
fn merge(one: &[Sample], other: &[Sample]) -> Vec<Sample> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    all.extend_from_slice(one);
    all.extend_from_slice(other);
    all.sort_by_key(|sample| sample.at_ms);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at_ms: i64) -> Sample {
        Sample {
            at_ms,
            value: at_ms as f64,
        }
    }

    #[test]
    fn late_samples_find_their_place() {
        let mut packer = Packer::default();
        let mut series = HeadSeries::new();
        for at in (0..1000).map(|step| step * 10) {
            series.push(7, sample(at), 0, &mut packer);
        }
        let first_raw = series.raw[0].at_ms;
        assert_eq!(series.push_late(sample(first_raw + 5), &mut packer), Late::Taken);
        for at in [15, 25, -5, 2505] {
            assert_eq!(series.push_late(sample(at), &mut packer), Late::Taken);
            assert_eq!(series.push_late(sample(at), &mut packer), Late::Repeat);
        }
        assert_eq!(series.push_late(sample(20), &mut packer), Late::Repeat);
        let other = Sample {
            at_ms: 20,
            value: 0.0,
        };
        assert_eq!(
            series.push_late(other, &mut packer),
            Late::Refused(RejectReason::DuplicateTimestamp)
        );
        series.merge_late(&mut packer);
        assert!(series.late().is_empty());
        let mut all: Vec<Sample> = series
            .chunks()
            .iter()
            .flat_map(|chunk| chunk.samples().unwrap())
            .collect();
        all.extend_from_slice(&series.raw);
        assert!(all.windows(2).all(|pair| pair[0].at_ms < pair[1].at_ms));
        assert_eq!(all.len(), 1000 + 5);
    }

    #[test]
    fn late_samples_alone_are_packed_as_well() {
        let mut packer = Packer::default();
        let mut series = HeadSeries::new();
        series.push(0, sample(0), 0, &mut packer);
        series.push(0, sample(100_000), 0, &mut packer);
        for at in 1..20_000 {
            assert_eq!(series.push_late(sample(at), &mut packer), Late::Taken);
            assert!(series.raw.len() < 2 * CHUNK_SAMPLES && series.late().len() < LATE_MAX);
        }
        series.merge_late(&mut packer);
        let packed: usize = series
            .chunks()
            .iter()
            .map(|chunk| chunk.samples().unwrap().len())
            .sum();
        assert_eq!(packed + series.raw.len(), 20_001);
    }

    #[test]
    fn what_is_flushed_goes_and_the_rest_stays() {
        let mut packer = Packer::default();
        let mut series = HeadSeries::new();
        for at in 0..500 {
            series.push(0, sample(at), 0, &mut packer);
        }
        let mut written = Vec::new();
        series.write_chunks(&mut written);
        series.pack(&mut packer);
        series.drop_written();
        assert_eq!((written.len(), series.chunks().len()), (2, 1));
        series.write_chunks(&mut written);
        series.drop_written();
        assert!(series.is_empty());
    }
}
