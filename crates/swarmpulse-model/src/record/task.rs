//! A task: one unit of work and its state.

use serde::{Deserialize, Serialize};

use crate::{Attributes, TaskStatus, Text, Timestamp};

/// The state of a unit of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The task's id.
    pub task: Text,
    /// What sort of work; limits and statistics go by it.
    pub task_type: Option<Text>,
    /// Where it is in its life.
    pub status: TaskStatus,
    /// The queue it came from.
    pub queue: Option<Text>,
    /// The agent that has it.
    pub agent: Option<Text>,
    /// The sandbox it runs in.
    pub sandbox: Option<Text>,
    /// Its priority, as the sender names it.
    pub priority: Option<Text>,
    /// The user it is for.
    pub user: Option<Text>,
    /// 1 for the first try.
    pub attempt: Option<u32>,
    /// When it was queued, by the sender's clock.
    pub queued_at: Option<Timestamp>,
    /// When it was given to a worker, by the sender's clock.
    pub assigned_at: Option<Timestamp>,
    /// When work began, by the sender's clock.
    pub started_at: Option<Timestamp>,
    /// When it ended, by the sender's clock.
    pub finished_at: Option<Timestamp>,
    /// The longest it may go without progress, in seconds, if the sender says so.
    pub timeout_s: Option<f64>,
    /// Why it failed.
    pub error: Option<Text>,
    /// Whether another attempt makes sense.
    pub retryable: Option<bool>,
    /// Fields that no contract names.
    pub attributes: Attributes,
}
