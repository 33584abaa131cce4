//! Probes as the runtime drives them: each does one look when told; loop, deadline, retry and cancellation are
//! the runtime's. A new probe is one file here and one line in [`PROBES`].

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use swarmpulse_model::Timestamp;
use swarmpulse_model::process::ProcessReport;

use crate::{AgentPattern, Discovered, HostSample, Machine, ProbeError, ProcessTable};

mod dear;
mod discovery;
mod host;
mod liveness;
mod sample;

/// Something that looks at the world.
pub trait Probe: Send {
    /// One look.
    ///
    /// # Errors
    /// If it could not look at all; what could not be seen of a single process is in the output.
    fn probe(&mut self, now: Timestamp) -> Result<ProbeOutput, ProbeError>;
}

/// What one look found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProbeOutput {
    /// Of watched processes.
    pub reports: Vec<ProcessReport>,
    /// Agents that run on this machine, watched or not.
    pub discovered: Vec<Discovered>,
    /// Of the machine.
    pub host: Option<HostSample>,
}

/// What probes are made from.
#[derive(Clone, Debug)]
pub struct ProbeSetup {
    /// The machine to look at.
    pub machine: Arc<Machine>,
    /// The watched processes, shared with whoever adds and removes targets.
    pub table: Arc<Mutex<ProcessTable>>,
    /// Patterns of agents to discover, the user's own first.
    pub patterns: Arc<[AgentPattern]>,
    /// Where the free space is asked for.
    pub disk_path: PathBuf,
}

/// One line of the table of probes.
#[derive(Clone, Copy, Debug)]
pub struct ProbeEntry {
    /// Its name in settings, messages and figures.
    pub name: &'static str,
    /// How often it looks unless configured otherwise, in seconds.
    pub interval_s: f64,
    /// What it looks at.
    pub help: &'static str,
    /// Makes it.
    pub build: fn(&ProbeSetup) -> Box<dyn Probe>,
}

/// Every probe.
pub const PROBES: &[ProbeEntry] = &[
    liveness::ENTRY,
    sample::ENTRY,
    dear::ENTRY,
    discovery::ENTRY,
    host::ENTRY,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ProbeSettings, Target, host_name};

    #[test]
    fn every_probe_is_named_and_looks() {
        let machine = Arc::new(Machine::here().unwrap());
        let mut table = ProcessTable::new(machine.clone(), host_name(), ProbeSettings::default()).unwrap();
        let target = Target {
            agent: "self".into(),
            kind: None,
            instance: None,
            pid: std::process::id(),
            origin: swarmpulse_model::process::ProcessOrigin::Announced,
            include_children: true,
            started_at: None,
        };
        table.watch(target, Timestamp(0)).unwrap();
        let setup = ProbeSetup {
            machine,
            table: Arc::new(Mutex::new(table)),
            patterns: AgentPattern::shipped().into(),
            disk_path: ".".into(),
        };
        let mut names = Vec::new();
        for entry in PROBES {
            assert!(
                entry.interval_s >= 1.0 && !entry.help.is_empty(),
                "{}",
                entry.name
            );
            assert!(!names.contains(&entry.name), "{} twice", entry.name);
            names.push(entry.name);
            let output = (entry.build)(&setup).probe(Timestamp(1)).unwrap();
            let expected = match entry.name {
                "process_sample" | "process_dear" => (1, false),
                "host" => (0, true),
                _ => (0, false),
            };
            assert_eq!(
                (output.reports.len(), output.host.is_some()),
                expected,
                "{}",
                entry.name
            );
        }
    }
}
