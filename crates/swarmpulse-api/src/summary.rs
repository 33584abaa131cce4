//! The fleet in one object.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/summary`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// The fleet in one sentence: `41 of 43 agents available. 2 down since 14:02, same host.`
    pub sentence: String,
    /// Every agent known.
    pub agents: u64,
    /// All that are not stopped: N.
    pub expected: u64,
    /// Those that count as available.
    pub available: u64,
    /// Those that count as active: X of "active X/N".
    pub active: u64,
    /// Those that count as idle.
    pub idle: u64,
    /// Agents per verdict.
    pub verdicts: VerdictCounts,
    /// Tasks that are open.
    pub tasks_in_progress: u64,
    /// Sandboxes that run.
    pub sandboxes_running: u64,
    /// Whether deaths by silence are frozen, and why.
    pub monitor_blind: Option<Blindness>,
    /// Alerts that fire; those that follow from another are not counted.
    pub alerts_active: u64,
    /// The monitor itself.
    pub own: Own,
    /// When this was answered.
    pub timestamp: String,
}

/// Agents per verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictCounts {
    /// `starting`.
    pub starting: u64,
    /// `working`.
    pub working: u64,
    /// `idle`.
    pub idle: u64,
    /// `waiting`.
    pub waiting: u64,
    /// `backing_off`.
    pub backing_off: u64,
    /// `silent`.
    pub silent: u64,
    /// `stuck`.
    pub stuck: u64,
    /// `unknown`.
    pub unknown: u64,
    /// `down`.
    pub down: u64,
    /// `stopped`.
    pub stopped: u64,
}

/// Why deaths by silence are frozen.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Blindness {
    /// One sentence.
    pub reason: String,
    /// Since when.
    pub since: String,
    /// Until when at the latest.
    pub until: String,
}

/// The monitor itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Own {
    /// The release.
    pub version: String,
    /// When it started.
    pub started_at: String,
    /// Journal entries so far.
    pub journal_offset: u64,
    /// How far history is behind the journal, in seconds.
    pub history_lag_s: f64,
    /// Everything that was dropped or refused, by reason.
    pub drops: std::collections::BTreeMap<String, u64>,
}
