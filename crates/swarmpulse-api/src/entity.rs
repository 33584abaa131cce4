//! Tasks, sandboxes and services.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A unit of work.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its namespace.
    pub namespace: String,
    /// Its id.
    pub task: String,
    /// What sort.
    #[serde(rename = "type")]
    pub task_type: Option<String>,
    /// pending claiming assigned running validating completed failed cancelled retrying.
    pub status: String,
    /// Since when, by receipt.
    pub since: String,
    /// How long it has been so, in seconds.
    pub age_s: f64,
    /// Where it waits or waited.
    pub queue: Option<String>,
    /// Who has it.
    pub agent: Option<String>,
    /// Where it runs.
    pub sandbox: Option<String>,
    /// As the sender names it.
    pub priority: Option<String>,
    /// Whom it is for.
    pub user: Option<String>,
    /// 1 for the first try.
    pub attempt: Option<u32>,
    /// When it was first heard of.
    pub first_seen_at: String,
    /// When it last moved or showed progress.
    pub last_progress_at: String,
    /// How long it may go without progress, in seconds.
    pub limit_s: f64,
    /// declared, configured, learned or default.
    pub limit_source: String,
    /// It is open and went without progress for longer.
    pub stuck: bool,
    /// Why it failed.
    pub error: Option<String>,
    /// Fields that no contract names.
    pub attributes: Map<String, Value>,
}

/// A container or machine that agents run in.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Sandbox {
    /// Its namespace.
    pub namespace: String,
    /// Its id.
    pub sandbox: String,
    /// Who runs it.
    pub provider: Option<String>,
    /// creating running paused stopped terminated failed unknown.
    pub state: String,
    /// The provider's own word.
    pub provider_state: Option<String>,
    /// Since when, by receipt.
    pub since: String,
    /// The agent in it.
    pub agent: Option<String>,
    /// The task it was made for.
    pub task: Option<String>,
    /// When it was made.
    pub created_at: Option<String>,
    /// How old it is, in seconds.
    pub age_s: f64,
    /// When anything last came from it, by receipt.
    pub last_event_at: Option<String>,
    /// The type of its last event.
    pub last_event_type: Option<String>,
    /// Events seen.
    pub events: u64,
    /// `cpu`, `memory_bytes`, `disk_bytes`.
    pub resources: Map<String, Value>,
    /// `cpu_ratio`, `memory_bytes`, `disk_bytes`, `network_receive_bytes`, `network_transmit_bytes`.
    pub usage: Map<String, Value>,
    /// What an hour costs, in US dollars.
    pub price_per_hour_usd: Option<f64>,
    /// Fields that no contract names.
    pub attributes: Map<String, Value>,
}

/// A service that agents call.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its id.
    pub service: String,
    /// Where it listens.
    pub url: Option<String>,
    /// What sort.
    pub kind: Option<String>,
    /// The services it needs.
    pub depends_on: Vec<String>,
    /// Calls seen.
    pub calls: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Calls under way.
    pub open_calls: u64,
    /// When it was last called.
    pub last_call_at: Option<String>,
    /// The last answer's status code.
    pub last_status_code: Option<u16>,
    /// Mean time of late, in milliseconds.
    pub response_time_ms: Option<f64>,
    /// Share of calls of late that failed, 0 to 1.
    pub error_ratio: Option<f64>,
    /// Fields that no contract names.
    pub attributes: Map<String, Value>,
}
