//! Files of one kind become one.

use std::sync::Arc;

use swarmpulse_chunk::{Chunk, Effort, Encoder};
use swarmpulse_store::metrics::{MetricError, RollupRow};

use super::day::add_rows;
use super::source::Source;
use crate::rollup::{ROWS_MAX, decode_rows};
use crate::segment::{Archive, Segment, SegmentKind, SegmentWriter, Shelved};

/// Samples of one hot chunk that is packed anew.
const CHUNK_SAMPLES: usize = 240;
/// Chunks are packed anew when they have fewer samples than this on average.
const CHUNK_SAMPLES_MIN: usize = 120;

/// The merging of some files, as far as it has come.
pub(super) struct MergeJob {
    kind: SegmentKind,
    source: Source,
    raw_from_ms: i64,
    writer: SegmentWriter,
    encoder: Encoder,
    times_ms: Vec<i64>,
    values: Vec<f64>,
    rows: Vec<RollupRow>,
    bytes: Vec<u8>,
}

impl MergeJob {
    /// Begins; samples before `raw_from_ms` are left out.
    pub(super) fn begin(
        archive: &Archive,
        kind: SegmentKind,
        inputs: &[Arc<Segment>],
        samples: &[Shelved],
        raw_from_ms: i64,
    ) -> Result<Self, MetricError> {
        let source = if kind.is_samples() {
            Source::of_samples(samples)
        } else {
            Source::of_all(inputs)
        };
        let (from_ms, to_ms, sequences) = source.covers();
        let mut writer = archive.begin(kind)?;
        writer.absorbs(sequences, from_ms, to_ms);
        Ok(Self {
            kind,
            source,
            raw_from_ms,
            writer,
            encoder: Encoder::default(),
            times_ms: Vec::new(),
            values: Vec::new(),
            rows: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// Merges some series; true once all are done.
    pub(super) fn step(&mut self, samples_max: usize) -> Result<bool, MetricError> {
        let mut samples = 0;
        while samples < samples_max {
            let Some(series) = self.source.next_series() else {
                return Ok(true);
            };
            samples += 16
                + match self.kind.bucket() {
                    Some(bucket) => self.merge_rows(series, bucket)?,
                    None => self.merge_samples(series)?,
                };
        }
        Ok(false)
    }

    /// Whether an input turned out to be damaged.
    pub(super) fn is_damaged(&self) -> bool {
        self.source.is_damaged()
    }

    pub(super) fn into_writers(self) -> Vec<SegmentWriter> {
        vec![self.writer]
    }

    fn merge_samples(&mut self, series: u32) -> Result<usize, MetricError> {
        if let Some(samples) = self.copy_chunks(series)? {
            return Ok(samples);
        }
        self.source
            .samples((self.raw_from_ms, i64::MAX), &mut self.times_ms, &mut self.values);
        let columns = self
            .times_ms
            .chunks(CHUNK_SAMPLES)
            .zip(self.values.chunks(CHUNK_SAMPLES));
        for (times, values) in columns {
            self.bytes.clear();
            let encoded = self.encoder.encode(times, values, Effort::Hot, &mut self.bytes);
            encoded.map_err(|error| self.writer.refused(&error))?;
            self.writer.add(series, &self.bytes)?;
        }
        Ok(self.times_ms.len())
    }

    /// Copies chunks as they are, if they follow each other, are not too small and all count. Otherwise does nothing.
    fn copy_chunks(&mut self, series: u32) -> Result<Option<usize>, MetricError> {
        let mut chunks: Vec<(i64, i64, &[u8])> = Vec::new();
        let mut samples = 0;
        for (live_from_ms, bytes) in self.source.records() {
            let Ok(chunk) = Chunk::open(bytes) else {
                return Ok(None);
            };
            if chunk.last_ms() < self.raw_from_ms {
                continue;
            }
            if chunk.first_ms() < live_from_ms {
                return Ok(None);
            }
            samples += chunk.len();
            chunks.push((chunk.first_ms(), chunk.last_ms(), bytes));
        }
        chunks.sort_unstable_by_key(|(first, last, _)| (*first, *last));
        let apart = chunks.windows(2).all(|pair| pair[0].1 < pair[1].0);
        let large = chunks.len() <= 1 || samples >= chunks.len() * CHUNK_SAMPLES_MIN;
        if !apart || !large {
            return Ok(None);
        }
        for (_, _, bytes) in chunks {
            self.writer.add(series, bytes)?;
        }
        Ok(Some(samples))
    }

    fn merge_rows(
        &mut self,
        series: u32,
        bucket: swarmpulse_store::metrics::Bucket,
    ) -> Result<usize, MetricError> {
        self.rows.clear();
        for (_, bytes) in self.source.records() {
            let before = self.rows.len();
            if decode_rows(bytes, &mut self.rows).is_err() {
                self.rows.truncate(before);
            }
        }
        if !self.rows.is_sorted_by(|one, next| one.end_ms < next.end_ms) {
            // Inputs are in order of their numbers; of two rows of one bucket the later is right.
            self.rows.reverse();
            self.rows.sort_by_key(|row| row.end_ms);
            self.rows.dedup_by_key(|row| row.end_ms);
        }
        for rows in self.rows.chunks(ROWS_MAX) {
            add_rows(
                series,
                bucket,
                rows,
                &mut self.encoder,
                &mut self.bytes,
                &mut self.writer,
            )?;
        }
        Ok(self.rows.len())
    }
}
