//! Which agent has which task in hand.

use swarmpulse_model::record::Task;
use swarmpulse_model::{Attributes, TaskStatus, Text};

use crate::agent::OPEN_TASKS_MAX;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};

impl Fleet {
    /// Puts a task into the hands of the agent that it names, or else of the one agent of its sandbox, if it is open;
    /// and takes it out of all others'.
    pub(crate) fn relink_task(&mut self, step: &mut Step<'_>, index: Index) {
        let Some(task) = self.tasks.get(index) else { return };
        let (open, before) = (task.status.is_open(), task.agent);
        let named = task.agent_name.clone();
        let sandbox = task.sandbox.clone();
        let has = match (&named, sandbox) {
            (Some(name), _) => self.find_agent(step.namespace, name),
            (None, Some(sandbox)) => self.agent_of_sandbox(step.namespace, &sandbox),
            (None, None) => None,
        };
        let after = has.filter(|_| open);
        if before != after {
            self.unlink_task(index);
            if let Some(after) = after {
                self.link_task(index, after);
            }
        }
        match named {
            Some(name) if open && has.is_none() => self.wait_for_agent(step.namespace, name, index),
            _ => self.stop_waiting(index),
        }
        if let Some(before) = before.filter(|before| Some(*before) != has) {
            self.review(step, before);
        }
        if let Some(has) = has {
            self.review(step, has);
        }
    }

    /// Puts a task that nobody has into an agent's hands.
    pub(crate) fn link_task(&mut self, index: Index, agent: Index) {
        let Some(entry) = self.agents.get_mut(agent) else {
            return;
        };
        if entry.open_tasks.len() >= OPEN_TASKS_MAX {
            self.refusals.open_tasks += 1;
            return;
        }
        entry.open_tasks.push(index);
        if let Some(task) = self.tasks.get_mut(index) {
            task.agent = Some(agent);
        }
    }

    /// Takes a task out of the hands of the agent that has it.
    pub(crate) fn unlink_task(&mut self, index: Index) {
        let agent = self.tasks.get_mut(index).and_then(|task| task.agent.take());
        if let Some(agent) = agent.and_then(|agent| self.agents.get_mut(agent)) {
            agent.open_tasks.retain(|open| *open != index);
        }
    }

    /// Tasks that wait for an agent of this name to be known.
    pub(crate) fn adopt_tasks(&mut self, namespace: u32, agent: Index, name: &str) {
        let Some(waiting) = self.orphan_tasks.remove(&(namespace, Text::from(name))) else {
            return;
        };
        for index in waiting {
            let Some(task) = self.tasks.get_mut(index) else {
                continue;
            };
            task.waiting_for = None;
            if task.status.is_open() && task.agent.is_none() {
                self.link_task(index, agent);
            }
        }
    }

    /// A task waits for the agent of that name to be known.
    pub(crate) fn wait_for_agent(&mut self, namespace: u32, name: Text, index: Index) {
        self.stop_waiting(index);
        if let Some(task) = self.tasks.get_mut(index) {
            task.waiting_for = Some(name.clone());
        }
        self.orphan_tasks
            .entry((namespace, name))
            .or_default()
            .insert(index);
    }

    /// A task waits for no agent any more.
    pub(crate) fn stop_waiting(&mut self, index: Index) {
        let Some(task) = self.tasks.get_mut(index) else {
            return;
        };
        let Some(name) = task.waiting_for.take() else {
            return;
        };
        let key = (task.namespace, name);
        if let Some(waiting) = self.orphan_tasks.get_mut(&key) {
            waiting.remove(&index);
            if waiting.is_empty() {
                self.orphan_tasks.remove(&key);
            }
        }
    }

    /// An agent names the task it has in hand: that opens it, and puts the one it named before out of its hands.
    pub(crate) fn name_task(&mut self, step: &mut Step<'_>, agent: Index, task: Option<Text>) {
        let Some(entry) = self.agents.get_mut(agent) else {
            return;
        };
        if entry.task_named == task {
            return;
        }
        let before = std::mem::replace(&mut entry.task_named, task.clone());
        let name = entry.id.clone();
        let before = before.and_then(|before| self.tasks.find(step.namespace, &before));
        if let Some(before) = before
            && let Some(known) = self.tasks.get(before).filter(|known| known.agent == Some(agent))
        {
            if known.by_word {
                // It was known by this agent's word alone, and that is withdrawn.
                self.forget_task(step, before);
            } else {
                self.unlink_task(before);
            }
        }
        let Some(task) = task else { return };
        let known = self.tasks.find(step.namespace, &task);
        if let Some(known) = known
            && let Some(entry) = self.tasks.get_mut(known)
            && (entry.status.is_final() || entry.status.is_open())
        {
            if entry.status.is_open() {
                entry.agent_name = Some(name);
                self.relink_task(step, known);
            }
            return;
        }
        let record = Task {
            task: task.clone(),
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
        if known.is_none()
            && let Some(made) = self.tasks.find(step.namespace, &task)
            && let Some(made) = self.tasks.get_mut(made)
        {
            made.by_word = true;
        }
    }
}
