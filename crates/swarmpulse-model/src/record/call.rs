//! A call of a service: an LLM request, a tool, an API, or an agent's own cycle.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Text, Timestamp};

/// Whether a call has begun or ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// It has begun; its end will follow.
    Open,
    /// It has ended, or is reported after the fact.
    #[default]
    Closed,
}

/// A call of a service, opened or closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Pairs the opening with the closing.
    pub call: Option<Text>,
    /// The service called.
    pub service: Text,
    /// What was asked of it; `cycle` measures an agent's own cycle time.
    pub operation: Option<Text>,
    /// The caller.
    pub agent: Option<Text>,
    /// The task it was made for.
    pub task: Option<Text>,
    /// Begun or ended.
    pub state: CallState,
    /// The answer's HTTP status code.
    pub status_code: Option<u16>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The longest it may stay open, in seconds, if the sender says so.
    pub timeout_s: Option<f64>,
    /// What went wrong.
    pub error: Option<Text>,
    /// The sender's clock.
    pub at: Option<Timestamp>,
    /// Fields that no contract names.
    pub attributes: Attributes,
}
