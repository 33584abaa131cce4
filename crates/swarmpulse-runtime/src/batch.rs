//! A batch of records on its way in.

use swarmpulse_model::{Position, Record, Source, Text, Timestamp};

/// Records that are accepted, and durable, together.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// From the sender's credential.
    pub namespace: Text,
    /// Whose credential; empty without one.
    pub principal: Text,
    /// The door through which it came.
    pub source: Source,
    /// Decoded and redacted.
    pub records: Vec<Record>,
}

/// What was acknowledged: durable, and applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The envelope's place in the journal.
    pub position: Position,
    /// When it was received.
    pub received_at: Timestamp,
}
