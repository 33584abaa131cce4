//! A batch to the metric store, and the wait until it is durable.

use swarmpulse_model::series::SampleBatch;
use swarmpulse_runtime::Protocol;
use swarmpulse_store::metrics::{Appended, MetricError};
use tokio::sync::oneshot;

use crate::app::App;

/// A batch that the store has taken and that is not durable yet.
pub(crate) struct Pending {
    appended: Appended,
    durable: oneshot::Receiver<Result<(), MetricError>>,
}

/// Gives a batch to the store. The batch is free again when this returns.
///
/// # Errors
/// If nothing of it was taken.
pub(crate) fn append(
    app: &App,
    protocol: Protocol,
    namespace: &str,
    batch: &SampleBatch,
) -> Result<Pending, MetricError> {
    let (done, durable) = oneshot::channel();
    if batch.series.is_empty() && batch.metadata.is_empty() {
        // The receiver is at hand, so this cannot fail.
        let _ = done.send(Ok(()));
        let appended = Appended::default();
        return Ok(Pending { appended, durable });
    }
    let runtime = app.runtime();
    let acknowledge = Box::new(move |result| {
        // A sender that left does not want to know.
        let _ = done.send(result);
    });
    let appended = runtime
        .metrics()
        .append(namespace, runtime.now(), batch, acknowledge)
        .inspect_err(|_| {
            let samples = batch.samples.len() as u64;
            runtime.intake().reject(protocol, "store_unavailable", samples);
        })?;
    runtime.intake().took(protocol, appended.samples);
    runtime
        .intake()
        .reject(protocol, "refused_by_store", appended.rejected_samples);
    Ok(Pending { appended, durable })
}

impl Pending {
    /// Waits until it is durable.
    ///
    /// # Errors
    /// If it cannot be made so.
    pub(crate) async fn durable(self) -> Result<Appended, MetricError> {
        self.durable.await.unwrap_or(Err(MetricError::Stopping))?;
        Ok(self.appended)
    }
}

/// When to come again after that error, in seconds.
pub(crate) fn retry_after_s(error: &MetricError) -> u64 {
    match error {
        MetricError::Overloaded { retry_after_s } => *retry_after_s,
        MetricError::Stopping => 5,
        _ => 10,
    }
}
