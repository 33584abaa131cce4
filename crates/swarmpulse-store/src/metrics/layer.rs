//! A store laid over another.

use swarmpulse_model::series::{MetricMetadata, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};

use super::{
    Acknowledge, Appended, MetricError, MetricStatistics, MetricStore, Selected, Selection, SeriesCount,
};

/// A store laid over another: it says what it does itself, all else is the other's. Whoever is a layer is a
/// [`MetricStore`].
pub trait Layer: Send + Sync {
    /// The store below.
    fn below(&self) -> &dyn MetricStore;

    /// As [`MetricStore::append`].
    ///
    /// # Errors
    /// As there.
    fn append(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        self.below().append(namespace, now, batch, acknowledge)
    }

    /// As [`MetricStore::select`].
    ///
    /// # Errors
    /// As there.
    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        self.below().select(selection)
    }

    /// As [`MetricStore::maintain`].
    ///
    /// # Errors
    /// As there.
    fn maintain(&self, now: Timestamp) -> Result<(), MetricError> {
        self.below().maintain(now)
    }

    /// As [`MetricStore::close`].
    ///
    /// # Errors
    /// As there.
    fn close(&self, now: Timestamp) -> Result<(), MetricError> {
        self.below().close(now)
    }
}

impl<T: Layer> MetricStore for T {
    fn append(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        Layer::append(self, namespace, now, batch, acknowledge)
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        Layer::select(self, selection)
    }

    fn label_names(&self, selections: &[Selection], limit: usize) -> Result<Vec<String>, MetricError> {
        self.below().label_names(selections, limit)
    }

    fn label_values(
        &self,
        name: &str,
        selections: &[Selection],
        limit: usize,
    ) -> Result<Vec<String>, MetricError> {
        self.below().label_values(name, selections, limit)
    }

    fn series(&self, selections: &[Selection], limit: usize) -> Result<Vec<Labels>, MetricError> {
        self.below().series(selections, limit)
    }

    fn metadata(&self, metric: Option<&str>) -> Vec<MetricMetadata> {
        self.below().metadata(metric)
    }

    fn span_ms(&self) -> Option<(i64, i64)> {
        self.below().span_ms()
    }

    fn statistics(&self) -> MetricStatistics {
        self.below().statistics()
    }

    fn largest(&self, limit: usize) -> Vec<SeriesCount> {
        self.below().largest(limit)
    }

    fn maintain(&self, now: Timestamp) -> Result<(), MetricError> {
        Layer::maintain(self, now)
    }

    fn close(&self, now: Timestamp) -> Result<(), MetricError> {
        Layer::close(self, now)
    }
}
