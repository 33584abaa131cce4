//! How services are, in figures, for whoever shows them.

use serde::Serialize;
use swarmpulse_model::{Text, Timestamp};

use super::state::ServiceState;
use super::usual::Usual;

/// Over so many minutes figures of calls are taken.
const MINUTES: i64 = 15;
/// And figures of latency, where so many minutes hold enough; an hour else.
const LATENCY_MINUTES: i64 = 5;
/// So many latencies are enough.
const LATENCIES_NEEDED: f64 = 20.0;

/// How a service is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStatus {
    /// As usual, and within its limits.
    Healthy,
    /// Slower than usual, or than its limit.
    Degraded,
    /// More calls fail than usual, or than its limit.
    Failing,
    /// Every call fails, or every probe.
    Down,
    /// Nobody called it for an hour.
    Unknown,
}

/// A quarter of an hour of calls.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LatencyPoint {
    /// When it began.
    pub at: Timestamp,
    /// Calls that ended.
    pub calls: u32,
    /// Those that failed.
    pub errors: u32,
    /// Half of them took no longer, in milliseconds.
    pub p50_ms: Option<f64>,
    /// 95 % of them.
    pub p95_ms: Option<f64>,
    /// 99 % of them.
    pub p99_ms: Option<f64>,
}

/// One operation of a service, since it is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OperationFigures {
    /// Its name; empty for calls that name none.
    pub operation: Text,
    /// Calls that ended.
    pub calls: u64,
    /// Those that failed.
    pub errors: u64,
    /// Half of its calls usually take no longer, in milliseconds.
    pub usual_p50_ms: Option<f64>,
    /// 95 % of them.
    pub usual_p95_ms: Option<f64>,
}

/// How a service is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceFigures {
    /// Its namespace.
    pub namespace: Text,
    /// Its id.
    pub service: Text,
    /// Where it listens, where that is declared.
    pub url: Option<Text>,
    /// What sort it is, where that is declared.
    pub kind: Option<Text>,
    /// In one word.
    pub status: ServiceStatus,
    /// Whether a probe of this monitor looks at it.
    pub is_probed: bool,
    /// Whether it answers as it should: the last probe for one that is probed, else that it is neither failing nor down.
    pub is_healthy: bool,
    /// When the last call or probe ended.
    pub last_checked: Option<Timestamp>,
    /// How long that took, in milliseconds.
    pub response_time_ms: Option<f64>,
    /// Its status.
    pub status_code: Option<u16>,
    /// What went wrong, if it did.
    pub error: Option<Text>,
    /// Calls that ended, since it is known.
    pub calls: u64,
    /// Calls a minute, over the last 15 minutes.
    pub calls_per_minute: f64,
    /// Share of calls that failed in the last 15 minutes, 0 to 1.
    pub error_ratio: f64,
    /// Share that timed out.
    pub timeout_ratio: f64,
    /// Half of the calls of the last five minutes took no longer, in milliseconds; of the last hour where they are few.
    pub p50_ms: Option<f64>,
    /// 95 % of them.
    pub p95_ms: Option<f64>,
    /// 99 % of them.
    pub p99_ms: Option<f64>,
    /// What 95 % usually take no longer than, once that is known, in milliseconds.
    pub usual_p95_ms: Option<f64>,
    /// When its certificate expires.
    pub tls_expires_at: Option<Timestamp>,
    /// Its operations.
    pub operations: Vec<OperationFigures>,
    /// The last day, by quarter of an hour, the oldest first.
    pub day: Vec<LatencyPoint>,
}

/// Latencies that half, 95 % and 99 % of the newest calls took at most, in milliseconds.
pub(super) fn quantiles_ms(state: &ServiceState, now: Timestamp) -> [Option<f64>; 3] {
    let mut latencies = state.history.latencies(now, LATENCY_MINUTES);
    if latencies.total() < LATENCIES_NEEDED {
        latencies = state.history.latencies(now, 60);
    }
    [0.5, 0.95, 0.99].map(|share| latencies.quantile(share))
}

/// Calls a minute over the last 15, and the shares that failed and timed out.
pub(super) fn rates(state: &ServiceState, now: Timestamp) -> [f64; 3] {
    let (calls, errors, timeouts) = state.history.counts(now, MINUTES);
    let of = |part: u32| f64::from(part) / f64::from(calls.max(1));
    [f64::from(calls) / MINUTES as f64, of(errors), of(timeouts)]
}

/// How a service is, in one word.
pub(super) fn status(state: &ServiceState, now: Timestamp) -> ServiceStatus {
    if state.down.is_some() {
        ServiceStatus::Down
    } else if state.failing.is_some() {
        ServiceStatus::Failing
    } else if state.degraded.is_some() {
        ServiceStatus::Degraded
    } else if state.history.counts(now, 60).0 == 0 {
        ServiceStatus::Unknown
    } else {
        ServiceStatus::Healthy
    }
}

impl ServiceFigures {
    pub(super) fn of(namespace: &Text, service: &Text, state: &ServiceState, now: Timestamp) -> Self {
        let status = status(state, now);
        let [calls_per_minute, error_ratio, timeout_ratio] = rates(state, now);
        let [p50_ms, p95_ms, p99_ms] = quantiles_ms(state, now);
        let last = state.last_probe.as_ref().or(state.last.as_ref());
        let outcome = last.map(|last| &last.outcome);
        let ms = |value: f32| value.is_finite().then_some(f64::from(value));
        let day = state.history.quarters().map(|quarter| LatencyPoint {
            at: quarter.start(),
            calls: quarter.calls,
            errors: quarter.errors,
            p50_ms: ms(quarter.quantiles_ms[0]),
            p95_ms: ms(quarter.quantiles_ms[1]),
            p99_ms: ms(quarter.quantiles_ms[2]),
        });
        let operations = state.operations.iter().map(|operation| OperationFigures {
            operation: operation.name.clone(),
            calls: operation.calls,
            errors: operation.errors,
            usual_p50_ms: operation.usual().and_then(|usual| usual.quantile(0.5)),
            usual_p95_ms: operation.usual().and_then(|usual| usual.quantile(0.95)),
        });
        Self {
            namespace: namespace.clone(),
            service: service.clone(),
            url: state.declared.url.clone(),
            kind: state.declared.kind.clone(),
            status,
            is_probed: state.last_probe.is_some(),
            is_healthy: match &state.last_probe {
                Some(probe) => !probe.outcome.failed,
                None => !matches!(status, ServiceStatus::Failing | ServiceStatus::Down),
            },
            last_checked: last.map(|last| last.at),
            response_time_ms: outcome.and_then(|outcome| outcome.latency_ms),
            status_code: outcome.and_then(|outcome| outcome.status_code),
            error: outcome.and_then(|outcome| outcome.error.clone()),
            calls: state.calls,
            calls_per_minute,
            error_ratio,
            timeout_ratio,
            p50_ms,
            p95_ms,
            p99_ms,
            usual_p95_ms: Usual::of(state).map(|usual| usual.p95_ms),
            tls_expires_at: state.tls_expires_at.map(Timestamp::from_unix_s),
            operations: operations.collect(),
            day: day.collect(),
        }
    }
}
