//! Alerts: conditions that hold or held.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An alert.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Its id.
    pub id: String,
    /// Its name: `agent_down`, `monitor_blind`, ...
    pub name: String,
    /// critical, warning or info.
    pub severity: String,
    /// P1, P2 or P3.
    pub priority: String,
    /// firing or resolved.
    pub state: String,
    /// The kind of its subject; `monitor` for the monitor itself.
    pub subject_kind: String,
    /// The id of its subject.
    pub subject: String,
    /// One sentence with the figures.
    pub message: String,
    /// Since when.
    pub started_at: String,
    /// Until when, if resolved.
    pub resolved_at: Option<String>,
    /// Labels for routing.
    pub labels: BTreeMap<String, String>,
}

/// `GET /api/observability/alerts`: current and, from history, past ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Alerts {
    /// Those that hold.
    pub active: Vec<Alert>,
    /// What was raised and resolved in the range asked for, the newest first.
    pub history: Vec<Alert>,
    /// Active ones.
    pub count: u64,
    /// The next page of history.
    pub next: Option<String>,
    /// When this was answered.
    pub timestamp: String,
}
