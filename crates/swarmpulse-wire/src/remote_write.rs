//! Prometheus remote write, 1.0 and 2.0: a snappy block that holds a protobuf message, to a [`SampleBatch`].
//!
//! Written by hand because this is the way of nearly every sample: of a message of 1.0 the batch keeps the decompressed
//! body as it is and only points at the labels in it, so that nothing is allocated or copied for a series or a sample.
//! Method: the wire format of protobuf; messages `prometheus.WriteRequest` and `io.prometheus.write.v2.Request`
//! (<https://prometheus.io/docs/specs/prw/remote_write_spec/>, <https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/>).

mod content;
mod decoder;
mod error;
mod field;
mod label;
mod metadata;
mod v1;
mod v2;

pub use content::Message;
pub use decoder::{Decoder, declared_bytes};
pub use error::RemoteWriteError;

/// How much of a request is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteWriteLimits {
    /// A body after decompression; a larger one is refused before anything is allocated for it.
    pub decompressed_bytes: usize,
    /// Samples of one request.
    pub samples: usize,
    /// Descriptions of metrics in one request; further ones are left out and counted.
    pub metadata: usize,
}

impl Default for RemoteWriteLimits {
    fn default() -> Self {
        Self {
            decompressed_bytes: 32 << 20,
            samples: 2_000_000,
            metadata: 50_000,
        }
    }
}

/// What a request held besides the batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Native histograms, which are not kept.
    pub histograms: u64,
    /// The labels of the first series with one, as bytes of the batch: start and length.
    pub first_histogram: Option<(u32, u32)>,
    /// Exemplars, which are not kept.
    pub exemplars: u64,
    /// Descriptions of metrics beyond the limit.
    pub metadata_left_out: u64,
    /// Samples of series whose labels point outside the table of symbols (2.0).
    pub refused_samples: u64,
    /// Why the first of them were refused.
    pub refusals: Vec<String>,
}

use swarmpulse_model::series::SampleBatch;

/// At most so many refusals are described one by one; all are counted.
const REFUSALS_SHOWN_MAX: usize = 16;

impl Beside {
    fn histogram(&mut self, labels: (u32, u32)) {
        self.histograms += 1;
        self.first_histogram.get_or_insert(labels);
    }

    fn refuse(&mut self, samples: u64, why: impl FnOnce() -> String) {
        self.refused_samples += samples;
        if self.refusals.len() < REFUSALS_SHOWN_MAX {
            self.refusals.push(why());
        }
    }

    /// The first series with a native histogram, as text for an error.
    #[must_use]
    pub fn histogram_series(&self, batch: &SampleBatch) -> Option<String> {
        let (start, length) = self.first_histogram?;
        let bytes = batch.bytes.get(start as usize..(start + length) as usize)?;
        let labels = swarmpulse_model::series::LabelBytes::parse(bytes).ok()?;
        Some(labels.to_string())
    }
}
