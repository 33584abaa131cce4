//! Figures of the fleet: counted in one pass under its lock, written after.

use std::collections::BTreeMap;

use swarmpulse_fleet::{Agent, Fleet, Outcomes};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::record::SandboxState;
use swarmpulse_model::{EntityKind, TaskStatus, Timestamp, Verdict};

use super::agent_process::Process;
use super::exposition::Exposition;
use crate::access::Access;

/// With more agents they are shown by count alone.
const AGENTS_SHOWN: u64 = 1_000;
/// Services shown.
const SERVICES_SHOWN: usize = 500;

/// One namespace.
#[derive(Clone, Debug, Default, PartialEq)]
struct Namespace {
    verdicts: [u64; Verdict::ALL.len()],
    flapping: u64,
    restarts: u64,
    lost_reports: u64,
    tasks: [u64; TaskStatus::ALL.len()],
    tasks_stuck: u64,
    sandboxes: BTreeMap<&'static str, u64>,
}

/// One agent.
#[derive(Clone, Debug, PartialEq)]
struct Single {
    namespace: String,
    agent: String,
    kind: String,
    host: String,
    up: bool,
    last_contact: Option<Timestamp>,
    restarts: u64,
    lost_reports: u64,
    process: Option<Process>,
    /// Success, and the response time in seconds, of late.
    outcome: Option<(f64, Option<f64>)>,
}

/// One service.
#[derive(Clone, Debug, PartialEq)]
struct Service {
    namespace: String,
    service: String,
    calls: u64,
    errors: u64,
    open_calls: u64,
    /// Success, and the response time in seconds, of late.
    outcome: Option<(f64, Option<f64>)>,
}

/// Which agents are told one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// All, or none where there are many.
    AllOrNone,
    /// Where there are many, the first of those that were measured: by the probe, or by their calls and tasks.
    Measured,
}

/// What was counted.
#[derive(Debug, Default)]
pub(super) struct FleetFigures {
    namespaces: BTreeMap<String, Namespace>,
    agents: Vec<Single>,
    agents_omitted: u64,
    services: Vec<Service>,
    services_omitted: u64,
    blind: bool,
    machine_memory_bytes: u64,
}

impl FleetFigures {
    /// Counts what may be seen. One pass over the fleet. Processes of this machine have its memory, where that is known
    /// and not 0, as a limit.
    pub(super) fn count(
        fleet: &Fleet,
        access: &Access,
        now: Timestamp,
        told: Told,
        machine_memory_bytes: u64,
    ) -> Self {
        let mut figures = Self {
            blind: fleet.blindness().is_some(),
            machine_memory_bytes,
            ..Self::default()
        };
        let own = access.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
        figures.namespaces.insert(own.to_owned(), Namespace::default());
        figures.count_agents(fleet, access, told);
        for (_, task) in fleet.tasks_from(0) {
            let name = fleet.namespace_of_task(task);
            if access.sees(name) {
                let namespace = figures.namespace(name);
                namespace.tasks[task.status as usize] += 1;
                namespace.tasks_stuck += u64::from(fleet.task_stuck(task, now));
            }
        }
        for (_, sandbox) in fleet.sandboxes_from(0) {
            let name = fleet.namespace_of_sandbox(sandbox);
            if access.sees(name) {
                *figures
                    .namespace(name)
                    .sandboxes
                    .entry(sandbox.state.as_str())
                    .or_default() += 1;
            }
        }
        for (_, service) in fleet.services_from(0) {
            let name = fleet.namespace_of_service(service);
            if !access.sees(name) {
                continue;
            }
            if figures.services.len() < SERVICES_SHOWN {
                let id = service.id.to_string();
                figures.services.push(Service {
                    namespace: name.to_owned(),
                    service: id,
                    calls: service.calls,
                    errors: service.errors,
                    open_calls: service.open_calls,
                    outcome: outcome(&service.outcomes),
                });
            } else {
                figures.services_omitted += 1;
            }
        }
        figures
    }

    fn count_agents(&mut self, fleet: &Fleet, access: &Access, told: Told) {
        let few = fleet.known(EntityKind::Agent) <= AGENTS_SHOWN;
        for (_, agent) in fleet.agents_from(0) {
            let name = fleet.namespace_of(agent);
            if !access.sees(name) {
                continue;
            }
            let namespace = self.namespace(name);
            namespace.verdicts[agent.verdict() as usize] += 1;
            namespace.flapping += u64::from(agent.is_flapping());
            namespace.restarts += u64::from(agent.restarts());
            namespace.lost_reports += agent.lost_reports();
            let measured = || {
                told == Told::Measured
                    && (self.agents.len() as u64) < AGENTS_SHOWN
                    && (agent.process().is_some_and(|process| !process.has_ended())
                        || agent.outcomes().success_ratio().is_some())
            };
            if few || measured() {
                self.agents.push(single(fleet, agent, self.machine_memory_bytes));
            } else {
                self.agents_omitted += 1;
            }
        }
    }

    fn namespace(&mut self, name: &str) -> &mut Namespace {
        if !self.namespaces.contains_key(name) {
            self.namespaces.insert(name.to_owned(), Namespace::default());
        }
        self.namespaces.entry(name.to_owned()).or_default()
    }

    /// Writes what was counted.
    pub(super) fn write(&self, out: &mut Exposition) {
        for (name, namespace) in &self.namespaces {
            namespace.write(name, out);
        }
        // Of each namespace, so that its own figures can be held against it.
        for name in self.namespaces.keys() {
            let blind = f64::from(u8::from(self.blind));
            out.add("swarmpulse_monitor_blind", &[("namespace", name)], blind);
        }
        for service in &self.services {
            service.write(out);
        }
        for agent in &self.agents {
            agent.write(out);
        }
        out.add(
            "swarmpulse_series_omitted",
            &[("family", "agent")],
            self.agents_omitted as f64,
        );
        out.add(
            "swarmpulse_series_omitted",
            &[("family", "service")],
            self.services_omitted as f64,
        );
    }
}

fn single(fleet: &Fleet, agent: &Agent, machine_memory_bytes: u64) -> Single {
    let live = agent.process().filter(|process| !process.has_ended());
    Single {
        namespace: fleet.namespace_of(agent).to_owned(),
        agent: agent.id().to_owned(),
        kind: agent.kind().to_owned(),
        host: fleet.host_of(agent).unwrap_or_default().to_owned(),
        up: agent.verdict().standing().available,
        last_contact: agent.last_contact_at(),
        restarts: agent.restarts().into(),
        lost_reports: agent.lost_reports(),
        process: live.map(|process| {
            let here = fleet.host_of(agent) == Some(fleet.settings().local_host.as_str());
            Process::of(process, if here { machine_memory_bytes } else { 0 })
        }),
        outcome: outcome(agent.outcomes()),
    }
}

fn outcome(outcomes: &Outcomes) -> Option<(f64, Option<f64>)> {
    let success = outcomes.success_ratio()?;
    Some((
        success,
        outcomes.latency_ms().map(|latency_ms| latency_ms / 1000.0),
    ))
}

impl Namespace {
    fn write(&self, name: &str, out: &mut Exposition) {
        let (mut expected, mut available, mut active) = (0, 0, 0);
        for verdict in Verdict::ALL {
            let count = self.verdicts[verdict as usize];
            let standing = verdict.standing();
            expected += if standing.expected { count } else { 0 };
            available += if standing.available { count } else { 0 };
            active += if standing.active { count } else { 0 };
            out.add(
                "swarmpulse_agents",
                &[("namespace", name), ("verdict", verdict.as_str())],
                count as f64,
            );
        }
        let whole = [("namespace", name)];
        for (series, count) in [
            ("swarmpulse_agents_expected", expected),
            ("swarmpulse_agents_available", available),
            ("swarmpulse_agents_active", active),
            ("swarmpulse_agents_flapping", self.flapping),
            ("swarmpulse_agents_restarts", self.restarts),
            ("swarmpulse_agents_lost_reports", self.lost_reports),
            ("swarmpulse_tasks_stuck", self.tasks_stuck),
        ] {
            out.add(series, &whole, count as f64);
        }
        for status in TaskStatus::ALL {
            let count = self.tasks[status as usize];
            out.add(
                "swarmpulse_tasks",
                &[("namespace", name), ("status", status.as_str())],
                count as f64,
            );
        }
        for state in STATES {
            let state = state.as_str();
            let count = self.sandboxes.get(state).copied().unwrap_or(0);
            out.add(
                "swarmpulse_sandboxes",
                &[("namespace", name), ("state", state)],
                count as f64,
            );
        }
    }
}

const STATES: [SandboxState; 7] = [
    SandboxState::Creating,
    SandboxState::Running,
    SandboxState::Paused,
    SandboxState::Stopped,
    SandboxState::Terminated,
    SandboxState::Failed,
    SandboxState::Unknown,
];

impl Single {
    fn write(&self, out: &mut Exposition) {
        let labels = [
            ("namespace", self.namespace.as_str()),
            ("agent", self.agent.as_str()),
            ("kind", self.kind.as_str()),
            ("host", self.host.as_str()),
        ];
        out.add("swarmpulse_agent_up", &labels, f64::from(u8::from(self.up)));
        if let Some(at) = self.last_contact {
            out.add(
                "swarmpulse_agent_last_contact_timestamp_seconds",
                &labels,
                at.unix_s(),
            );
        }
        out.add("swarmpulse_agent_restarts_total", &labels, self.restarts as f64);
        out.add(
            "swarmpulse_agent_lost_reports_total",
            &labels,
            self.lost_reports as f64,
        );
        if let Some(process) = self.process {
            process.write(&labels, out);
        }
        if let Some((success, response_s)) = self.outcome {
            out.add("swarmpulse_agent_success_ratio", &labels, success);
            out.add("swarmpulse_agent_error_ratio", &labels, 1.0 - success);
            if let Some(response_s) = response_s {
                out.add("swarmpulse_agent_response_time_seconds", &labels, response_s);
            }
        }
    }
}

impl Service {
    fn write(&self, out: &mut Exposition) {
        let labels = [
            ("namespace", self.namespace.as_str()),
            ("service", self.service.as_str()),
        ];
        out.add("swarmpulse_service_calls_total", &labels, self.calls as f64);
        out.add("swarmpulse_service_errors_total", &labels, self.errors as f64);
        out.add("swarmpulse_service_open_calls", &labels, self.open_calls as f64);
        if let Some((success, response_s)) = self.outcome {
            out.add("swarmpulse_service_error_ratio", &labels, 1.0 - success);
            if let Some(response_s) = response_s {
                out.add("swarmpulse_service_response_time_seconds", &labels, response_s);
            }
        }
    }
}
