//! What the journal holds, as it was received.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A batch as it stands in the journal: `GET /api/v1/records/{position}`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct JournalEntry {
    /// Its place in the journal.
    pub position: String,
    /// When it was received.
    pub received_at: String,
    /// From the sender's credential.
    pub namespace: String,
    /// Whose credential; empty without one.
    pub principal: String,
    /// The door through which it came: http ping watch probe monitor detector.
    pub source: String,
    /// Records in the batch.
    pub count: u64,
    /// Those asked for.
    pub items: Vec<JournalItem>,
    /// Pass it as `cursor` for the next records of the batch; null at the end. Opaque.
    pub next: Option<String>,
}

/// One record of a batch.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct JournalItem {
    /// Its place in the batch, from 0.
    pub index: u64,
    /// heartbeat task call event sandbox service failure process alias condition monitor tick settings.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its fields, redacted as stored; absent ones are left out.
    pub record: Value,
}
