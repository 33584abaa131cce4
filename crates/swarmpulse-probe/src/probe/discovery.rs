//! Which agents run on this machine.

use std::sync::Arc;

use swarmpulse_model::Timestamp;

use super::{Probe, ProbeEntry, ProbeOutput};
use crate::{AgentPattern, Machine, ProbeError, discover};

pub(super) const ENTRY: ProbeEntry = ProbeEntry {
    name: "discovery",
    interval_s: 10.0,
    help: "processes that match the list of known agents",
    build: |setup| {
        Box::new(Discovery {
            machine: Arc::clone(&setup.machine),
            patterns: Arc::clone(&setup.patterns),
        })
    },
};

struct Discovery {
    machine: Arc<Machine>,
    patterns: Arc<[AgentPattern]>,
}

impl Probe for Discovery {
    fn probe(&mut self, _now: Timestamp) -> Result<ProbeOutput, ProbeError> {
        let discovered = discover(&self.machine, &self.patterns)?;
        Ok(ProbeOutput {
            discovered,
            ..ProbeOutput::default()
        })
    }
}
