//! An agent, its verdict and the evidence.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// An agent and the verdict on it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Its namespace.
    pub namespace: String,
    /// Its id.
    pub agent: String,
    /// What sort of agent.
    pub kind: String,
    /// starting working idle waiting backing_off silent stuck down stopped unknown.
    pub verdict: String,
    /// healthy, stale or down.
    pub health: String,
    /// Since when the verdict holds.
    pub since: String,
    /// What the verdict rests on, the strongest first.
    pub evidence: Vec<Evidence>,
    /// The status in its own words.
    pub status: Option<String>,
    /// When it was first heard of.
    pub first_seen_at: String,
    /// When anything last came from it.
    pub last_contact_at: Option<String>,
    /// When work was last seen to go on.
    pub last_progress_at: Option<String>,
    /// Its heartbeat interval, in seconds.
    pub interval_s: f64,
    /// declared, learned or default.
    pub interval_source: String,
    /// Silence longer than this means death, in seconds.
    pub deadline_s: f64,
    /// The machine.
    pub host: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// This life of it.
    pub instance: Option<String>,
    /// The sandbox it runs in.
    pub sandbox: Option<String>,
    /// The task it has in hand.
    pub task: Option<String>,
    /// Tasks it has in hand.
    pub open_tasks: u64,
    /// Calls under way.
    pub open_calls: u64,
    /// How often it restarted.
    pub restarts: u64,
    /// It changes too often.
    pub flapping: bool,
    /// Its clock less ours, in seconds, where it sends its time.
    pub clock_skew_s: Option<f64>,
    /// Reports that never came, by sequence numbers.
    pub lost_reports: u64,
    /// Mean time of its calls and cycles of late, in milliseconds.
    pub response_time_ms: Option<f64>,
    /// Share of its calls and tasks of late that succeeded, 0 to 1.
    pub success_ratio: Option<f64>,
    /// Share of its calls and tasks of late that failed, 0 to 1.
    pub error_ratio: Option<f64>,
    /// What the probe saw of its process.
    pub process: Option<Process>,
    /// Numbers it reported of itself.
    pub metrics: Map<String, Value>,
    /// Fields that no contract names.
    pub attributes: Map<String, Value>,
    /// Other names that count for it.
    pub aliases: Vec<String>,
}

/// One piece of evidence.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// The claim's name, for programs.
    pub claim: String,
    /// The claim as a sentence.
    pub text: String,
    /// 1 positive death, 2 process-bound life, 3 claimed life, 4 silence.
    pub class: u8,
    /// The class in words.
    pub strength: String,
    /// When it was so.
    pub at: String,
    /// How long ago, in seconds.
    pub age_s: f64,
    /// The journal's place of the record behind it; `GET /api/v1/records/{id}` shows it.
    pub record: Option<String>,
}

/// What the probe saw of a process. Bytes, seconds and ratios 0 to 1.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Process {
    /// The process id.
    pub pid: u32,
    /// When it started.
    pub started_at: String,
    /// watched, announced or discovered.
    pub origin: String,
    /// running, sleeping, disk_sleep, stopped, zombie; exited when it is gone.
    pub state: String,
    /// Its program and arguments, redacted.
    pub command: Option<String>,
    /// When the probe last looked.
    pub seen_at: String,
    /// Share of one core.
    pub cpu_ratio: f64,
    /// Processor time since it started.
    pub cpu_seconds: f64,
    /// Resident memory.
    pub rss_bytes: u64,
    /// Virtual memory.
    pub vms_bytes: u64,
    /// Share of the machine's memory.
    pub memory_ratio: f64,
    /// The limit of its control group.
    pub memory_limit_bytes: Option<u64>,
    /// What its control group uses.
    pub cgroup_memory_bytes: Option<u64>,
    /// Open file descriptors.
    pub open_fds: Option<u64>,
    /// The most it may open.
    pub fd_limit: Option<u64>,
    /// Threads.
    pub threads: u64,
    /// The most it may have.
    pub thread_limit: Option<u64>,
    /// Open connections.
    pub connections: Option<u64>,
    /// Proportional share of memory.
    pub pss_bytes: Option<u64>,
    /// Page faults that needed the disk.
    pub major_faults: u64,
    /// Bytes read.
    pub read_bytes: Option<u64>,
    /// Bytes written.
    pub write_bytes: Option<u64>,
    /// Share of time that something waited for memory.
    pub memory_pressure_ratio: Option<f64>,
    /// Live children.
    pub children: u32,
    /// Children ended and not waited for.
    pub zombie_children: u32,
}

/// One thing that happened to an agent.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// Its id.
    pub id: String,
    /// When.
    pub at: String,
    /// verdict, task, restart, event, failure, condition, joined.
    pub kind: String,
    /// One sentence.
    pub text: String,
    /// The verdict or status before, where there is one.
    pub from: Option<String>,
    /// The verdict or status now, where there is one.
    pub to: Option<String>,
    /// What a verdict rests on.
    pub evidence: Vec<Evidence>,
}

/// One agent's health as checks by others ask for it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct AgentHealth {
    /// Its namespace.
    pub namespace: String,
    /// Its id.
    pub agent: String,
    /// What sort of agent.
    pub kind: String,
    /// The verdict.
    pub verdict: String,
    /// healthy, stale or down.
    pub health: String,
    /// Since when.
    pub since: String,
    /// When anything last came from it.
    pub last_contact_at: Option<String>,
    /// When its health was last checked.
    pub checked_at: String,
    /// Mean time of its calls and cycles of late, in milliseconds.
    pub response_time_ms: Option<f64>,
    /// Share that succeeded, 0 to 1.
    pub success_ratio: Option<f64>,
    /// Share that failed, 0 to 1.
    pub error_ratio: Option<f64>,
    /// The strongest evidence as a sentence.
    pub reason: String,
}

/// `GET /api/v1/admin/health/agents`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct AgentHealthReport {
    /// healthy, degraded or critical.
    pub status: String,
    /// Agents per health and per verdict.
    pub counts: super::VerdictCounts,
    /// The agents.
    pub items: Vec<AgentHealth>,
    /// The next page.
    pub next: Option<String>,
    /// When this was answered.
    pub timestamp: String,
}
