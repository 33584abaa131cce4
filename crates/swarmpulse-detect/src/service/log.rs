//! Lines of `api-health.jsonl`: every probe, the calls of agents summed up by minute, and what happens to services.

use swarmpulse_model::{Text, Timestamp};

use super::callers::MinuteSum;
use super::figures::rates;
use super::outcome::Outcome;
use super::state::ServiceState;
use crate::finding::Finding;
use crate::report::{Field, Log, LogLine};

/// The most lines between two reports.
const LINES_MAX: usize = 2000;
/// The agent that the monitor itself is, whose probes they are.
const MONITOR: &str = "swarmpulse";

/// Lines to be written with the next report.
#[derive(Clone, Debug, Default)]
pub(super) struct ApiLog {
    lines: Vec<LogLine>,
    /// Lines that there was no room for.
    pub refused: u64,
}

impl ApiLog {
    /// A probe looked.
    pub fn probe(&mut self, service: &Text, state: &ServiceState, at: Timestamp, outcome: &Outcome) {
        let [_, error_ratio, _] = rates(state, at);
        self.push(
            at,
            vec![
                ("bot_id", Field::Text(MONITOR.into())),
                ("endpoint", endpoint(service, state)),
                ("service", Field::Text(service.clone())),
                ("response_time_ms", number(outcome.latency_ms)),
                ("status_code", code(outcome.status_code)),
                ("is_healthy", Field::Bool(!outcome.failed)),
                ("error_rate", Field::Number(error_ratio)),
            ],
        );
        if outcome.timed_out {
            let details = vec![("response_time_ms".into(), number(outcome.latency_ms))];
            self.event(
                at,
                "endpoint_timeout",
                MONITOR,
                endpoint(service, state),
                service,
                details,
            );
        }
    }

    /// A minute of an agent's calls ended.
    pub fn minute(
        &mut self,
        service: &Text,
        agent: &Text,
        state: &ServiceState,
        at: Timestamp,
        sum: &MinuteSum,
    ) {
        let mean_ms = (sum.latencies > 0).then(|| sum.latency_sum_ms / f64::from(sum.latencies));
        self.push(
            at,
            vec![
                ("bot_id", Field::Text(agent.clone())),
                ("endpoint", endpoint(service, state)),
                ("service", Field::Text(service.clone())),
                ("response_time_ms", number(mean_ms)),
                ("status_code", code(sum.status_code)),
                (
                    "is_healthy",
                    Field::Bool(state.down.is_none() && state.failing.is_none()),
                ),
                (
                    "error_rate",
                    Field::Number(f64::from(sum.errors) / f64::from(sum.calls.max(1))),
                ),
                ("calls", Field::Integer(u64::from(sum.calls))),
            ],
        );
        if sum.timeouts > 0 {
            let details = vec![("timeouts".into(), Field::Integer(u64::from(sum.timeouts)))];
            self.event(
                at,
                "endpoint_timeout",
                agent,
                endpoint(service, state),
                service,
                details,
            );
        }
    }

    /// Something new is true of a service.
    pub fn found(&mut self, state: &ServiceState, at: Timestamp, finding: &Finding) {
        let event = match finding.condition {
            "service_degraded" => "response_time_critical",
            "service_failing" | "service_down" => "endpoint_unhealthy",
            _ => return,
        };
        let mut details = vec![
            ("condition".into(), Field::Text(finding.condition.into())),
            ("severity".into(), Field::Text(finding.severity.as_str().into())),
            ("sentence".into(), Field::Text(finding.sentence.as_str().into())),
        ];
        let figures = finding.figures.iter();
        details.extend(figures.map(|figure| (figure.name.into(), Field::Number(figure.value))));
        let service = &finding.subject.id;
        self.event(at, event, MONITOR, endpoint(service, state), service, details);
    }

    fn event(
        &mut self,
        at: Timestamp,
        event: &str,
        agent: &str,
        endpoint: Field,
        service: &Text,
        details: Vec<(Text, Field)>,
    ) {
        self.push(
            at,
            vec![
                ("event", Field::Text(event.into())),
                ("bot_id", Field::Text(agent.into())),
                ("endpoint", endpoint),
                ("service", Field::Text(service.clone())),
                ("details", Field::Object(details)),
            ],
        );
    }

    fn push(&mut self, at: Timestamp, fields: Vec<(&'static str, Field)>) {
        if self.lines.len() >= LINES_MAX {
            self.refused += 1;
            return;
        }
        self.lines.push(LogLine {
            log: Log::ApiHealth,
            at,
            fields,
        });
    }

    /// Hands all lines over.
    pub fn take(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.lines)
    }
}

/// The address where it is declared, else the service's name.
fn endpoint(service: &Text, state: &ServiceState) -> Field {
    Field::Text(state.declared.url.as_ref().unwrap_or(service).clone())
}

fn number(value: Option<f64>) -> Field {
    value.map_or(Field::Null, Field::Number)
}

fn code(code: Option<u16>) -> Field {
    code.map_or(Field::Null, |code| Field::Integer(u64::from(code)))
}
