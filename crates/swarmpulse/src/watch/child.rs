//! The command as a child process.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::SIGKILL;

use tokio::process::Command;

use super::oom::OomWatch;
use crate::clock;

/// Why the command did not start.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// There is none of that name.
    #[error("cannot run `{command}`: there is no such command; check its spelling and PATH")]
    Missing {
        /// The command.
        command: String,
    },
    /// The system refused.
    #[error("cannot run `{command}`: {reason}")]
    Refused {
        /// The command.
        command: String,
        /// What it said.
        reason: String,
    },
}

impl SpawnError {
    /// What a shell would exit with.
    #[must_use]
    pub fn exit_code(&self) -> i32 {
        match self {
            Self::Missing { .. } => 127,
            Self::Refused { .. } => 126,
        }
    }
}

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    Exited {
        /// Its exit code.
        code: i32,
    },
    /// By a signal.
    Signalled {
        /// The signal.
        signal: i32,
        /// The kernel's, for want of memory.
        out_of_memory: bool,
    },
}

impl Ended {
    /// Whether it ended well.
    #[must_use]
    pub fn well(self) -> bool {
        self == Self::Exited { code: 0 }
    }
}

/// A running command.
pub struct Child {
    process: tokio::process::Child,
    pid: u32,
    started_ms: i64,
    oom: OomWatch,
}

/// Starts a command that inherits everything.
///
/// # Errors
/// If there is none, or it cannot be run.
pub fn spawn(command: &[OsString]) -> Result<Child, SpawnError> {
    let (program, arguments) = command.split_first().ok_or_else(|| SpawnError::Missing {
        command: String::new(),
    })?;
    let process = Command::new(program).args(arguments).spawn().map_err(|error| {
        let command = program.to_string_lossy().into_owned();
        match error.kind() {
            io::ErrorKind::NotFound => SpawnError::Missing { command },
            _ => SpawnError::Refused {
                command,
                reason: error.to_string(),
            },
        }
    })?;
    let pid = process.id().unwrap_or_default();
    let started_ms = started_ms(pid).unwrap_or_else(clock::now_ms);
    Ok(Child {
        process,
        pid,
        started_ms,
        oom: OomWatch::of(pid),
    })
}

impl Child {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// When it started, by the kernel, in milliseconds of Unix time.
    #[must_use]
    pub fn started_ms(&self) -> i64 {
        self.started_ms
    }

    /// Waits for its end. May be dropped and called again.
    pub async fn wait(&mut self) -> Ended {
        match self.process.wait().await {
            Ok(status) => self.read(status),
            // Somebody else waited for it: how it ended is lost.
            Err(_) => Ended::Exited { code: 125 },
        }
    }

    /// Sends it a signal, while it has not been waited for: its pid cannot be another's.
    pub fn send(&self, signal: i32) {
        let pid = self
            .process
            .id()
            .and_then(|pid| i32::try_from(pid).ok())
            .and_then(Pid::from_raw);
        if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(signal)) {
            // It may have ended just now, and then needs no signal.
            let _ = kill_process(pid, signal);
        }
    }

    fn read(&self, status: ExitStatus) -> Ended {
        match (status.code(), status.signal()) {
            (Some(code), _) => Ended::Exited { code },
            (None, Some(signal)) => Ended::Signalled {
                signal,
                out_of_memory: signal == SIGKILL && self.oom.happened(),
            },
            (None, None) => Ended::Exited { code: 125 },
        }
    }
}

/// The start time that the kernel keeps of a process: boot time plus ticks, as every probe computes it.
fn started_ms(pid: u32) -> Option<i64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let ticks: i64 = stat
        .rsplit_once(')')?
        .1
        .split_ascii_whitespace()
        .nth(19)?
        .parse()
        .ok()?;
    let system = std::fs::read_to_string("/proc/stat").ok()?;
    let boot_s: i64 = system
        .lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()?;
    let per_second = i64::try_from(rustix::param::clock_ticks_per_second())
        .ok()
        .filter(|ticks| *ticks > 0)?;
    Some(boot_s * 1000 + ticks * 1000 / per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_start_lies_in_the_recent_past() {
        let started = started_ms(std::process::id()).unwrap();
        let age_ms = clock::now_ms() - started;
        assert!((-2000..3_600_000).contains(&age_ms), "{age_ms} ms");
    }

    #[test]
    fn a_missing_command_and_a_refused_one_differ_as_in_a_shell() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let _guard = runtime.enter();
        let code = |command: &str| spawn(&[command.into()]).err().map(|error| error.exit_code());
        assert_eq!(code("/no/such/command"), Some(127));
        let no_program = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(code(&no_program.path().to_string_lossy()), Some(126));
    }
}
