//! How telemetry is taken in.

/// How telemetry is taken in. The bounds hold for all namespaces together.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Keep prompts and answers in events; secrets are taken out all the same.
    pub keep_payloads: bool,
    /// Keep attributes that name a person or an account.
    pub keep_persons: bool,
    /// Give every series the labels `otel_scope_name` and `otel_scope_version`.
    pub scope_labels: bool,
    /// Attributes of one point; a point with more is refused.
    pub labels_max: usize,
    /// The value of a label is cut to this.
    pub label_bytes: usize,
    /// Attributes that a record keeps.
    pub attributes_max: usize,
    /// An attribute of a record with a longer name is left out.
    pub attribute_key_bytes: usize,
    /// The value of an attribute of a record is cut to this.
    pub attribute_value_bytes: usize,
    /// Streams of points whose state is held.
    pub streams_max: usize,
    /// Sessions of LLM clients whose state is held.
    pub sessions_max: usize,
    /// Series of LLM usage.
    pub usage_series_max: usize,
    /// Events kept per second and agent, on average.
    pub agent_events_per_s: f64,
    /// Events kept per second of all agents, on average.
    pub events_per_s: f64,
    /// Calls kept per second and agent, on average.
    pub agent_calls_per_s: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            keep_payloads: false,
            keep_persons: false,
            scope_labels: true,
            labels_max: 48,
            label_bytes: 1024,
            attributes_max: 32,
            attribute_key_bytes: 128,
            attribute_value_bytes: 1024,
            streams_max: 400_000,
            sessions_max: 20_000,
            usage_series_max: 400_000,
            agent_events_per_s: 2.0,
            events_per_s: 500.0,
            agent_calls_per_s: 20.0,
        }
    }
}
