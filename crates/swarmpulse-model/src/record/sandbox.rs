//! A sandbox: a container or machine that agents run in.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Text, Timestamp};

/// What a provider's state means. Providers have many words; unknown ones are kept as text beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxState {
    /// Coming up.
    Creating,
    /// Up.
    Running,
    /// Up but not computing; can go on.
    Paused,
    /// Ended on purpose; may be started again.
    Stopped,
    /// Gone for good.
    Terminated,
    /// The provider reports a fault.
    Failed,
    /// A word this release does not know; never taken for death.
    #[default]
    Unknown,
}

impl SandboxState {
    /// The meaning of a provider's word in any case.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        const WORDS: [(SandboxState, &[&str]); 6] = [
            (
                SandboxState::Creating,
                &[
                    "creating",
                    "pending",
                    "starting",
                    "restoring",
                    "pulling_snapshot",
                    "pending_build",
                    "building_snapshot",
                    "created",
                    "resuming",
                ],
            ),
            (
                SandboxState::Running,
                &["running", "started", "up", "resizing", "snapshotting", "forking"],
            ),
            (SandboxState::Paused, &["paused", "pausing"]),
            (
                SandboxState::Stopped,
                &["stopped", "stopping", "exited", "archived", "archiving"],
            ),
            (
                SandboxState::Terminated,
                &[
                    "terminated",
                    "destroyed",
                    "destroying",
                    "deleted",
                    "removed",
                    "killed",
                    "dead",
                ],
            ),
            (SandboxState::Failed, &["error", "failed", "build_failed"]),
        ];
        WORDS
            .iter()
            .find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
            .map_or(Self::Unknown, |(state, _)| *state)
    }

    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Terminated => "terminated",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// Whether agents in it cannot be alive: positive death.
    #[must_use]
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Stopped | Self::Terminated)
    }
}

/// What a sandbox was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// Processor cores.
    pub cpu: Option<f64>,
    /// Memory, in bytes.
    pub memory_bytes: Option<f64>,
    /// Disk, in bytes.
    pub disk_bytes: Option<f64>,
}

/// What a sandbox uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Share of its processor cores, 0 to 1.
    pub cpu_ratio: Option<f64>,
    /// Memory, in bytes.
    pub memory_bytes: Option<f64>,
    /// Disk, in bytes.
    pub disk_bytes: Option<f64>,
    /// Bytes received over the network.
    pub network_receive_bytes: Option<f64>,
    /// Bytes sent over the network.
    pub network_transmit_bytes: Option<f64>,
}

/// The state of a sandbox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sandbox {
    /// The sandbox's id, the provider's where there is one.
    pub sandbox: Text,
    /// Who runs it.
    pub provider: Option<Text>,
    /// The provider's own word for its state; [`SandboxState::parse`] gives the meaning.
    pub state: Option<Text>,
    /// The agent it was made for.
    pub agent: Option<Text>,
    /// The task it was made for.
    pub task: Option<Text>,
    /// When it was made, by the provider's clock.
    pub created_at: Option<Timestamp>,
    /// When the provider last saw it do something, by the provider's clock.
    pub last_activity_at: Option<Timestamp>,
    /// What it was given.
    pub resources: Resources,
    /// What it uses.
    pub usage: Usage,
    /// What an hour of it costs, in US dollars.
    pub price_per_hour_usd: Option<f64>,
    /// Fields that no contract names.
    pub attributes: Attributes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_words_have_one_meaning_and_unknown_ones_never_mean_death() {
        assert_eq!(SandboxState::parse("STARTED"), SandboxState::Running);
        assert_eq!(SandboxState::parse("destroyed"), SandboxState::Terminated);
        assert_eq!(SandboxState::parse("hibernating"), SandboxState::Unknown);
        assert!(!SandboxState::parse("hibernating").is_gone());
    }
}
