//! Services: slow, failing or down, as calls of agents and probes of endpoints tell.
//!
//! Memory: a service keeps an hour of minutes, a day of quarters of an hour, the shape of a week, and for each of at most 21
//! operations what is usual. That is about 20 KiB for one that is called a few times a minute and 100 KiB for the busiest
//! (a test measures both), besides at most 256 open calls. There are at most 5,000 services, and 20,000 pairs of caller and
//! service of some 300 bytes each.

mod alarm;
mod callers;
mod charts;
mod declared;
mod description;
mod figures;
mod findings;
mod history;
mod hours;
mod judge;
mod log;
mod open_calls;
mod operation;
mod outcome;
mod run;
mod sketch;
mod state;
mod tally;
mod usual;

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::record::Call;
use swarmpulse_model::{EntityKey, EntityKind, Record, Text, Timestamp};

use crate::detector::{Detector, Graph, Surroundings};
use crate::finding::Finding;
use crate::report::{Published, Report, Waiting};

pub use callers::CallerFigures;
pub use description::SERVICES;
pub use figures::{LatencyPoint, OperationFigures, ServiceFigures, ServiceStatus};

use callers::Callers;
use findings::Told;
use history::minute_of;
use log::ApiLog;
use outcome::PROBE;
use state::ServiceState;
use usual::Usual;

/// The most services.
const SERVICES_MAX: usize = 5000;
/// The most services whose figures are published as series.
const PUBLISHED_MAX: usize = 2000;
/// So many services that wait are named; the rest is summed up.
const WAITING_NAMED: usize = 10;
/// So many services that need a bad one are named.
const DEPENDENTS_MAX: usize = 10;
/// A service that nobody called for so long is forgotten, in seconds: a week.
const FORGET_S: f64 = 604_800.0;

type Key = (Text, Text);

/// Every service that is called, and the detector of those that are not well.
#[derive(Default)]
pub struct ServiceBook {
    services: BTreeMap<Key, Box<ServiceState>>,
    callers: Callers,
    log: ApiLog,
    /// What was true at the last report.
    told: BTreeSet<(&'static str, EntityKey)>,
    minute: i64,
    refused_services: u64,
    refused_open_calls: u64,
}

impl ServiceBook {
    /// One that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How every service is, by namespace and id.
    pub fn figures(&self, now: Timestamp) -> impl Iterator<Item = ServiceFigures> {
        self.services
            .iter()
            .map(move |((namespace, service), state)| ServiceFigures::of(namespace, service, state, now))
    }

    /// How the calls of each agent fare, by namespace, service and agent. Probes are not among them.
    pub fn callers(&self) -> impl Iterator<Item = CallerFigures> {
        self.callers.figures()
    }

    fn service(&mut self, namespace: &Text, service: &Text) -> Option<&mut ServiceState> {
        let key = (namespace.clone(), service.clone());
        if self.services.len() >= SERVICES_MAX && !self.services.contains_key(&key) {
            self.refused_services += 1;
            return None;
        }
        Some(self.services.entry(key).or_default())
    }

    fn call(&mut self, namespace: &Text, at: Timestamp, call: &Call) {
        let Some(state) = self.service(namespace, &call.service) else {
            return;
        };
        let outcome = match state.observe(at, call) {
            Ok(Some(outcome)) => outcome,
            Ok(None) => return,
            Err(()) => {
                self.refused_open_calls += 1;
                return;
            }
        };
        if call.operation.as_deref() == Some(PROBE) {
            let key = (namespace.clone(), call.service.clone());
            if let Some(state) = self.services.get(&key) {
                self.log.probe(&call.service, state, at, &outcome);
            }
        } else if let Some(agent) = &call.agent {
            self.callers
                .observe(namespace, &call.service, agent, at, &outcome);
        }
    }

    fn end_minute(&mut self, now: Timestamp) {
        let Self {
            services,
            callers,
            log,
            ..
        } = self;
        callers.end_minute(now, |(namespace, service, agent), sum| {
            if let Some(state) = services.get(&(namespace.clone(), service.clone())) {
                log.minute(service, agent, state, now, sum);
            }
        });
        services.retain(|_, state| {
            state
                .last
                .as_ref()
                .is_none_or(|last| now.seconds_since(last.at) < FORGET_S)
        });
    }

    fn tell(&mut self, now: Timestamp, graph: &Graph, findings: &mut Vec<Finding>) {
        let bad: BTreeSet<&Key> = self
            .services
            .iter()
            .filter(|(_, state)| state.down.is_some() || state.failing.is_some() || state.degraded.is_some())
            .map(|(key, _)| key)
            .collect();
        let dependents = dependents(graph, &bad);
        let mut told = BTreeSet::new();
        for (key, state) in &self.services {
            let needs = graph.depends_on.get(key).filter(|_| bad.contains(key));
            let causes: Vec<Text> = needs
                .into_iter()
                .flatten()
                .filter(|needed| **needed != key.1 && bad.contains(&(key.0.clone(), (*needed).clone())))
                .take(DEPENDENTS_MAX)
                .cloned()
                .collect();
            let first = findings.len();
            Told {
                namespace: &key.0,
                service: &key.1,
                state,
                now,
                dependents: dependents.get(key).map_or(&[], Vec::as_slice),
                causes: &causes,
            }
            .findings(findings);
            for finding in &findings[first..] {
                let name = (finding.condition, finding.subject.clone());
                if !self.told.contains(&name) {
                    self.log.found(state, now, finding);
                }
                told.insert(name);
            }
        }
        self.told = told;
    }

    fn wait(&self, now: Timestamp, waiting: &mut Vec<Waiting>) {
        let mut more = 0;
        let mut named = 0;
        for ((namespace, service), state) in &self.services {
            let is_known = state.operations.iter().any(|one| one.bad_shares().is_some());
            if is_known || state.history.counts(now, 60).0 == 0 {
                continue;
            }
            if named == WAITING_NAMED {
                more += 1;
                continue;
            }
            named += 1;
            waiting.push(Waiting {
                detector: findings::NAME,
                subject: Some(EntityKey::new(namespace, EntityKind::Service, service)),
                reason: what_is_missing(state, now),
            });
        }
        if more > 0 {
            waiting.push(Waiting {
                detector: findings::NAME,
                subject: None,
                reason: format!("{more} more services have too few calls to know what is usual of them"),
            });
        }
    }

    fn publish(&self, now: Timestamp, report: &mut Report) {
        let mut shown = 0;
        let mut left_out = 0;
        for ((namespace, service), state) in &self.services {
            if state.history.counts(now, 60).0 == 0 {
                continue;
            }
            if shown == PUBLISHED_MAX {
                left_out += 1;
                continue;
            }
            shown += 1;
            publish_one(namespace, service, state, now, &mut report.published);
        }
        if left_out > 0 {
            report.dropped.push(("service_series", left_out));
        }
    }
}

impl Detector for ServiceBook {
    fn name(&self) -> &'static str {
        findings::NAME
    }

    fn observe(&mut self, namespace: &Text, at: Timestamp, record: &Record) {
        match record {
            Record::Call(call) => self.call(namespace, at, call),
            Record::Service(service) => {
                if let Some(state) = self.service(namespace, &service.service) {
                    state.declared.take(service);
                }
            }
            _ => {}
        }
    }

    fn evaluate(&mut self, now: Timestamp, around: &Surroundings<'_>, report: &mut Report) {
        for state in self.services.values_mut() {
            state.judge(now);
        }
        if minute_of(now) != self.minute {
            self.minute = minute_of(now);
            self.end_minute(now);
        }
        self.tell(now, around.graph, &mut report.findings);
        self.wait(now, &mut report.waiting);
        self.publish(now, report);
        report.lines.extend(self.log.take());
        let dropped = [
            ("services", &mut self.refused_services),
            ("open_calls", &mut self.refused_open_calls),
            ("service_callers", &mut self.callers.refused),
            ("api_health_lines", &mut self.log.refused),
        ];
        for (reason, count) in dropped {
            if *count > 0 {
                report.dropped.push((reason, std::mem::take(count)));
            }
        }
    }
}

/// The services that need one that is not well.
fn dependents(graph: &Graph, bad: &BTreeSet<&Key>) -> BTreeMap<Key, Vec<Text>> {
    let mut dependents: BTreeMap<Key, Vec<Text>> = BTreeMap::new();
    if bad.is_empty() {
        return dependents;
    }
    for ((namespace, service), needs) in &graph.depends_on {
        for needed in needs {
            let key = (namespace.clone(), needed.clone());
            if needed != service && bad.contains(&key) {
                let names = dependents.entry(key).or_default();
                if names.len() < DEPENDENTS_MAX {
                    names.push(service.clone());
                }
            }
        }
    }
    dependents
}

fn what_is_missing(state: &ServiceState, now: Timestamp) -> String {
    let (calls, seconds) = state
        .operations
        .iter()
        .map(|operation| operation.progress(now))
        .fold((0.0_f64, 0.0_f64), |(most, longest), (calls, seconds)| {
            (most.max(calls), longest.max(seconds))
        });
    format!(
        "{} with a latency in {}, {} of one operation over {} are needed to know what is usual",
        crate::wording::counted(calls.round() as u64, "call"),
        crate::wording::brief(seconds),
        operation::CALLS_NEEDED,
        crate::wording::brief(operation::SECONDS_NEEDED),
    )
}

fn publish_one(
    namespace: &Text,
    service: &Text,
    state: &ServiceState,
    now: Timestamp,
    published: &mut Vec<Published>,
) {
    let labels = || vec![namespace.clone(), service.clone()];
    let mut push = |series, labels, value| {
        published.push(Published {
            series,
            labels,
            value,
        });
    };
    let quantiles = ["0.5", "0.95", "0.99"]
        .into_iter()
        .zip(figures::quantiles_ms(state, now));
    for (quantile, latency_ms) in quantiles {
        if let Some(latency_ms) = latency_ms {
            let mut labels = labels();
            labels.push(quantile.into());
            push(description::LATENCY, labels, latency_ms / 1000.0);
        }
    }
    let [rate, _, timeouts] = figures::rates(state, now);
    push(description::TIMEOUTS, labels(), timeouts);
    push(description::RATE, labels(), rate);
    if let Some(usual) = Usual::of(state) {
        push(description::BASELINE, labels(), usual.p95_ms / 1000.0);
    }
    if let Some(probe) = &state.last_probe {
        push(
            description::UP,
            labels(),
            f64::from(u8::from(!probe.outcome.failed)),
        );
    }
    if let Some(expires_s) = state.tls_expires_at {
        push(description::TLS, labels(), expires_s);
    }
}
