//! The embedded store as a [`MetricStore`].

use swarmpulse_model::series::{MetricMetadata, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::metrics::{
    Acknowledge, Appended, MetricError, MetricStatistics, MetricStore, Selected, Selection, SeriesCount,
};

use super::EmbeddedMetrics;

impl MetricStore for EmbeddedMetrics {
    fn append(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        self.take(namespace, now, batch, acknowledge)
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        self.snapshot(selection)
    }

    fn label_names(&self, selections: &[Selection], limit: usize) -> Result<Vec<String>, MetricError> {
        Ok(self.names_of(selections, limit))
    }

    fn label_values(
        &self,
        name: &str,
        selections: &[Selection],
        limit: usize,
    ) -> Result<Vec<String>, MetricError> {
        Ok(self.values_of(name, selections, limit))
    }

    fn series(&self, selections: &[Selection], limit: usize) -> Result<Vec<Labels>, MetricError> {
        Ok(self.labels_of(selections, limit))
    }

    fn metadata(&self, metric: Option<&str>) -> Vec<MetricMetadata> {
        self.metadata.get(metric)
    }

    fn span_ms(&self) -> Option<(i64, i64)> {
        self.all_ms()
    }

    fn statistics(&self) -> MetricStatistics {
        self.figures()
    }

    fn largest(&self, limit: usize) -> Vec<SeriesCount> {
        self.largest_counts(limit)
    }

    fn maintain(&self, now: Timestamp) -> Result<(), MetricError> {
        self.run_maintenance(now)
    }

    fn close(&self, now: Timestamp) -> Result<(), MetricError> {
        self.run_close(now)
    }
}
