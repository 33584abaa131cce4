//! The entity graph: what an entity is linked to, derived from what is known of it.

use swarmpulse_model::{EntityKey, EntityKind, Text};

use crate::agent::Agent;
use crate::arena::Index;
use crate::fleet::Fleet;

/// A link from one entity to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// How they are linked: `runs_on`, `in_sandbox`, `process`, `has_task`, `calls`, `worked_on_by`, `holds`,
    /// `made_for`, `depends_on`.
    pub relation: &'static str,
    /// The other entity; it need not be known itself, as with a service that another depends on.
    pub to: EntityKey,
}

/// Sums over the processes that are under watch and have not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProcessTotals {
    /// Processes.
    pub count: u64,
    /// Resident memory, in bytes.
    pub rss_bytes: u64,
    /// Share of one processor core; may exceed 1.
    pub cpu_ratio: f64,
    /// Open file descriptors, where they could be counted.
    pub open_fds: u64,
    /// Threads.
    pub threads: u64,
    /// Children that ended and were not waited for.
    pub zombie_children: u64,
}

impl Fleet {
    /// The links of the entity of that kind and id; none if it is not known.
    #[must_use]
    pub fn edges(&self, kind: EntityKind, namespace: &str, id: &str) -> Vec<Edge> {
        let to = |relation, kind, id: &str| Edge {
            relation,
            to: EntityKey::new(namespace, kind, id),
        };
        let agent_id = |index: &Index| self.agents.get(*index).map(|agent| agent.id.as_str());
        match kind {
            EntityKind::Agent => self
                .agent_named(namespace, id)
                .map(|agent| self.edges_of_agent(agent, namespace))
                .unwrap_or_default(),
            EntityKind::Task => {
                let Some(task) = self.task_named(namespace, id) else {
                    return Vec::new();
                };
                let agent = task
                    .agent
                    .as_ref()
                    .and_then(agent_id)
                    .or(task.agent_name.as_deref());
                let agent = agent.map(|agent| to("worked_on_by", EntityKind::Agent, agent));
                let sandbox = task.sandbox.as_deref();
                let sandbox = sandbox.map(|sandbox| to("in_sandbox", EntityKind::Sandbox, sandbox));
                agent.into_iter().chain(sandbox).collect()
            }
            EntityKind::Sandbox => {
                let Some(sandbox) = self.sandbox_named(namespace, id) else {
                    return Vec::new();
                };
                let agents = sandbox.agents.iter().filter_map(agent_id);
                let agents = agents.map(|agent| to("holds", EntityKind::Agent, agent));
                let task = sandbox.task.as_deref();
                agents
                    .chain(task.map(|task| to("made_for", EntityKind::Task, task)))
                    .collect()
            }
            EntityKind::Service => {
                let service = self.service_named(namespace, id);
                let needs = service.map(|service| service.depends_on.as_slice());
                let needs = needs.unwrap_or_default().iter();
                needs
                    .map(|needed| to("depends_on", EntityKind::Service, needed))
                    .collect()
            }
            EntityKind::Process | EntityKind::Host | EntityKind::TaskType => Vec::new(),
        }
    }

    fn edges_of_agent(&self, agent: &Agent, namespace: &str) -> Vec<Edge> {
        let mut edges = Vec::new();
        let mut add = |relation, kind, id: &str| {
            edges.push(Edge {
                relation,
                to: EntityKey::new(namespace, kind, id),
            });
        };
        if let Some(host) = self.host_of(agent) {
            add("runs_on", EntityKind::Host, host);
        }
        if let Some(sandbox) = agent.sandbox.and_then(|index| self.sandboxes.get(index)) {
            add("in_sandbox", EntityKind::Sandbox, &sandbox.id);
        }
        if let Some(process) = agent.process.as_deref() {
            let id = Text::from(format!("{}:{}", process.host, process.pid));
            add("process", EntityKind::Process, &id);
        }
        for task in agent.open_tasks.iter().filter_map(|index| self.tasks.get(*index)) {
            add("has_task", EntityKind::Task, &task.id);
        }
        for service in agent
            .services
            .iter()
            .filter_map(|index| self.services.get(*index))
        {
            add("calls", EntityKind::Service, &service.id);
        }
        edges
    }

    /// Sums over the processes under watch.
    #[must_use]
    pub fn processes(&self) -> ProcessTotals {
        let mut totals = ProcessTotals::default();
        let links = self.agents.iter_from(0).filter_map(|(_, agent)| agent.process());
        for sample in links.filter(|link| !link.has_ended()).map(|link| link.sample()) {
            totals.count += 1;
            totals.rss_bytes = totals.rss_bytes.saturating_add(sample.rss_bytes);
            totals.cpu_ratio += sample.cpu_ratio;
            totals.open_fds += sample.open_fds.unwrap_or(0);
            totals.threads += sample.threads;
            totals.zombie_children += u64::from(sample.zombie_children);
        }
        totals
    }
}
