//! Metrics: samples of series, appended in batches and selected by matchers.

mod append;
mod error;
mod layer;
mod limits;
mod matcher;
mod rollup;
mod selected;
mod statistics;

use swarmpulse_model::series::MetricMetadata;
use swarmpulse_model::{Labels, Timestamp, series::SampleBatch};

pub use append::{Acknowledge, Appended, REJECTIONS_SHOWN_MAX, RejectReason, Rejection};
pub use error::MetricError;
pub use layer::Layer;
pub use limits::MetricLimits;
pub use matcher::{MatchOp, Matcher};
pub use rollup::{Bucket, RollupRow};
pub use selected::{Points, Selected, Selection};
pub use statistics::{Counted, Largest, MetricStatistics, SeriesCount};

/// Stores samples of series and finds them again.
///
/// A sample is identified by its series and its millisecond; of two values for one, the later append wins or the
/// second is refused, as the store chooses, but a repeat of the same value is always taken. Values of any bits are
/// kept as they are: the marker of a series that is gone is a sample like others.
pub trait MetricStore: Send + Sync {
    /// Takes a batch: finds or creates its series, refuses what it must (single samples or series, never the rest), and
    /// calls `acknowledge` once all that was taken is durable, or with the error if it cannot be made so. Returns
    /// before that; does no waiting on disks itself. `namespace` is that of the credential: other than `default`, it
    /// becomes the label `namespace`.
    ///
    /// # Errors
    /// If nothing was taken because the store is full, overloaded or stopping; then `acknowledge` is not called.
    fn append(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError>;

    /// The same for threads: returns once all that was taken is durable.
    ///
    /// # Errors
    /// As [`MetricStore::append`], and if it could not be made durable.
    fn append_durably(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
    ) -> Result<Appended, MetricError> {
        let (done, durable) = std::sync::mpsc::sync_channel(1);
        let acknowledge: Acknowledge = Box::new(move |result| {
            // The receiver is gone only if this thread gave up, which it does not.
            let _ = done.send(result);
        });
        let appended = self.append(namespace, now, batch, acknowledge)?;
        durable.recv().unwrap_or(Err(MetricError::Stopping))?;
        Ok(appended)
    }

    /// Finds the series that match and have, or may have, samples in the span. Sorted by labels.
    ///
    /// # Errors
    /// If there are more than [`Selection::series_max`], or storage cannot be read.
    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError>;

    /// Names of labels of the series that match, sorted; with `limit` at most so many.
    ///
    /// # Errors
    /// If storage cannot be read.
    fn label_names(&self, selections: &[Selection], limit: usize) -> Result<Vec<String>, MetricError>;

    /// Values of one label of the series that match, sorted; with `limit` at most so many.
    ///
    /// # Errors
    /// If storage cannot be read.
    fn label_values(
        &self,
        name: &str,
        selections: &[Selection],
        limit: usize,
    ) -> Result<Vec<String>, MetricError>;

    /// Labels of the series that match any of the selections, each once, sorted; at most `limit`.
    ///
    /// # Errors
    /// If storage cannot be read.
    fn series(&self, selections: &[Selection], limit: usize) -> Result<Vec<Labels>, MetricError>;

    /// What metrics are: all, or the one of that name.
    fn metadata(&self, metric: Option<&str>) -> Vec<MetricMetadata>;

    /// The oldest and the newest sample, in milliseconds; `None` when empty.
    fn span_ms(&self) -> Option<(i64, i64)>;

    /// How it is: series, samples, bytes, refusals.
    fn statistics(&self) -> MetricStatistics;

    /// The first so many of each of [`Counted`], for `status/tsdb`: the metrics with the most series, the labels with the
    /// most values, ...
    fn largest(&self, limit: usize) -> Vec<SeriesCount>;

    /// Does what is due: writes segments, repacks cold days, makes aggregates, retires what is too old or too much,
    /// forgets series that are gone. Bounded work each call; meant for a thread of its own, every few seconds.
    ///
    /// # Errors
    /// If storage refuses; what was stored stays readable and the next call tries again.
    fn maintain(&self, now: Timestamp) -> Result<(), MetricError>;

    /// Makes everything durable in the form that is quickest to open again, and refuses appends from then on.
    ///
    /// # Errors
    /// If storage refuses; then the journal still holds everything.
    fn close(&self, now: Timestamp) -> Result<(), MetricError>;
}
