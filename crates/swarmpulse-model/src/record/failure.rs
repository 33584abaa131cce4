//! A failure of a task.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Text, Timestamp};

/// A task failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The task that failed.
    pub task: Option<Text>,
    /// The agent that had it.
    pub agent: Option<Text>,
    /// What sort of task.
    pub task_type: Option<Text>,
    /// What went wrong.
    pub error: Option<Text>,
    /// A short code for it.
    pub error_code: Option<Text>,
    /// The sender's clock.
    pub at: Option<Timestamp>,
    /// Fields that no contract names.
    pub attributes: Attributes,
}
