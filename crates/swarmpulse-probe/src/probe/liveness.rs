//! Which watched processes ended.

use std::sync::{Arc, Mutex};

use swarmpulse_model::Timestamp;

use super::{Probe, ProbeEntry, ProbeOutput};
use crate::{ProbeError, ProcessTable};

pub(super) const ENTRY: ProbeEntry = ProbeEntry {
    name: "process_liveness",
    interval_s: 1.0,
    help: "deaths of watched processes",
    build: |setup| {
        Box::new(Liveness {
            table: Arc::clone(&setup.table),
        })
    },
};

struct Liveness {
    table: Arc<Mutex<ProcessTable>>,
}

impl Probe for Liveness {
    fn probe(&mut self, now: Timestamp) -> Result<ProbeOutput, ProbeError> {
        let reports = self.table.lock().map_err(|_| ProbeError::Poisoned)?.liveness(now);
        Ok(ProbeOutput {
            reports,
            ..ProbeOutput::default()
        })
    }
}
