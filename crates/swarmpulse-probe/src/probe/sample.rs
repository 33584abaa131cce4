//! How the watched processes fare.

use std::sync::{Arc, Mutex};

use swarmpulse_model::Timestamp;

use super::{Probe, ProbeEntry, ProbeOutput};
use crate::{ProbeError, ProcessTable};

pub(super) const ENTRY: ProbeEntry = ProbeEntry {
    name: "process_sample",
    interval_s: 5.0,
    help: "processor, memory, descriptors, threads, I/O and children of watched processes",
    build: |setup| {
        Box::new(Sample {
            table: Arc::clone(&setup.table),
        })
    },
};

struct Sample {
    table: Arc<Mutex<ProcessTable>>,
}

impl Probe for Sample {
    fn probe(&mut self, now: Timestamp) -> Result<ProbeOutput, ProbeError> {
        let reports = self.table.lock().map_err(|_| ProbeError::Poisoned)?.sample(now);
        Ok(ProbeOutput {
            reports,
            ..ProbeOutput::default()
        })
    }
}
