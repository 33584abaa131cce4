//! What is dear to ask of the watched processes.

use std::sync::{Arc, Mutex};

use swarmpulse_model::Timestamp;

use super::{Probe, ProbeEntry, ProbeOutput};
use crate::{ProbeError, ProcessTable};

pub(super) const ENTRY: ProbeEntry = ProbeEntry {
    name: "process_dear",
    interval_s: 60.0,
    help: "limits, connections and shares of memory of watched processes",
    build: |setup| {
        Box::new(DearSample {
            table: Arc::clone(&setup.table),
        })
    },
};

struct DearSample {
    table: Arc<Mutex<ProcessTable>>,
}

impl Probe for DearSample {
    fn probe(&mut self, now: Timestamp) -> Result<ProbeOutput, ProbeError> {
        let reports = self
            .table
            .lock()
            .map_err(|_| ProbeError::Poisoned)?
            .sample_dear(now);
        Ok(ProbeOutput {
            reports,
            ..ProbeOutput::default()
        })
    }
}
