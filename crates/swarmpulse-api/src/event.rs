//! What happened, from history.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Something that happened.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct HistoryEvent {
    /// Its id here.
    pub id: String,
    /// When it was received.
    pub at: String,
    /// event, verdict, task, sandbox, restart, failure, condition, joined, forgotten.
    pub kind: String,
    /// The event's type where `kind` is `event`; else the kind.
    #[serde(rename = "type")]
    pub event_type: String,
    /// One sentence.
    pub text: String,
    /// Its namespace.
    pub namespace: String,
    /// The agent.
    pub agent: Option<String>,
    /// The task.
    pub task: Option<String>,
    /// The sandbox.
    pub sandbox: Option<String>,
    /// Who said so, for an event.
    pub source: Option<String>,
    /// The sender's id of it.
    pub event: Option<String>,
    /// The sender's clock.
    pub sent_at: Option<String>,
    /// Its size in bytes.
    pub size_bytes: Option<u64>,
    /// What the sender said, redacted.
    pub data: Option<Value>,
    /// Everything else.
    pub attributes: Map<String, Value>,
}
