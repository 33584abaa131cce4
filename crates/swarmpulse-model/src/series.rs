//! Series: what everything numeric becomes, in Prometheus' data model.

mod batch;
mod label_bytes;
mod labels;
mod metadata;
mod native_histogram;
mod sample;

pub use batch::{BatchSeries, SampleBatch};
pub use label_bytes::LabelBytes;
pub use labels::{Label, LabelError, Labels, METRIC_NAME};
pub use metadata::{MetricMetadata, MetricType};
pub use native_histogram::{BucketSpan, CounterReset, NativeHistogram};
pub use sample::{STALE_NAN_BITS, Sample, is_stale, stale_marker};
