//! Tasks: their state, and the agents that have them in hand.

use serde::{Deserialize, Serialize};
use swarmpulse_model::effect::{FailureSeen, TaskChange};
use swarmpulse_model::record::{Failure, FleetSettings, Task};
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Attributes, Effect, EntityKey, EntityKind, TaskStatus, Text, Timestamp};

use crate::agent::{How, Moment};
use crate::arena::{Index, Keyed};
use crate::durations::LearnedLimits;
use crate::fleet::{Fleet, Step};

/// Where a task's limit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitSource {
    /// The sender said so.
    Declared,
    /// From the settings.
    Configured,
    /// From tasks of its type that ended.
    Learned,
    /// None of these.
    Default,
}

impl LimitSource {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Configured => "configured",
            Self::Learned => "learned",
            Self::Default => "default",
        }
    }

    /// Whether someone or something knows the limit.
    #[must_use]
    pub fn is_known(self) -> bool {
        self != Self::Default
    }
}

/// A task as the fleet knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the record")]
pub struct TaskEntry {
    pub(crate) namespace: u32,
    pub id: Text,
    pub task_type: Option<Text>,
    pub status: TaskStatus,
    /// In this status since, by receipt.
    pub since: Timestamp,
    pub first_seen_at: Timestamp,
    /// It last moved, or its agent showed progress on it, by receipt.
    pub progress_at: Timestamp,
    pub(crate) heard_at: Timestamp,
    pub(crate) agent: Option<Index>,
    pub agent_name: Option<Text>,
    pub sandbox: Option<Text>,
    pub queue: Option<Text>,
    pub priority: Option<Text>,
    pub user: Option<Text>,
    pub attempt: Option<u32>,
    pub timeout_s: Option<f64>,
    pub error: Option<Text>,
    pub retryable: Option<bool>,
    pub attributes: Attributes,
}

impl Keyed for TaskEntry {
    fn namespace(&self) -> u32 {
        self.namespace
    }
    fn id(&self) -> &str {
        &self.id
    }
}

impl TaskEntry {
    /// How long it may go without progress, in seconds, and who says so.
    pub(crate) fn limit(&self, settings: &FleetSettings, learned: &LearnedLimits) -> (f64, LimitSource) {
        if let Some(timeout_s) = self.timeout_s {
            return (timeout_s, LimitSource::Declared);
        }
        let task_type = self.task_type.as_deref().unwrap_or_default();
        if let Some(limit) = settings.task_limits.iter().find(|limit| limit.name == task_type) {
            return (limit.limit_s, LimitSource::Configured);
        }
        match learned.limit_s(task_type) {
            Some(learned_s) => (learned_s, LimitSource::Learned),
            None => (settings.task_limit_s, LimitSource::Default),
        }
    }
}

impl Fleet {
    pub(crate) fn apply_task(&mut self, step: &mut Step<'_>, record: Task) {
        let namespace = step.namespace;
        let now = step.now;
        let Some(index) = self
            .tasks
            .find(namespace, &record.task)
            .or_else(|| self.add_task(step, &record))
        else {
            return;
        };
        let Some(task) = self.tasks.get_mut(index) else {
            return;
        };
        task.heard_at = now;
        let is_new = task.first_seen_at == now && task.since == now && task.status == record.status;
        let later_attempt = record.attempt.unwrap_or(0) > task.attempt.unwrap_or(0);
        if task.status.is_final() && !later_attempt && record.status != task.status {
            // A finished task is never overwritten: what comes now was overtaken.
            self.refusals.late_tasks += 1;
            return;
        }
        let from = task.status;
        let moved = from != record.status || later_attempt;
        if moved && record.status.is_final() && from.is_open() {
            let took_s = now.seconds_since(task.since);
            let task_type = task.task_type.clone().unwrap_or_default();
            if record.status == TaskStatus::Completed {
                self.task_limits.observe(&task_type, took_s);
            }
        }
        let Some(task) = self.tasks.get_mut(index) else {
            return;
        };
        if moved {
            task.status = record.status;
            task.since = now;
            task.progress_at = now;
        }
        merge(task, record);
        let change = (moved || is_new).then(|| {
            Effect::Task(Box::new(task_change(
                task,
                &step.namespace_name,
                (!is_new).then_some(from),
            )))
        });
        step.effects.extend(change);
        if moved || is_new {
            self.forget_task_at
                .push_back((now.plus_ns(seconds(self.settings.forget_task_s)), index));
            self.settle_outcome(index, from);
        }
        self.relink_task(step, index);
    }

    fn add_task(&mut self, step: &Step<'_>, record: &Task) -> Option<Index> {
        if self.tasks.len() as u64 >= self.settings.entities_max {
            self.refusals.tasks += 1;
            return None;
        }
        Some(self.tasks.insert(TaskEntry {
            namespace: step.namespace,
            id: record.task.clone(),
            task_type: None,
            status: record.status,
            since: step.now,
            first_seen_at: step.now,
            progress_at: step.now,
            heard_at: step.now,
            agent: None,
            agent_name: None,
            sandbox: None,
            queue: None,
            priority: None,
            user: None,
            attempt: None,
            timeout_s: None,
            error: None,
            retryable: None,
            attributes: Attributes::default(),
        }))
    }

    /// Counts an ended task for the agent that had it.
    fn settle_outcome(&mut self, index: Index, from: TaskStatus) {
        let Some(task) = self.tasks.get(index) else { return };
        let success = match task.status {
            TaskStatus::Completed => true,
            TaskStatus::Failed => false,
            _ => return,
        };
        if from == task.status {
            return;
        }
        let (namespace, name) = (task.namespace, task.agent_name.clone());
        let agent = name.and_then(|name| self.find_agent(namespace, &name));
        if let Some(agent) = agent.and_then(|agent| self.agents.get_mut(agent)) {
            agent.outcomes.observe(success, None);
        }
    }

    /// Puts a task into the hands of the agent that it names, if it is open, and out of all others'.
    fn relink_task(&mut self, step: &mut Step<'_>, index: Index) {
        let Some(task) = self.tasks.get(index) else { return };
        let (open, before) = (task.status.is_open(), task.agent);
        let named = task.agent_name.clone();
        let sandbox_agent = task
            .sandbox
            .as_deref()
            .and_then(|sandbox| self.agent_of_sandbox(step.namespace, sandbox));
        let after = named
            .as_deref()
            .and_then(|name| self.find_agent(step.namespace, name))
            .or(sandbox_agent);
        if let Some(name) = named.filter(|_| after.is_none() && open) {
            self.wait_for_agent(step.namespace, name, index);
        }
        if let Some(task) = self.tasks.get_mut(index) {
            // The link stands while the agent has the task in hand, and no longer.
            task.agent = after.filter(|_| open);
        }
        if let Some(before) = before.filter(|before| Some(*before) != after || !open) {
            if let Some(agent) = self.agents.get_mut(before) {
                agent.open_tasks.retain(|open| *open != index);
            }
            self.review(step, before);
        }
        if let Some(after) = after {
            if let Some(agent) = self.agents.get_mut(after)
                && open
                && !agent.open_tasks.contains(&index)
            {
                agent.open_tasks.push(index);
            }
            self.review(step, after);
        }
    }

    /// Tasks that wait for an agent of this name to be known.
    pub(crate) fn adopt_tasks(&mut self, namespace: u32, agent: Index, name: &str) {
        let Some(waiting) = self.orphan_tasks.remove(&(namespace, Text::from(name))) else {
            return;
        };
        for index in waiting {
            if let Some(task) = self.tasks.get_mut(index)
                && task.status.is_open()
                && task.agent_name.as_deref() == Some(name)
            {
                task.agent = Some(agent);
                if let Some(agent) = self.agents.get_mut(agent)
                    && !agent.open_tasks.contains(&index)
                {
                    agent.open_tasks.push(index);
                }
            }
        }
    }

    fn wait_for_agent(&mut self, namespace: u32, name: Text, index: Index) {
        let waiting = self.orphan_tasks.entry((namespace, name)).or_default();
        if !waiting.contains(&index) {
            waiting.push(index);
        }
    }

    /// An agent names the task it has in hand: that opens it, and closes the one it named before.
    pub(crate) fn name_task(&mut self, step: &mut Step<'_>, agent: Index, task: Option<Text>) {
        let Some(entry) = self.agents.get_mut(agent) else {
            return;
        };
        if entry.task_named == task {
            return;
        }
        let before = std::mem::replace(&mut entry.task_named, task.clone());
        let name = entry.id.clone();
        if let Some(before) = before.and_then(|before| self.tasks.find(step.namespace, &before)) {
            if let Some(entry) = self.agents.get_mut(agent) {
                entry.open_tasks.retain(|open| *open != before);
            }
        }
        let Some(task) = task else { return };
        if let Some(known) = self.tasks.find(step.namespace, &task) {
            let Some(known_task) = self.tasks.get_mut(known) else {
                return;
            };
            if known_task.status.is_final() {
                return;
            }
            if known_task.status.is_open() {
                known_task.agent_name = Some(name);
                self.relink_task(step, known);
                return;
            }
        }
        let record = Task {
            task,
            task_type: None,
            status: TaskStatus::Running,
            queue: None,
            agent: Some(name),
            sandbox: None,
            priority: None,
            user: None,
            attempt: None,
            queued_at: None,
            assigned_at: None,
            started_at: None,
            finished_at: None,
            timeout_s: None,
            error: None,
            retryable: None,
            attributes: Attributes::default(),
        };
        self.apply_task(step, record);
    }

    pub(crate) fn apply_failure(&mut self, step: &mut Step<'_>, failure: Failure) {
        if let Some(agent) = failure
            .agent
            .as_deref()
            .and_then(|name| self.find_agent(step.namespace, name))
        {
            if let Some(agent) = self.agents.get_mut(agent) {
                agent.outcomes.observe(false, None);
            }
            self.contact(step, agent, How::Event(Text::const_new("failure")), failure.at);
            self.review(step, agent);
        }
        let namespace = step.namespace_name.clone();
        step.effects
            .push(Effect::Failure(Box::new(FailureSeen { namespace, failure })));
    }

    /// Forgets tasks that ended, or of which nothing was heard, long enough ago.
    pub(crate) fn forget_tasks(&mut self, step: &mut Step<'_>) {
        while self.forget_task_at.front().is_some_and(|(at, _)| *at <= step.now) {
            let Some((_, index)) = self.forget_task_at.pop_front() else {
                break;
            };
            let Some(task) = self.tasks.get(index) else {
                continue;
            };
            let forget_at = task
                .heard_at
                .max(task.since)
                .plus_ns(seconds(self.settings.forget_task_s));
            let in_hand = task
                .agent
                .and_then(|agent| self.agents.get(agent))
                .is_some_and(|agent| agent.open_tasks.contains(&index));
            if forget_at > step.now || in_hand {
                let again = forget_at.max(step.now.plus_ns(seconds(self.settings.forget_task_s)));
                self.forget_task_at.push_back((again, index));
                continue;
            }
            if let Some(name) = task.agent_name.clone()
                && let Some(waiting) = self.orphan_tasks.get_mut(&(task.namespace, name.clone()))
            {
                waiting.retain(|other| *other != index);
                if waiting.is_empty() {
                    let namespace = task.namespace;
                    self.orphan_tasks.remove(&(namespace, name));
                }
            }
            self.tasks.remove(index);
        }
    }
}

fn merge(task: &mut TaskEntry, record: Task) {
    macro_rules! keep {
        ($($field:ident),*) => { $(if record.$field.is_some() { task.$field = record.$field; })* };
    }
    keep!(
        task_type, sandbox, queue, priority, user, attempt, timeout_s, retryable
    );
    if record.agent.is_some() {
        task.agent_name = record.agent;
    }
    if record.error.is_some() || record.status == TaskStatus::Completed {
        task.error = record.error;
    }
    if !record.attributes.is_empty() {
        task.attributes = record.attributes;
    }
}

fn task_change(task: &TaskEntry, namespace: &str, from: Option<TaskStatus>) -> TaskChange {
    TaskChange {
        task: EntityKey::new(namespace, EntityKind::Task, &task.id),
        task_type: task.task_type.clone(),
        from,
        to: task.status,
        agent: task.agent_name.clone(),
        sandbox: task.sandbox.clone(),
        queue: task.queue.clone(),
        attempt: task.attempt,
        error: task.error.clone(),
    }
}

pub(crate) fn moment(step: &Step<'_>) -> Moment {
    Moment {
        at: step.now,
        record: step.position,
    }
}
