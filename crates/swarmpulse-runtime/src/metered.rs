//! The metric store as everyone in the process sees it: its latency measured, its faults told, nothing taken on a full disk.

use std::sync::Arc;

use swarmpulse_model::Timestamp;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::{Acknowledge, Appended, Layer, MetricError};

use crate::clock::Stopwatch;
use crate::counters::{Counter, Counters};
use crate::latency::Latency;
use crate::status::Status;

/// The name of the store among faults.
const STORE: &str = "metrics";

pub(crate) struct MeteredMetrics {
    pub store: Arc<dyn MetricStore>,
    pub status: Arc<Status>,
    pub counters: Arc<Counters>,
    pub latency: Arc<Latency>,
}

impl MeteredMetrics {
    /// Notes what the storage said, once for each change.
    fn note(status: &Status, result: &Result<(), MetricError>, now: Timestamp) {
        match result {
            Ok(()) => {
                if status.mended(STORE).is_some() {
                    tracing::info!("metrics are written again");
                }
            }
            Err(MetricError::Stopping | MetricError::Overloaded { .. }) => {}
            Err(error) => {
                if status.fault(STORE, error.to_string(), now) {
                    tracing::error!(%error, "metrics cannot be written");
                }
            }
        }
    }
}

impl Layer for MeteredMetrics {
    fn below(&self) -> &dyn MetricStore {
        &*self.store
    }

    fn append(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        if self.status.is_low_on_space() {
            self.counters.add(Counter::StorageRefusedTotal, 1);
            let path = "the data directory: free some, or lower data.min_free_bytes".to_owned();
            return Err(MetricError::Full { path });
        }
        let (status, latency) = (Arc::clone(&self.status), Arc::clone(&self.latency));
        let watch = Stopwatch::start();
        let told: Acknowledge = Box::new(move |result| {
            latency.observe(watch.seconds());
            Self::note(&status, &result, now);
            acknowledge(result);
        });
        let appended = self.store.append(namespace, now, batch, told);
        if let Err(error) = &appended {
            if matches!(error, MetricError::Overloaded { .. }) {
                self.counters.add(Counter::OverloadedTotal, 1);
            }
            Self::note(&self.status, &Err(error.clone()), now);
        }
        appended
    }
}
