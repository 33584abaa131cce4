//! The validated settings, one struct a section. Their defaults are the defaults.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use swarmpulse_model::record::FleetSettings;

use super::alert_settings::{AlertSettings, DeadManSettings, RuleSettings, ShipSettings, SloSettings};
use super::detect_settings::DetectSettings;
use super::endpoint_settings::EndpointsSettings;
use super::metric_settings::{MetricSettings, QuerySettings};
use super::otlp_settings::OtlpSettings;
use super::scrape_settings::{ScrapeSettings, StatsdSettings};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Everything that can be configured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server listens.
    pub server: ServerSettings,
    /// Where data lies and how long it is kept.
    pub data: DataSettings,
    /// What the metric store takes and keeps.
    pub metrics: MetricSettings,
    /// Within which bounds queries are answered.
    pub query: QuerySettings,
    /// How telemetry over OTLP is taken in.
    pub otlp: OtlpSettings,
    /// What is scraped.
    pub scrape: ScrapeSettings,
    /// HTTP endpoints that are probed.
    pub endpoints: EndpointsSettings,
    /// StatsD.
    pub statsd: StatsdSettings,
    /// What is detected.
    pub detect: DetectSettings,
    /// Rules.
    pub rules: RuleSettings,
    /// Alerts: how they are made, and who is told.
    pub alerts: AlertSettings,
    /// Objectives.
    pub slo: SloSettings,
    /// Whom to tell that all is well.
    pub dead_man: DeadManSettings,
    /// Where the server's own log is shipped to.
    pub ship: ShipSettings,
    /// Bounds of what is taken in.
    pub limits: LimitSettings,
    /// What is kept of payloads.
    pub privacy: PrivacySettings,
    /// Deadlines and bounds of the fleet.
    pub fleet: FleetSettings,
    /// How processes are looked at and found.
    pub probe: ProbeSettings,
    /// The server's own log.
    pub log: LogSettings,
}

/// `[server]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// The address and port.
    pub listen: SocketAddr,
    /// Listen beyond loopback without tokens.
    pub insecure: bool,
    /// Need tokens on loopback, too.
    pub require_tokens: bool,
    /// Names besides the listen address that requests may carry as `Host`.
    pub allowed_hosts: Vec<String>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9870),
            insecure: false,
            require_tokens: false,
            allowed_hosts: Vec::new(),
        }
    }
}

/// `[data]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataSettings {
    /// The data directory.
    pub dir: PathBuf,
    /// The journal's closed segments are deleted, the oldest first, beyond so many bytes.
    pub journal_max_bytes: u64,
    /// And when they are older than so many days.
    pub journal_keep_days: f64,
    /// History's day files are deleted, the oldest first, beyond so many bytes.
    pub history_max_bytes: u64,
    /// And when they are older than so many days.
    pub history_keep_days: f64,
    /// A JSONL log begins a new file at so many bytes.
    pub log_max_bytes: u64,
    /// A JSONL log keeps so many full files.
    pub log_keep_files: u64,
    /// And none older than so many days.
    pub log_keep_days: f64,
    /// New records are refused while the disk has less than this free.
    pub min_free_bytes: u64,
}

impl Default for DataSettings {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("./data"),
            journal_max_bytes: 8 * GIB,
            journal_keep_days: 7.0,
            history_max_bytes: 16 * GIB,
            history_keep_days: 30.0,
            log_max_bytes: 64 * MIB,
            log_keep_files: 8,
            log_keep_days: 14.0,
            min_free_bytes: 256 * MIB,
        }
    }
}

/// `[limits]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// A request of remote write once decompressed.
    pub remote_write_bytes: u64,
    /// Samples of one request of remote write.
    pub remote_write_samples: u64,
    /// A request body as sent.
    pub body_bytes: u64,
    /// A request body once decompressed.
    pub decompressed_bytes: u64,
    /// Items of one body.
    pub items: u64,
    /// One text field.
    pub text_bytes: u64,
    /// Attributes of one record.
    pub attributes: u64,
    /// An attribute's name.
    pub attribute_key_bytes: u64,
    /// An attribute's value.
    pub attribute_value_bytes: u64,
    /// Numbers in one heartbeat's `metrics`.
    pub metrics: u64,
    /// Levels of nesting.
    pub nesting: u64,
    /// An event's `data`.
    pub event_data_bytes: u64,
    /// Services that one service depends on.
    pub depends_on: u64,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            remote_write_bytes: 32 * MIB,
            remote_write_samples: 2_000_000,
            body_bytes: 16 * MIB,
            decompressed_bytes: 64 * MIB,
            items: 100_000,
            text_bytes: 4096,
            attributes: 64,
            attribute_key_bytes: 128,
            attribute_value_bytes: 8192,
            metrics: 64,
            nesting: 64,
            event_data_bytes: 65_536,
            depends_on: 64,
        }
    }
}

/// `[privacy]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrivacySettings {
    /// Keep prompts, messages and code as sent; secrets are redacted all the same.
    pub keep_payloads: bool,
}

/// `[probe]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeSettings {
    /// Whether a process is there, every so many seconds.
    pub liveness_s: f64,
    /// Memory, processor and descriptors, every so many seconds.
    pub sample_s: f64,
    /// Connections and shared memory, every so many seconds.
    pub dear_s: f64,
    /// Look for agent processes, every so many seconds.
    pub discover_s: f64,
    /// Whether to look for agent processes at all.
    pub discover: bool,
    /// What else counts as an agent process.
    pub patterns: Vec<PatternSettings>,
}

impl Default for ProbeSettings {
    fn default() -> Self {
        Self {
            liveness_s: 1.0,
            sample_s: 5.0,
            dear_s: 60.0,
            discover_s: 5.0,
            discover: true,
            patterns: Vec::new(),
        }
    }
}

/// One entry of `probe.patterns`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PatternSettings {
    /// What the agents found are called: `NAME-PID`.
    pub name: String,
    /// The program's or script's file name.
    pub program: Option<String>,
    /// A word among the arguments.
    pub argument: Option<String>,
    /// What sort of agent it is; the name where there is none.
    pub kind: Option<String>,
}

/// `[log]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// What is logged: a level, or levels by module.
    pub filter: String,
    /// `text` or `json`.
    pub format: String,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: "text".to_owned(),
        }
    }
}
