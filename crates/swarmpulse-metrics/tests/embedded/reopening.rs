//! A store that is closed, or dropped as by a crash, and opened again whenever it is to be maintained.

use parking_lot::RwLock;
use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions, RecoveryReport};
use swarmpulse_model::series::{MetricMetadata, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::metrics::{
    Acknowledge, Appended, MetricError, MetricStatistics, MetricStore, Selected, Selection, SeriesCount,
};
use tempfile::TempDir;

use crate::journal::SharedJournal;

/// What happens when the store is to be maintained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// It is maintained.
    Maintained,
    /// It is closed, opened and maintained.
    Closed,
    /// It is dropped, opened and maintained.
    Crashed,
    /// It is maintained, dropped, opened and maintained.
    MaintainedAndCrashed,
}

/// An embedded store in a folder of its own.
pub struct Reopening {
    between: Between,
    options: MetricOptions,
    folder: TempDir,
    pub journal: SharedJournal,
    store: RwLock<Option<EmbeddedMetrics>>,
}

impl Reopening {
    /// A new one, opened at `now`.
    pub fn new(between: Between, options: MetricOptions, now: Timestamp) -> Self {
        let this = Self {
            between,
            options,
            folder: tempfile::tempdir().expect("a folder"),
            journal: SharedJournal::default(),
            store: RwLock::new(None),
        };
        this.open(now);
        this
    }

    /// Opens it.
    pub fn open(&self, now: Timestamp) -> RecoveryReport {
        let mut store = self.store.write();
        // The first must be gone before the next comes.
        *store = None;
        let journal = Box::new(self.journal.clone());
        let opened = EmbeddedMetrics::open(self.folder.path(), journal, self.options.clone(), now);
        let (opened, report) = opened.expect("opened");
        *store = Some(opened);
        report
    }

    /// Its folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    fn with<T>(&self, act: impl FnOnce(&EmbeddedMetrics) -> T) -> T {
        act(self.store.read().as_ref().expect("open"))
    }

    /// Does one of these things.
    pub fn step(&self, between: Between, now: Timestamp) -> Result<(), MetricError> {
        match between {
            Between::Maintained => return self.with(|store| store.maintain(now)),
            Between::Closed => self.with(|store| store.close(now))?,
            Between::Crashed => {}
            Between::MaintainedAndCrashed => self.with(|store| store.maintain(now))?,
        }
        let report = self.open(now);
        assert_eq!(report.lost_samples, 0, "{report:?}");
        assert!(report.set_aside.is_empty(), "{report:?}");
        if between == Between::Closed {
            assert!(report.clean && report.replayed_entries == 0, "{report:?}");
        }
        self.with(|store| store.maintain(now))
    }
}

impl MetricStore for Reopening {
    fn append(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        self.with(|store| store.append(namespace, now, batch, acknowledge))
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        self.with(|store| store.select(selection))
    }

    fn label_names(&self, selections: &[Selection], limit: usize) -> Result<Vec<String>, MetricError> {
        self.with(|store| store.label_names(selections, limit))
    }

    fn label_values(
        &self,
        name: &str,
        selections: &[Selection],
        limit: usize,
    ) -> Result<Vec<String>, MetricError> {
        self.with(|store| store.label_values(name, selections, limit))
    }

    fn series(&self, selections: &[Selection], limit: usize) -> Result<Vec<Labels>, MetricError> {
        self.with(|store| store.series(selections, limit))
    }

    fn metadata(&self, metric: Option<&str>) -> Vec<MetricMetadata> {
        self.with(|store| store.metadata(metric))
    }

    fn span_ms(&self) -> Option<(i64, i64)> {
        self.with(EmbeddedMetrics::span_ms)
    }

    fn statistics(&self) -> MetricStatistics {
        self.with(EmbeddedMetrics::statistics)
    }

    fn largest(&self, limit: usize) -> Vec<SeriesCount> {
        self.with(|store| store.largest(limit))
    }

    fn maintain(&self, now: Timestamp) -> Result<(), MetricError> {
        self.step(self.between, now)
    }

    fn close(&self, now: Timestamp) -> Result<(), MetricError> {
        self.with(|store| store.close(now))
    }
}
