//! What a probe sees of a process.

use serde::{Deserialize, Serialize};

use crate::{Text, Timestamp};

/// How the monitor came to look at a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessOrigin {
    /// `swarmpulse watch` runs it.
    Watched,
    /// The agent named its pid.
    Announced,
    /// It matched the list of known agents.
    #[default]
    Discovered,
}

/// A probe looked at a process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessReport {
    /// The agent whose process it is.
    pub agent: Text,
    /// The sort of agent, where the probe knows it.
    pub kind: Option<Text>,
    /// The machine.
    pub host: Text,
    /// The process id; with `started_at` it names one process for ever.
    pub pid: u32,
    /// When the process started, by the kernel, in nanoseconds of Unix time.
    pub started_at: Timestamp,
    /// How the monitor came to look at it.
    pub origin: ProcessOrigin,
    /// The life of the agent it belongs to, where known.
    pub instance: Option<Text>,
    /// What was seen.
    pub seen: ProcessSeen,
}

/// What was seen of a process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessSeen {
    /// It is there.
    Alive(Box<ProcessSample>),
    /// It ended.
    Exited(ProcessExit),
    /// The probe could not look: not a sign of death.
    Unreadable {
        /// Why.
        error: Text,
    },
}

/// How a process ended, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessExit {
    /// The exit code, where its parent told.
    pub exit_code: Option<i32>,
    /// The signal that ended it, where its parent told.
    pub signal: Option<i32>,
    /// The kernel killed it for want of memory.
    pub out_of_memory: bool,
    /// Its pid now belongs to another process.
    pub pid_reused: bool,
    /// It was asked to end: the watcher was told to stop.
    pub requested: bool,
}

/// The state of a process, as the kernel names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessState {
    /// On a processor or ready for one.
    Running,
    /// Waiting for something.
    #[default]
    Sleeping,
    /// In the kernel, not to be interrupted.
    DiskSleep,
    /// Stopped by a signal or a debugger.
    Stopped,
    /// Ended, and not waited for by its parent.
    Zombie,
}

impl ProcessState {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Sleeping => "sleeping",
            Self::DiskSleep => "disk_sleep",
            Self::Stopped => "stopped",
            Self::Zombie => "zombie",
        }
    }
}

/// One look at a live process and its children.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessSample {
    /// The process's state.
    pub state: ProcessState,
    /// Its program and arguments, redacted; sent when it is new.
    pub command: Option<Text>,
    /// Share of one processor core since the last look, the children included; may exceed 1.
    pub cpu_ratio: f64,
    /// Processor time since it started, in seconds.
    pub cpu_seconds: f64,
    /// Resident memory, in bytes.
    pub rss_bytes: u64,
    /// Virtual memory, in bytes.
    pub vms_bytes: u64,
    /// Resident memory as a share of the machine's, 0 to 1.
    pub memory_ratio: f64,
    /// The memory limit of its control group, in bytes.
    pub memory_limit_bytes: Option<u64>,
    /// Memory that its control group uses, in bytes.
    pub cgroup_memory_bytes: Option<u64>,
    /// Open file descriptors.
    pub open_fds: Option<u64>,
    /// The most it may open.
    pub fd_limit: Option<u64>,
    /// Threads.
    pub threads: u64,
    /// The most it may have: the least of the user's, the control group's and the kernel's limits.
    pub thread_limit: Option<u64>,
    /// Open TCP, UDP and Unix connections; looked at rarely.
    pub connections: Option<u64>,
    /// Proportional share of memory, in bytes; looked at rarely.
    pub pss_bytes: Option<u64>,
    /// Page faults since it started that needed the disk.
    pub major_faults: u64,
    /// Bytes that it caused to be read, the children included.
    pub read_bytes: Option<u64>,
    /// Bytes that it caused to be written, the children included.
    pub write_bytes: Option<u64>,
    /// Share of time that some task of its control group waited for memory, over 10 s, 0 to 1.
    pub memory_pressure_ratio: Option<f64>,
    /// Live children and their children.
    pub children: u32,
    /// Children that ended and were not waited for.
    pub zombie_children: u32,
    /// It or a child used the processor or did I/O since the last look.
    pub progress: bool,
    /// Whether this look is a full sample or liveness alone.
    pub liveness_only: bool,
}
