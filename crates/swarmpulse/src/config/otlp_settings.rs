//! The settings of OTLP.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// `[otlp]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OtlpSettings {
    /// Whether to listen on ports of its own.
    pub listen: bool,
    /// The port for gRPC.
    pub grpc_listen: SocketAddr,
    /// The port for HTTP.
    pub http_listen: SocketAddr,
    /// Labels that name the library which measured.
    pub scope_labels: bool,
    /// Keep attributes that name persons and accounts.
    pub keep_persons: bool,
    /// Streams of deltas whose totals are held.
    pub streams_max: u64,
    /// Sessions of LLM clients that are told apart.
    pub sessions_max: u64,
    /// Events kept per second and agent.
    pub agent_events_per_s: f64,
    /// Events kept per second of all agents.
    pub events_per_s: f64,
}

impl Default for OtlpSettings {
    fn default() -> Self {
        let options = swarmpulse_telemetry::Options::default();
        let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        Self {
            listen: true,
            grpc_listen: local(4317),
            http_listen: local(4318),
            scope_labels: options.scope_labels,
            keep_persons: options.keep_persons,
            streams_max: options.streams_max as u64,
            sessions_max: options.sessions_max as u64,
            agent_events_per_s: options.agent_events_per_s,
            events_per_s: options.events_per_s,
        }
    }
}

impl OtlpSettings {
    /// As the server takes them.
    #[must_use]
    pub fn options(&self, keep_payloads: bool) -> swarmpulse_telemetry::Options {
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        swarmpulse_telemetry::Options {
            keep_payloads,
            keep_persons: self.keep_persons,
            scope_labels: self.scope_labels,
            streams_max: count(self.streams_max),
            sessions_max: count(self.sessions_max),
            agent_events_per_s: self.agent_events_per_s,
            events_per_s: self.events_per_s,
            ..swarmpulse_telemetry::Options::default()
        }
    }
}
