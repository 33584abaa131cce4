//! How the machine fares.

use std::sync::Arc;

use swarmpulse_model::Timestamp;

use super::{Probe, ProbeEntry, ProbeOutput};
use crate::{HostProbe, ProbeError};

pub(super) const ENTRY: ProbeEntry = ProbeEntry {
    name: "host",
    interval_s: 5.0,
    help: "processors, memory, load, pressure and disk of the machine, and what the monitor costs",
    build: |setup| {
        Box::new(Host {
            probe: HostProbe::new(Arc::clone(&setup.machine), setup.disk_path.clone()),
        })
    },
};

struct Host {
    probe: HostProbe,
}

impl Probe for Host {
    fn probe(&mut self, now: Timestamp) -> Result<ProbeOutput, ProbeError> {
        Ok(ProbeOutput {
            host: Some(self.probe.sample(now)?),
            ..ProbeOutput::default()
        })
    }
}
