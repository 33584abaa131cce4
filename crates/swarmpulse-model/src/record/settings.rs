//! The settings that verdicts are decided by.

use serde::{Deserialize, Serialize};

use crate::Text;

/// How long one type of task, or calls of one service, may go without progress.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkLimit {
    /// The task type, or the service's id.
    pub name: Text,
    /// The limit, in seconds.
    pub limit_s: f64,
}

/// Deadlines and bounds of the fleet. A change is journaled, so that a replay decides by the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FleetSettings {
    /// The name of the machine the monitor runs on; pids there are looked at by the process probe.
    pub local_host: Text,
    /// Start-up grace of an agent that has shown no progress, in seconds.
    pub start_grace_s: f64,
    /// The heartbeat interval of an agent that declared none before one is learned, in seconds.
    pub default_interval_s: f64,
    /// The shortest silence that means death, in seconds.
    pub silence_floor_s: f64,
    /// An agent is down after so many intervals of silence.
    pub silence_intervals: f64,
    /// `unknown` is decided after so many seconds.
    pub unknown_limit_s: f64,
    /// A freeze ends after so many seconds as `fleet_down_or_blind`.
    pub blind_limit_s: f64,
    /// How long a task may go without progress where neither it nor history says, in seconds.
    pub task_limit_s: f64,
    /// How long a call may stay open where neither it nor history says, in seconds.
    pub call_limit_s: f64,
    /// How long an open task or call of an agent that fell silent is believed where neither it nor history says how
    /// long it may take, in seconds.
    pub claim_limit_s: f64,
    /// How long a provider's "running" extends a deadline, in seconds.
    pub provider_claim_s: f64,
    /// How long a 429, 503 or 529 answer keeps an agent `backing_off` without another call, in seconds.
    pub backoff_hold_s: f64,
    /// Limits by task type; they win over learned ones.
    pub task_limits: Vec<WorkLimit>,
    /// Limits by service; they win over learned ones.
    pub call_limits: Vec<WorkLimit>,
    /// So many falls within `flap_window_s` are flapping.
    pub flap_changes: u32,
    /// The window of flapping, in seconds.
    pub flap_window_s: f64,
    /// A flapping agent must hold a better verdict for so long before it is believed, in seconds.
    pub flap_hold_s: f64,
    /// A stopped or down agent is forgotten after so long without a word, in seconds.
    pub forget_agent_s: f64,
    /// A discovered process that ended, and its agent, are forgotten after so long, in seconds.
    pub forget_discovered_s: f64,
    /// The watcher of a process is given so long to tell how it ended, in seconds.
    pub exit_word_s: f64,
    /// A finished task, or one without a word, is forgotten after so long, in seconds.
    pub forget_task_s: f64,
    /// The most agents.
    pub agents_max: u64,
    /// The most tasks, sandboxes and services each.
    pub entities_max: u64,
}

impl Default for FleetSettings {
    fn default() -> Self {
        Self {
            local_host: Text::default(),
            start_grace_s: 60.0,
            default_interval_s: 10.0,
            silence_floor_s: 30.0,
            silence_intervals: 2.0,
            unknown_limit_s: 300.0,
            blind_limit_s: 300.0,
            task_limit_s: 1800.0,
            call_limit_s: 600.0,
            claim_limit_s: 600.0,
            provider_claim_s: 300.0,
            backoff_hold_s: 120.0,
            task_limits: Vec::new(),
            call_limits: Vec::new(),
            flap_changes: 4,
            flap_window_s: 300.0,
            flap_hold_s: 60.0,
            forget_agent_s: 7.0 * 86_400.0,
            forget_discovered_s: 3600.0,
            exit_word_s: 1.0,
            forget_task_s: 3600.0,
            agents_max: 200_000,
            entities_max: 500_000,
        }
    }
}
