//! The maintainer: does the metric store's chores beside those who write and read.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::clock::Stopwatch;
use crate::handle::Shared;

/// Time between rounds.
const ROUND: Duration = Duration::from_secs(2);
/// The name of the store's files among faults; writing has another.
const STORE: &str = "metric_files";

pub(crate) struct Maintainer {
    pub shared: Arc<Shared>,
    pub stop: Receiver<()>,
}

impl Maintainer {
    /// Runs until told to stop.
    pub fn run(self) {
        while matches!(self.stop.recv_timeout(ROUND), Err(RecvTimeoutError::Timeout)) {
            let watch = Stopwatch::start();
            let now = self.shared.clock.now();
            match self.shared.metrics.maintain(now) {
                Ok(()) => {
                    if self.shared.status.mended(STORE).is_some() {
                        tracing::info!("the files of metrics are kept again");
                    }
                }
                Err(error) => {
                    if self.shared.status.fault(STORE, error.to_string(), now) {
                        tracing::error!(%error, "the files of metrics cannot be kept; samples stay in the journal");
                    }
                }
            }
            self.shared.maintenance.observe(watch.seconds());
        }
    }
}
