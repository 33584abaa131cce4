//! One look at the machine: processors, memory and load.

use std::path::PathBuf;
use std::sync::Arc;

use swarmpulse_model::{Text, Timestamp};
use sysinfo::{Pid, System};

use super::machine::Machine;
use crate::{HostSample, OwnCost, ProbeError};

/// Looks at the machine; keeps the counters of the last look.
#[derive(Debug)]
pub struct HostProbe {
    machine: Arc<Machine>,
    has_looked: bool,
    last_own: Option<(u64, Timestamp)>,
}

impl HostProbe {
    /// A probe of the machine; free space is not told here.
    #[must_use]
    pub fn new(machine: Arc<Machine>, _disk_path: PathBuf) -> Self {
        Self {
            machine,
            has_looked: false,
            last_own: None,
        }
    }

    /// One look.
    ///
    /// # Errors
    /// If an earlier look panicked.
    pub fn sample(&mut self, now: Timestamp) -> Result<HostSample, ProbeError> {
        let machine = Arc::clone(&self.machine);
        let mut system = machine.refreshed()?;
        system.refresh_memory();
        system.refresh_cpu_usage();
        let has_looked = std::mem::replace(&mut self.has_looked, true);
        Ok(HostSample {
            cpu_ratio: has_looked.then(|| f64::from(system.global_cpu_usage()) / 100.0),
            cores: u32::try_from(system.cpus().len()).unwrap_or(u32::MAX),
            memory_total_bytes: system.total_memory(),
            memory_available_bytes: system.available_memory(),
            load: System::load_average()
                .ok()
                .map(|load| [load.one, load.five, load.fifteen]),
            own: self.own_cost(&system, now),
            ..HostSample::default()
        })
    }

    fn own_cost(&mut self, system: &System, now: Timestamp) -> OwnCost {
        let Some(process) = system.process(Pid::from_u32(std::process::id())) else {
            return OwnCost::default();
        };
        let spent_ms = process.accumulated_cpu_time();
        let cpu_ratio = match self.last_own {
            Some((before, at)) if now > at => {
                spent_ms.saturating_sub(before) as f64 / 1000.0 / now.seconds_since(at)
            }
            _ => 0.0,
        };
        self.last_own = Some((spent_ms, now));
        OwnCost {
            cpu_ratio,
            cpu_seconds: spent_ms as f64 / 1000.0,
            rss_bytes: process.memory(),
            threads: process.tasks().map_or(1, |tasks| tasks.len() as u64 + 1),
            open_fds: process.open_files().map(|count| count as u64),
            fd_limit: process.open_files_limit().map(|limit| limit as u64),
        }
    }
}

/// The machine's name.
#[must_use]
pub fn host_name() -> Text {
    Text::from(System::host_name().unwrap_or_default())
}
