//! Packed samples in memory.

use std::sync::Arc;

use swarmpulse_chunk::{Chunk, ChunkError, Effort, Encoder};
use swarmpulse_model::Sample;
use swarmpulse_store::metrics::MetricError;

/// Packed samples of one series. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct HeadChunk {
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    pub(crate) bytes: Arc<[u8]>,
    /// Whether it was given to a segment that is being written.
    pub(crate) written: bool,
}

/// Packs samples; keeps its memory.
#[derive(Default)]
pub(crate) struct Packer {
    encoder: Encoder,
    bytes: Vec<u8>,
    pub(crate) times_ms: Vec<i64>,
    pub(crate) values: Vec<f64>,
}

impl Packer {
    /// Packs sorted samples, at least one and no more than a chunk may have.
    pub(crate) fn pack(&mut self, samples: &[Sample]) -> Option<HeadChunk> {
        self.times_ms.clear();
        self.values.clear();
        self.times_ms.extend(samples.iter().map(|sample| sample.at_ms));
        self.values.extend(samples.iter().map(|sample| sample.value));
        self.bytes.clear();
        let encoded = self
            .encoder
            .encode(&self.times_ms, &self.values, Effort::Hot, &mut self.bytes);
        let (first, last) = (samples.first()?, samples.last()?);
        debug_assert!(encoded.is_ok(), "{encoded:?}");
        encoded.ok().map(|()| HeadChunk {
            first_ms: first.at_ms,
            last_ms: last.at_ms,
            bytes: self.bytes.as_slice().into(),
            written: false,
        })
    }
}

impl HeadChunk {
    /// Appends its samples in a span.
    pub(crate) fn read(
        &self,
        (from_ms, to_ms): (i64, i64),
        times_ms: &mut Vec<i64>,
        values: &mut Vec<f64>,
    ) -> Result<(), MetricError> {
        let chunk = Chunk::open(&self.bytes).map_err(damaged)?;
        chunk
            .decode_span(from_ms, to_ms, times_ms, values)
            .map_err(damaged)
    }

    /// All of its samples.
    pub(crate) fn samples(&self) -> Result<Vec<Sample>, MetricError> {
        let (mut times_ms, mut values) = (Vec::new(), Vec::new());
        self.read((i64::MIN, i64::MAX), &mut times_ms, &mut values)?;
        let samples = times_ms.into_iter().zip(values);
        Ok(samples.map(|(at_ms, value)| Sample { at_ms, value }).collect())
    }

    /// Its last sample in a span.
    pub(crate) fn last(&self, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        let chunk = Chunk::open(&self.bytes).map_err(damaged)?;
        chunk.last_in(after_ms, at_ms).map_err(damaged)
    }
}

/// Memory that does not hold what was written there.
pub(crate) fn damaged(error: ChunkError) -> MetricError {
    MetricError::Damaged {
        path: "chunk in memory".to_owned(),
        detail: error.to_string(),
    }
}
