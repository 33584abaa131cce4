//! Counters of LLM usage and the series they are written as.

use smallvec::SmallVec;
use swarmpulse_model::Text;
use swarmpulse_model::series::{Sample, SampleBatch};

use super::push;
use crate::dialect::{Answer, TOKEN_TYPES};

/// Upper bounds of durations, in seconds: LLM requests take from tenths of a second to minutes.
const BOUNDS_S: [f64; 12] = [
    0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0,
];
const BOUND_NAMES: [&str; 12] = [
    "0.25", "0.5", "1", "2.5", "5", "10", "20", "30", "60", "120", "300", "600",
];
/// Statuses of one model; further ones are counted as `other`.
const STATUSES_MAX: usize = 16;
/// Series of one meter, as a rule of thumb for bounds.
pub(super) const SERIES_EXPECTED: usize = 20;

/// What a meter counts for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct MeterKey {
    pub namespace: Text,
    agent: Text,
    of: Of,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Of {
    Agent,
    Model { model: Text, provider: Text },
    Tool(Text),
    Limit { provider: Text, limit: &'static str },
}

impl MeterKey {
    fn new(namespace: &Text, agent: &Text, of: Of) -> Self {
        Self {
            namespace: namespace.clone(),
            agent: agent.clone(),
            of,
        }
    }

    pub fn agent(namespace: &Text, agent: &Text) -> Self {
        Self::new(namespace, agent, Of::Agent)
    }

    pub fn model(namespace: &Text, agent: &Text, model: &Text, provider: &Text) -> Self {
        let of = Of::Model {
            model: model.clone(),
            provider: provider.clone(),
        };
        Self::new(namespace, agent, of)
    }

    pub fn tool(namespace: &Text, agent: &Text, tool: &Text) -> Self {
        Self::new(namespace, agent, Of::Tool(tool.clone()))
    }

    pub fn limit(namespace: &Text, agent: &Text, provider: &Text, limit: &'static str) -> Self {
        let of = Of::Limit {
            provider: provider.clone(),
            limit,
        };
        Self::new(namespace, agent, of)
    }

    fn labels(&self) -> SmallVec<[(&str, &str); 4]> {
        let mut labels = SmallVec::new();
        labels.push(("agent", self.agent.as_str()));
        match &self.of {
            Of::Agent => {}
            Of::Model { model, provider } => {
                labels.push(("model", model.as_str()));
                labels.push(("provider", provider.as_str()));
            }
            Of::Tool(tool) => labels.push(("tool", tool.as_str())),
            Of::Limit { provider, limit } => {
                labels.push(("provider", provider.as_str()));
                labels.push(("limit", *limit));
            }
        }
        labels
    }
}

/// One counter. Before its first value a zero is written, so that the first increment is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cell {
    value: f64,
    is_used: bool,
    is_written: bool,
}

impl Cell {
    pub fn add(&mut self, amount: f64) {
        self.value += amount;
        self.is_used = true;
    }

    fn samples(&mut self, at_ms: i64, zero_ms: i64) -> SmallVec<[Sample; 2]> {
        let mut samples = SmallVec::new();
        if !self.is_used {
            return samples;
        }
        if !std::mem::replace(&mut self.is_written, true) && zero_ms < at_ms {
            samples.push(Sample {
                at_ms: zero_ms,
                value: 0.0,
            });
        }
        samples.push(Sample {
            at_ms,
            value: self.value,
        });
        samples
    }
}

#[derive(Clone, Debug, Default)]
struct Durations {
    /// Requests by bound, cumulated; the last is all of them.
    buckets: [Cell; BOUNDS_S.len() + 1],
    sum_s: Cell,
}

/// Counters of one agent and model, tool or limit.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    pub tokens: [Cell; 4],
    pub cost_usd: Cell,
    pub lost: Cell,
    pub left_ratio: Option<f64>,
    requests: SmallVec<[(Text, bool, Cell); 2]>,
    durations: Option<Box<Durations>>,
    /// Well, badly, not said.
    tool_results: [Cell; 3],
    pub changed_ms: i64,
    pub is_listed: bool,
    written_ms: i64,
}

impl Meter {
    /// So many requests ended in that way.
    pub fn answered(&mut self, answer: &Answer, count: f64) {
        let status = match self.requests.iter().any(|(status, ..)| *status == answer.status) {
            false if self.requests.len() >= STATUSES_MAX => Text::const_new("other"),
            _ => answer.status.clone(),
        };
        let place = self.requests.iter().position(|(known, ..)| *known == status);
        let place = place.unwrap_or_else(|| {
            self.requests.push((status, answer.failed, Cell::default()));
            self.requests.len() - 1
        });
        self.requests[place].2.add(count);
        let Some(duration_s) = answer.duration_s.filter(|_| count > 0.0) else {
            return;
        };
        let durations = self.durations.get_or_insert_default();
        durations.sum_s.add(duration_s * count);
        let bounds = BOUNDS_S.iter().copied().chain([f64::INFINITY]);
        for (bucket, bound) in durations.buckets.iter_mut().zip(bounds) {
            bucket.add(if duration_s <= bound { count } else { 0.0 });
        }
    }

    /// A tool ended: well, badly, or it was not said.
    pub fn tool_ended(&mut self, ok: Option<bool>) {
        let place = match ok {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        };
        self.tool_results[place].add(1.0);
    }

    /// Writes all series; no two writes have one time.
    pub fn write(&mut self, key: &MeterKey, now_ms: i64, zero_ms: i64, out: &mut SampleBatch) {
        let at_ms = now_ms.max(self.written_ms + 1);
        self.written_ms = at_ms;
        let own = key.labels();
        let mut write = |cell: &mut Cell, name: &str, more: &[(&str, &str)]| {
            let samples = cell.samples(at_ms, zero_ms);
            if !samples.is_empty() {
                let labels: SmallVec<[(&str, &str); 6]> = own.iter().chain(more).copied().collect();
                push(out, name, &labels, &samples);
            }
        };
        for (class, cell) in TOKEN_TYPES.iter().zip(&mut self.tokens) {
            write(cell, "swarmpulse_llm_tokens_total", &[("type", class)]);
        }
        write(&mut self.cost_usd, "swarmpulse_llm_cost_usd_total", &[]);
        write(&mut self.lost, "swarmpulse_telemetry_lost_total", &[]);
        for (status, failed, cell) in &mut self.requests {
            if *failed {
                // A copy, so that both series begin with a zero.
                write(
                    &mut cell.clone(),
                    "swarmpulse_llm_errors_total",
                    &[("status", status)],
                );
            }
            write(cell, "swarmpulse_llm_requests_total", &[("status", status)]);
        }
        for (outcome, cell) in ["ok", "error", "unknown"].iter().zip(&mut self.tool_results) {
            write(cell, "swarmpulse_llm_tool_results_total", &[("outcome", outcome)]);
        }
        if let Some(durations) = &mut self.durations {
            let name = "swarmpulse_llm_request_duration_seconds";
            write(
                &mut durations.buckets[BOUNDS_S.len()].clone(),
                &format!("{name}_count"),
                &[],
            );
            write(&mut durations.sum_s, &format!("{name}_sum"), &[]);
            let bounds = BOUND_NAMES.iter().chain(&["+Inf"]);
            for (bound, cell) in bounds.zip(&mut durations.buckets) {
                write(cell, &format!("{name}_bucket"), &[("le", bound)]);
            }
        }
        if let Some(value) = self.left_ratio {
            push(
                out,
                "swarmpulse_llm_rate_limit_remaining_ratio",
                &own,
                &[Sample { at_ms, value }],
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_have_their_names() {
        let names: Vec<String> = BOUNDS_S.iter().map(f64::to_string).collect();
        assert_eq!(names, BOUND_NAMES);
    }
}
