//! The states of a task.

use serde::{Deserialize, Serialize};

/// Where a task is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Queued.
    Pending,
    /// A worker is taking it.
    Claiming,
    /// Given to a worker that has not begun.
    Assigned,
    /// Being worked on.
    Running,
    /// Its result is being checked.
    Validating,
    /// Done.
    Completed,
    /// Ended without success.
    Failed,
    /// Called off.
    Cancelled,
    /// Waiting for another attempt.
    Retrying,
}

impl TaskStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Claiming,
        Self::Assigned,
        Self::Running,
        Self::Validating,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Retrying,
    ];

    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Claiming => "claiming",
            Self::Assigned => "assigned",
            Self::Running => "running",
            Self::Validating => "validating",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Retrying => "retrying",
        }
    }

    /// The status of that name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether it has ended: such a task is never overwritten, save by a later attempt.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Whether its agent has it in hand.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Validating)
    }
}
