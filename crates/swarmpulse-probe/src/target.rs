//! What the process table watches, and its bounds.

use swarmpulse_model::process::{ProcessOrigin, ProcessReport, ProcessSeen};
use swarmpulse_model::{Text, Timestamp};

/// An agent's process to watch. One process may be the target of several agents that live in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The agent's id.
    pub agent: Text,
    /// The sort of agent, where known.
    pub kind: Option<Text>,
    /// The life of the agent it belongs to, where known.
    pub instance: Option<Text>,
    /// The process id.
    pub pid: u32,
    /// How the monitor came to look at it.
    pub origin: ProcessOrigin,
    /// Whether the processor time and I/O of its live descendants count as its own. A descendant that is a
    /// target itself counts, with its own descendants, for itself alone.
    pub include_children: bool,
    /// When the meant process started, where the caller knows; another start time is refused.
    pub started_at: Option<Timestamp>,
}

impl Target {
    pub(crate) fn report(&self, host: &Text, started_at: Timestamp, seen: ProcessSeen) -> ProcessReport {
        ProcessReport {
            agent: self.agent.clone(),
            kind: self.kind.clone(),
            host: host.clone(),
            pid: self.pid,
            started_at,
            origin: self.origin,
            instance: self.instance.clone(),
            seen,
        }
    }
}

/// Bounds of the process table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeSettings {
    /// The most targets.
    pub targets_max: usize,
    /// The most file descriptors that may be held open on behalf of targets; a target beyond that is read by
    /// opening its files each time. `None`: three quarters of this process's soft limit.
    pub held_fds_max: Option<usize>,
}

impl Default for ProbeSettings {
    fn default() -> Self {
        Self {
            targets_max: 20_000,
            held_fds_max: None,
        }
    }
}
