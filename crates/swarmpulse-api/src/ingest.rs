//! Answers to what was sent in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 202 if at least one item was accepted (and is on disk), 422 if none was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// So many items are durable.
    pub accepted: u64,
    /// The others, one by one.
    pub rejected: Vec<Rejected>,
}

/// An item that was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rejected {
    /// Its place in the request, from 0.
    pub index: u64,
    /// The field and why.
    pub error: String,
}

/// The answer to a sandbox's event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SandboxEventAccepted {
    /// `accepted`.
    pub status: String,
    /// The sandbox.
    pub sandbox_id: String,
    /// The type as sent.
    pub event_type: String,
    /// The event's id, made here where none was sent.
    pub event_id: String,
    /// When it was received.
    pub timestamp: String,
}
