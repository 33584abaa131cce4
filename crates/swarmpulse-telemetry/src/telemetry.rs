//! Taking requests in, with the state that outlives them.

use swarmpulse_model::series::{MetricMetadata, MetricType, SampleBatch};
use swarmpulse_model::{Text, Timestamp};

use crate::decode::Export;
use crate::identity::Place;
use crate::logs::Logs;
use crate::options::Options;
use crate::report::{Paces, Report};
use crate::series::Converter;
use crate::spans::Spans;
use crate::streams::Streams;
use crate::taken::{Refused, Taken};
use crate::usage::Usage;

/// A series of its own that telemetry becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnSeries {
    /// Its name, with the unit last.
    pub name: &'static str,
    /// What sort of figure.
    pub kind: MetricType,
    /// `seconds`, `ratio`; empty for counts.
    pub unit: &'static str,
    /// The labels that each of its samples has, where they are known.
    pub labels: &'static [&'static str],
    /// One sentence, in one line.
    pub help: &'static str,
}

const fn own(
    name: &'static str,
    kind: MetricType,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> OwnSeries {
    OwnSeries {
        name,
        kind,
        unit,
        labels,
        help,
    }
}

/// Every series of its own that telemetry becomes.
#[rustfmt::skip]
pub const SERIES: [OwnSeries; 8] = [
    own("swarmpulse_llm_requests_total", MetricType::Counter, "", &["namespace", "agent", "model", "provider", "status"], "LLM requests by how they ended: ok, or a status code or word."),
    own("swarmpulse_llm_errors_total", MetricType::Counter, "", &["namespace", "agent", "model", "provider", "status"], "LLM requests that failed: 429 is the caller's quota, 529 an overloaded provider."),
    own("swarmpulse_llm_tokens_total", MetricType::Counter, "", &["namespace", "agent", "model", "provider", "type"], "Tokens by class: input (without cached), output, cache_read, cache_creation."),
    own("swarmpulse_llm_cost_usd_total", MetricType::Counter, "", &["namespace", "agent", "model", "provider"], "Cost in US dollars, as the client reports it."),
    own("swarmpulse_llm_request_duration_seconds", MetricType::Histogram, "seconds", &["namespace", "agent", "model", "provider"], "How long LLM requests took."),
    own("swarmpulse_llm_rate_limit_remaining_ratio", MetricType::Gauge, "ratio", &["namespace", "agent", "provider", "limit"], "The share of a rate limit that is left, as of the last answer."),
    own("swarmpulse_llm_tool_results_total", MetricType::Counter, "", &["namespace", "agent", "tool", "outcome"], "Tools that agents ran, by outcome."),
    own("swarmpulse_telemetry_lost_total", MetricType::Counter, "", &["namespace", "agent"], "Events that never came, by their numbers within a session."),
];

/// Everything that is known of telemetry between requests. A restart forgets it: counters then begin anew.
#[derive(Debug)]
pub struct Telemetry {
    options: Options,
    streams: Streams,
    usage: Usage,
    paces: Paces,
    requests: u64,
}

impl Telemetry {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(options: Options, now: Timestamp) -> Self {
        let now_ms = milliseconds(now);
        Self {
            streams: Streams::new(options.streams_max, u64::try_from(now.0).unwrap_or_default()),
            usage: Usage::new(options.sessions_max, options.usage_series_max, now_ms),
            paces: Paces::new(&options, now_ms),
            options,
            requests: 0,
        }
    }

    /// Takes a request in: what is to be stored, and what was refused. A request that is sent again, because its answer
    /// or its storing failed, is not counted twice.
    pub fn take(&mut self, namespace: &str, now: Timestamp, export: &Export) -> Taken {
        let now_ms = milliseconds(now);
        self.requests += 1;
        let mut taken = Taken::default();
        let mut refused = Refused::default();
        let mut report = Report::new(&self.options, &mut self.paces, namespace, now_ms);
        match export {
            Export::Metrics(request) => {
                let mut converter = Converter {
                    options: &self.options,
                    streams: &mut self.streams,
                    usage: &mut self.usage,
                    namespace,
                    now_ms,
                    request: self.requests,
                    out: &mut taken.samples,
                    refused: &mut refused,
                };
                for resource in &request.resource_metrics {
                    let place = Place::of(resource.resource.as_ref());
                    converter.resource(resource, |who| report.hear_metrics(who, &place));
                }
            }
            Export::Logs(request) => {
                let mut logs = Logs {
                    options: &self.options,
                    usage: &mut self.usage,
                    report: &mut report,
                    refused: &mut refused,
                    namespace,
                    now_ms,
                };
                for resource in &request.resource_logs {
                    logs.resource(resource);
                }
            }
            Export::Traces(request) => {
                let mut spans = Spans {
                    usage: &mut self.usage,
                    report: &mut report,
                    refused: &mut refused,
                    namespace,
                    now_ms,
                };
                for resource in &request.resource_spans {
                    spans.resource(resource);
                }
            }
        }
        taken.refused = refused;
        report.finish(&mut taken);
        self.usage.write_changed(namespace, now_ms, &mut taken.samples);
        taken
    }

    /// Own series once more, by namespace, so that they go on between requests. Meant for every 15 seconds.
    pub fn repeat(&mut self, now: Timestamp) -> Vec<(Text, SampleBatch)> {
        let mut batches = self.usage.write_all(milliseconds(now));
        for (_, batch) in &mut batches {
            batch.metadata = metadata();
        }
        batches
    }

    /// What was forgotten or passed over since this was last asked, by the name it is counted under.
    pub fn take_losses(&mut self, now: Timestamp) -> Vec<(&'static str, u64)> {
        let streams = ("otlp_streams_forgotten", self.streams.take_forgotten());
        let usage = self.usage.take_losses(milliseconds(now));
        let all = usage.into_iter().chain([streams]);
        all.filter(|(_, count)| *count > 0).collect()
    }

    /// Streams of points whose state is held.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.streams.len()
    }
}

fn metadata() -> Vec<MetricMetadata> {
    SERIES
        .iter()
        .map(|series| MetricMetadata {
            metric: Text::const_new(series.name),
            kind: series.kind,
            help: series.help.to_owned(),
            unit: Text::const_new(series.unit),
        })
        .collect()
}

fn milliseconds(now: Timestamp) -> i64 {
    now.0.div_euclid(1_000_000)
}
