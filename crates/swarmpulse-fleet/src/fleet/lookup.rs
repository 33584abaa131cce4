//! Looking things up: readers of the fleet that change nothing.

use swarmpulse_model::record::FleetSettings;
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_model::{EntityKind, Timestamp};

use super::{Fleet, Refusals};
use crate::agent::Agent;
use crate::arena::Index;
use crate::counts::Counts;
use crate::interval::IntervalSource;
use crate::sandboxes::SandboxEntry;
use crate::services::ServiceEntry;
use crate::tasks::{LimitSource, TaskEntry};

impl Fleet {
    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> &FleetSettings {
        &self.settings
    }
    /// Envelopes before this offset are applied.
    #[must_use]
    pub fn next_offset(&self) -> u64 {
        self.next_offset
    }
    /// When the last applied record was received.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
    /// Agents per verdict.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }
    /// How many agents, tasks, sandboxes or services are known; 0 for kinds that are no entity of their own here.
    #[must_use]
    pub fn known(&self, kind: EntityKind) -> u64 {
        let known = match kind {
            EntityKind::Agent => self.agents.len(),
            EntityKind::Task => self.tasks.len(),
            EntityKind::Sandbox => self.sandboxes.len(),
            EntityKind::Service => self.services.len(),
            EntityKind::Process | EntityKind::Host | EntityKind::TaskType => 0,
        };
        known as u64
    }
    /// What was refused.
    #[must_use]
    pub fn refusals(&self) -> Refusals {
        self.refusals
    }
    /// The name of a namespace.
    #[must_use]
    pub fn namespace_of(&self, agent: &Agent) -> &str {
        self.namespaces.name(agent.namespace)
    }
    /// The name of the namespace of that number, as tasks, sandboxes and services carry it.
    #[must_use]
    pub fn namespace_name(&self, number: u32) -> &str {
        self.namespaces.name(number)
    }
    /// The machine that an agent runs on.
    #[must_use]
    pub fn host_of(&self, agent: &Agent) -> Option<&str> {
        agent.host.map(|host| self.hosts.name(host))
    }
    /// The agent of that name or alias.
    #[must_use]
    pub fn agent_named(&self, namespace: &str, name: &str) -> Option<&Agent> {
        self.agents
            .get(self.find_agent(self.namespaces.find(namespace)?, name)?)
    }
    /// The agent in that slot.
    #[must_use]
    pub fn agent_at(&self, index: Index) -> Option<&Agent> {
        self.agents.get(index)
    }
    /// Agents from that slot on.
    pub fn agents_from(&self, first: Index) -> impl Iterator<Item = (Index, &Agent)> {
        self.agents.iter_from(first)
    }
    /// The task of that name.
    #[must_use]
    pub fn task_named(&self, namespace: &str, name: &str) -> Option<&TaskEntry> {
        self.tasks
            .get(self.tasks.find(self.namespaces.find(namespace)?, name)?)
    }
    /// The task in that slot.
    #[must_use]
    pub fn task_at(&self, index: Index) -> Option<&TaskEntry> {
        self.tasks.get(index)
    }
    /// Tasks from that slot on.
    pub fn tasks_from(&self, first: Index) -> impl Iterator<Item = (Index, &TaskEntry)> {
        self.tasks.iter_from(first)
    }
    /// The sandbox of that name.
    #[must_use]
    pub fn sandbox_named(&self, namespace: &str, name: &str) -> Option<&SandboxEntry> {
        self.sandboxes
            .get(self.sandboxes.find(self.namespaces.find(namespace)?, name)?)
    }
    /// The sandbox in that slot.
    #[must_use]
    pub fn sandbox_at(&self, index: Index) -> Option<&SandboxEntry> {
        self.sandboxes.get(index)
    }
    /// Sandboxes from that slot on.
    pub fn sandboxes_from(&self, first: Index) -> impl Iterator<Item = (Index, &SandboxEntry)> {
        self.sandboxes.iter_from(first)
    }
    /// The service of that name.
    #[must_use]
    pub fn service_named(&self, namespace: &str, name: &str) -> Option<&ServiceEntry> {
        self.services
            .get(self.services.find(self.namespaces.find(namespace)?, name)?)
    }
    /// The service in that slot.
    #[must_use]
    pub fn service_at(&self, index: Index) -> Option<&ServiceEntry> {
        self.services.get(index)
    }
    /// Services from that slot on.
    pub fn services_from(&self, first: Index) -> impl Iterator<Item = (Index, &ServiceEntry)> {
        self.services.iter_from(first)
    }
    /// How long that task may go without progress, in seconds, and who says so.
    #[must_use]
    pub fn task_limit(&self, task: &TaskEntry) -> (f64, LimitSource) {
        task.limit(&self.settings, &self.task_limits)
    }
    /// Whether that task is in hand and neither it nor its agent has shown progress within its limit.
    #[must_use]
    pub fn task_stuck(&self, task: &TaskEntry, now: Timestamp) -> bool {
        let (limit_s, _) = self.task_limit(task);
        let agent = task.agent.and_then(|agent| self.agents.get(agent));
        let progress_at = agent.and_then(Agent::last_progress_at);
        let progress_at = progress_at.map_or(task.progress_at, |at| at.max(task.progress_at));
        task.status.is_open() && now >= progress_at.plus_ns(seconds(limit_s))
    }
    /// How often that agent reports, in seconds, and how that is known.
    #[must_use]
    pub fn interval_of(&self, agent: &Agent) -> (f64, IntervalSource) {
        agent.interval.current(&self.settings)
    }
    /// Silence of that agent for so many seconds means death.
    #[must_use]
    pub fn deadline_s(&self, agent: &Agent) -> f64 {
        agent.interval.silence_limit_ns(&self.settings) as f64 / SECOND_NS as f64
    }
    /// The name of a task's namespace.
    #[must_use]
    pub fn namespace_of_task(&self, task: &TaskEntry) -> &str {
        self.namespaces.name(task.namespace)
    }
    /// The name of a sandbox's namespace.
    #[must_use]
    pub fn namespace_of_sandbox(&self, sandbox: &SandboxEntry) -> &str {
        self.namespaces.name(sandbox.namespace)
    }
    /// The name of a service's namespace.
    #[must_use]
    pub fn namespace_of_service(&self, service: &ServiceEntry) -> &str {
        self.namespaces.name(service.namespace)
    }
}
