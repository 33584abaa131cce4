//! Tasks: their state.

use serde::{Deserialize, Serialize};
use swarmpulse_model::effect::{FailureSeen, TaskChange};
use swarmpulse_model::record::{Failure, FleetSettings, Task};
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_model::{Attributes, Effect, EntityKey, EntityKind, TaskStatus, Text, Timestamp};

use crate::agent::Moment;
use crate::arena::{Index, Keyed};
use crate::durations::LearnedLimits;
use crate::fleet::{Fleet, Step};
use crate::open_work::DECLARED_MAX_S;

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
    /// Looked at then, to be forgotten.
    pub(crate) forget_at: Timestamp,
    /// In hand since, by receipt, through all its open statuses.
    pub(crate) opened_at: Option<Timestamp>,
    /// The latest time that its senders gave.
    pub(crate) sent_at: Option<Timestamp>,
    /// Known by an agent's word alone, and only while it is spoken of.
    pub(crate) by_word: bool,
    /// It stands among those that wait for an agent of this name to be known.
    pub(crate) waiting_for: Option<Text>,
    /// The agent that has it in hand: it stands among that agent's open tasks.
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
        if let Some(timeout_s) = self.timeout_s.filter(|timeout_s| *timeout_s > 0.0) {
            return (timeout_s.min(DECLARED_MAX_S), LimitSource::Declared);
        }
        let task_type = self.task_type.as_deref().unwrap_or_default();
        if let Some(limit) = settings.task_limits.iter().find(|limit| limit.name == task_type) {
            return (limit.limit_s, LimitSource::Configured);
        }
        match learned.limit_s(self.namespace, task_type) {
            Some(learned_s) => (learned_s, LimitSource::Learned),
            None => (settings.task_limit_s, LimitSource::Default),
        }
    }
}

impl Fleet {
    pub(crate) fn apply_task(&mut self, step: &mut Step<'_>, record: Task) {
        let now = step.now;
        let found = self.tasks.find(step.namespace, &record.task);
        let is_new = found.is_none();
        let Some(index) = found.or_else(|| self.add_task(step, &record)) else {
            return;
        };
        let Some(task) = self.tasks.get_mut(index) else {
            return;
        };
        task.heard_at = now;
        task.by_word = false;
        let sent_at = [
            record.queued_at,
            record.assigned_at,
            record.started_at,
            record.finished_at,
        ];
        let sent_at = sent_at.into_iter().flatten().max();
        let later_attempt = record.attempt.unwrap_or(0) > task.attempt.unwrap_or(0);
        let is_late = !later_attempt && is_overtaken(task, &record, sent_at);
        if is_late {
            self.refusals.late_tasks += 1;
            return;
        }
        task.sent_at = task.sent_at.max(sent_at);
        let from = task.status;
        let moved = is_new || from != record.status || later_attempt;
        if moved {
            let (opened_at, to) = (task.opened_at, record.status);
            task.status = to;
            task.since = now;
            task.progress_at = now;
            task.opened_at = match opened_at {
                Some(at) if !later_attempt => to.is_open().then_some(at),
                _ => to.is_open().then_some(now),
            };
            if to == TaskStatus::Completed && (is_new || from != to) {
                self.learn_duration(step, &record, index, opened_at);
            }
        }
        let Some(task) = self.tasks.get_mut(index) else {
            return;
        };
        merge(task, record);
        if moved {
            let change = task_change(task, &step.namespace_name, (!is_new).then_some(from));
            step.effects.push(Effect::Task(Box::new(change)));
            self.count_outcome(index, (!is_new).then_some(from));
        }
        self.relink_task(step, index);
    }

    fn add_task(&mut self, step: &Step<'_>, record: &Task) -> Option<Index> {
        if self.tasks.len() as u64 >= self.settings.entities_max {
            self.refusals.tasks += 1;
            return None;
        }
        let forget_at = step.now.plus_ns(seconds(self.settings.forget_task_s));
        let index = self.tasks.insert(TaskEntry {
            namespace: step.namespace,
            id: record.task.clone(),
            task_type: None,
            status: record.status,
            since: step.now,
            first_seen_at: step.now,
            progress_at: step.now,
            heard_at: step.now,
            forget_at,
            opened_at: None,
            sent_at: None,
            by_word: false,
            waiting_for: None,
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
        });
        self.forget_tasks_at.insert((forget_at, index));
        Some(index)
    }

    /// A task was completed: by its sender's clock where it gives both ends, else by receipt.
    fn learn_duration(&mut self, step: &Step<'_>, record: &Task, index: Index, opened_at: Option<Timestamp>) {
        let told_s = record
            .started_at
            .zip(record.finished_at)
            .map(|(started, finished)| finished.seconds_since(started))
            .filter(|took_s| *took_s >= 0.0);
        let seen_s = opened_at.map(|opened| step.now.seconds_since(opened));
        let task_type = record.task_type.as_deref();
        let known_type = self.tasks.get(index).and_then(|task| task.task_type.as_deref());
        let task_type = task_type.or(known_type).unwrap_or_default();
        if let Some(took_s) = told_s.or(seen_s)
            && !self.task_limits.observe(step.namespace, task_type, took_s)
        {
            self.refusals.task_types += 1;
        }
    }

    /// Counts an ended task for the agent that had it.
    fn count_outcome(&mut self, index: Index, from: Option<TaskStatus>) {
        let Some(task) = self.tasks.get(index) else { return };
        let success = match task.status {
            TaskStatus::Completed => true,
            TaskStatus::Failed => false,
            _ => return,
        };
        if from == Some(task.status) {
            return;
        }
        let agent = task
            .agent_name
            .as_deref()
            .and_then(|name| self.find_agent(task.namespace, name));
        if let Some(agent) = agent.and_then(|agent| self.agents.get_mut(agent)) {
            agent.outcomes.observe(success, None);
        }
    }

    /// Work on a task was seen to go on.
    pub(crate) fn progress_of_task(&mut self, step: &mut Step<'_>, task: Option<&str>) {
        let Some(index) = task.and_then(|task| self.tasks.find(step.namespace, task)) else {
            return;
        };
        let Some(task) = self.tasks.get_mut(index) else {
            return;
        };
        task.progress_at = step.now;
        task.heard_at = step.now;
        if let Some(agent) = task.agent {
            self.review(step, agent);
        }
    }

    /// A failure counts against its agent. It is no word of the agent: others report failures too.
    pub(crate) fn apply_failure(&mut self, step: &mut Step<'_>, failure: Failure) {
        let agent = failure
            .agent
            .as_deref()
            .and_then(|name| self.find_agent(step.namespace, name));
        if let Some(agent) = agent.and_then(|agent| self.agents.get_mut(agent)) {
            agent.outcomes.observe(false, None);
        }
        let namespace = step.namespace_name.clone();
        step.effects
            .push(Effect::Failure(Box::new(FailureSeen { namespace, failure })));
    }

    /// Forgets tasks that ended, or of which nothing was heard, long enough ago.
    pub(crate) fn forget_tasks(&mut self, step: &mut Step<'_>) {
        while let Some(&(at, index)) = self.forget_tasks_at.first() {
            if at > step.now {
                return;
            }
            self.forget_tasks_at.pop_first();
            let Some(task) = self.tasks.get_mut(index) else {
                continue;
            };
            let keep_ns = seconds(self.settings.forget_task_s);
            let mut forget_at = task.heard_at.max(task.progress_at).plus_ns(keep_ns);
            if forget_at <= step.now && task.agent.is_some() {
                forget_at = step.now.plus_ns(keep_ns.max(SECOND_NS));
            }
            if forget_at > step.now {
                task.forget_at = forget_at;
                self.forget_tasks_at.insert((forget_at, index));
            } else {
                self.forget_task(step, index);
            }
        }
    }

    /// Forgets a task. One that had not ended is said to be forgotten; of others nobody expects more.
    pub(crate) fn forget_task(&mut self, step: &mut Step<'_>, index: Index) {
        let Some(task) = self.tasks.get(index) else { return };
        let key = EntityKey::new(self.namespaces.name(task.namespace), EntityKind::Task, &task.id);
        let ended = task.status.is_final();
        self.forget_tasks_at.remove(&(task.forget_at, index));
        self.unlink_task(index);
        self.stop_waiting(index);
        self.clear_conditions_of(step, &key, "it is forgotten");
        self.tasks.remove(index);
        if !ended {
            step.effects.push(Effect::Forgotten(Box::new(key)));
        }
    }
}

/// Whether a record tells of a time before what is known. A finished task is never overwritten but by a later attempt;
/// and no step back is believed that is dated before the last one forward.
fn is_overtaken(task: &TaskEntry, record: &Task, sent_at: Option<Timestamp>) -> bool {
    if task.status.is_final() {
        return record.status != task.status;
    }
    let dated_before = sent_at
        .zip(task.sent_at)
        .is_some_and(|(sent_at, known)| sent_at < known);
    dated_before && record.status < task.status && record.status != TaskStatus::Retrying
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
