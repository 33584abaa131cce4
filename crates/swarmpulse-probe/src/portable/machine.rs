//! This machine as `sysinfo` shows it, and the agents among its processes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Text, Timestamp};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use crate::collapse::keep_topmost;
use crate::{AgentPattern, Discovered, ProbeError};

/// The longest command that is reported, in bytes.
pub(super) const COMMAND_BYTES_MAX: usize = 4096;

/// This machine's processes. Cheap to share in an `Arc`.
#[derive(Debug)]
pub struct Machine {
    system: Mutex<System>,
}

impl Machine {
    /// The machine that this process runs on.
    ///
    /// # Errors
    /// If this system is not known to `sysinfo`.
    pub fn here() -> Result<Self, ProbeError> {
        let system = System::new()
            .map_err(|error| ProbeError::garbled("the system's processes", error.to_string()))?;
        Ok(Self {
            system: Mutex::new(system),
        })
    }

    pub(super) fn system(&self) -> Result<MutexGuard<'_, System>, ProbeError> {
        self.system.lock().map_err(|_| ProbeError::Poisoned)
    }

    /// The system with fresh figures of all processes.
    pub(super) fn refreshed(&self) -> Result<MutexGuard<'_, System>, ProbeError> {
        let mut system = self.system()?;
        let kind = ProcessRefreshKind::nothing()
            .with_cpu()
            .with_memory()
            .with_disk_usage()
            .with_cwd(UpdateKind::OnlyIfNotSet)
            .with_cmd(UpdateKind::OnlyIfNotSet);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        Ok(system)
    }
}

/// When a process started.
pub(super) fn started_at(process: &Process) -> Timestamp {
    Timestamp(
        i64::try_from(process.start_time())
            .unwrap_or(i64::MAX)
            .saturating_mul(SECOND_NS),
    )
}

/// Whether it has ended and merely waits to be waited for.
pub(super) fn has_ended(process: &Process) -> bool {
    matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead)
}

/// Its program and arguments as one text.
pub(super) fn command(process: &Process) -> Text {
    let arguments: Vec<_> = process
        .cmd()
        .iter()
        .map(|argument| argument.to_string_lossy())
        .collect();
    let mut command = Text::from(arguments.join(" "));
    while command.len() > COMMAND_BYTES_MAX {
        command.pop();
    }
    command
}

/// Lists the processes that match a pattern, the first one that does; processes below one of the same kind
/// belong to it.
///
/// # Errors
/// If the processes cannot be listed.
pub fn discover(machine: &Machine, patterns: &[AgentPattern]) -> Result<Vec<Discovered>, ProbeError> {
    let system = machine.refreshed()?;
    let mut matches = Vec::new();
    let mut by_pid = HashMap::new();
    for (pid, process) in system.processes() {
        // Threads are listed as well; what has ended is no agent.
        if process.thread_kind().is_some() || has_ended(process) || pid.as_u32() == std::process::id() {
            continue;
        }
        let arguments: Vec<_> = process
            .cmd()
            .iter()
            .map(|argument| argument.to_string_lossy())
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        if arguments
            .first()
            .is_some_and(|program| crate::command::basename(program) == "swarmpulse")
        {
            continue;
        }
        if let Some(pattern) = patterns.iter().find(|pattern| pattern.matches(&arguments)) {
            matches.push((pid.as_u32(), pattern.kind()));
            by_pid.insert(pid.as_u32(), (pattern, process));
        }
    }
    matches.sort_unstable();
    let parent_of = |pid| system.process(Pid::from_u32(pid))?.parent().map(Pid::as_u32);
    let kept = keep_topmost(matches, parent_of);
    let found = kept.into_iter().filter_map(|(pid, _)| {
        let (pattern, process) = by_pid.get(&pid)?;
        Some(Discovered {
            pid,
            started_at: started_at(process),
            kind: pattern.kind().into(),
            agent: Text::from(format!("{}-{pid}", pattern.name())),
            command: command(process),
            cwd: process
                .cwd()
                .map(|path| Text::from(path.to_string_lossy().as_ref())),
            parent: process.parent().map(Pid::as_u32).unwrap_or_default(),
        })
    });
    Ok(found.collect())
}
