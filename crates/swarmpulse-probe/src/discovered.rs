//! A process that looks like an agent.

use swarmpulse_model::{Text, Timestamp};

/// A process that matched a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// Its pid.
    pub pid: u32,
    /// When it started, by the kernel.
    pub started_at: Timestamp,
    /// The sort of agent: `claude-code`, `celery-worker`, `mcp-server`, ...
    pub kind: Text,
    /// An id for the agent: the pattern's name and the pid, `claude-4711`.
    pub agent: Text,
    /// Its program and arguments as they are, at most 4 KiB; may hold secrets, so redact before storing.
    pub command: Text,
    /// Its working directory, where it may be read.
    pub cwd: Option<Text>,
    /// Its parent's pid.
    pub parent: u32,
}
