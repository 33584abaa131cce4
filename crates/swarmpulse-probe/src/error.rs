//! Why a probe could not look.

use std::io;

/// Why a probe could not look. Reads as "failed to {error}" or stands alone; holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No process has that pid.
    #[error("find process {pid}: no process has this pid")]
    NotFound {
        /// The pid.
        pid: u32,
    },
    /// The pid belongs to another process than the one that was meant.
    #[error("find process {pid}: the pid belongs to another process, which started at another time")]
    OtherProcess {
        /// The pid.
        pid: u32,
    },
    /// The process ended and its parent has not waited for it.
    #[error("watch process {pid}: it has ended already")]
    Ended {
        /// The pid.
        pid: u32,
    },
    /// The process exists, but procfs does not show it to this user.
    #[error("see process {pid}: /proc hides it (mount option hidepid); run as its user or as root")]
    Hidden {
        /// The pid.
        pid: u32,
    },
    /// A file of the kernel could not be read.
    #[error("read {file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A file of the kernel does not say what it should.
    #[error("understand {file}: {reason}")]
    Garbled {
        /// The file.
        file: String,
        /// What is missing or wrong.
        reason: String,
    },
    /// A system call failed.
    #[error("{action}: {source}")]
    System {
        /// What was attempted.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// More targets than the settings allow.
    #[error("watch process {pid}: {limit} targets are watched already; raise probe.targets_max")]
    TooManyTargets {
        /// The pid.
        pid: u32,
        /// The limit.
        limit: usize,
    },
    /// Another thread panicked while it held the process table.
    #[error("use the process table: an earlier look panicked while it held the table")]
    Poisoned,
}

impl ProbeError {
    #[cfg(all(target_os = "linux", not(feature = "portable")))]
    pub(crate) fn read(file: impl Into<String>, source: impl Into<io::Error>) -> Self {
        Self::Read {
            file: file.into(),
            source: source.into(),
        }
    }

    pub(crate) fn garbled(file: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Garbled {
            file: file.into(),
            reason: reason.into(),
        }
    }

    #[cfg(all(target_os = "linux", not(feature = "portable")))]
    pub(crate) fn system(action: &'static str, source: impl Into<io::Error>) -> Self {
        Self::System {
            action,
            source: source.into(),
        }
    }
}
