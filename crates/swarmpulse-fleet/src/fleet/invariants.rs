//! What must hold after every record, checked in debug builds.

use std::collections::BTreeMap;

use super::Fleet;
use crate::arena::Index;
use crate::counts::Counts;

/// The whole sweep is quadratic over a run of records; small fleets are where tests look.
const SWEPT_MAX: usize = 64;

impl Fleet {
    pub(super) fn check_invariants(&self) {
        if self.agents.len() > SWEPT_MAX || self.tasks.len() > 4 * SWEPT_MAX {
            return;
        }
        self.check_agents();
        self.check_tasks();
        self.check_links();
        assert!(self.new_agents.is_empty(), "every agent has been announced");
    }

    fn check_agents(&self) {
        let mut counts = Counts::default();
        let mut open_calls: BTreeMap<Index, u64> = BTreeMap::new();
        for (index, agent) in self.agents.iter_from(0) {
            let id = &agent.id;
            counts.add(agent.verdict);
            for (number, task) in agent.open_tasks.iter().enumerate() {
                let task = self.tasks.get(*task);
                assert!(
                    task.is_some_and(|task| task.agent == Some(index)),
                    "{id} and its task {number} agree"
                );
            }
            if let Some(sandbox) = agent.sandbox {
                let known = self.sandboxes.get(sandbox);
                assert!(
                    known.is_some_and(|sandbox| sandbox.agents.contains(&index)),
                    "{id} and its sandbox agree"
                );
            }
            for call in agent.open_calls() {
                *open_calls.entry(call.service).or_default() += 1;
            }
            for alias in &agent.aliases {
                let leads_to = self.aliases.get(&(agent.namespace, alias.clone()));
                assert_eq!(leads_to, Some(&index), "alias {alias} leads to {id}");
            }
            assert!(
                agent.since <= self.now && agent.life_since <= self.now,
                "{id} is of the past"
            );
            assert!(agent.armed_at.0 > 0, "{id} is looked at again");
        }
        assert_eq!(counts, self.counts, "counts agree with verdicts");
        for (index, service) in self.services.iter_from(0) {
            let open = open_calls.get(&index).copied().unwrap_or_default();
            assert_eq!(service.open_calls, open, "open calls of {}", service.id);
        }
    }

    fn check_tasks(&self) {
        for (index, task) in self.tasks.iter_from(0) {
            if let Some(agent) = task.agent {
                let agent = self.agents.get(agent);
                assert!(task.status.is_open(), "task {} in hand is open", task.id);
                assert!(
                    agent.is_some_and(|agent| agent.open_tasks.contains(&index)),
                    "task {} and its agent agree",
                    task.id
                );
            }
            if let Some(name) = &task.waiting_for {
                let waiting = self.orphan_tasks.get(&(task.namespace, name.clone()));
                assert!(
                    waiting.is_some_and(|waiting| waiting.contains(&index)),
                    "task {} waits for {name}",
                    task.id
                );
            }
        }
        let waiting: usize = self.orphan_tasks.values().map(|tasks| tasks.len()).sum();
        let wait = self
            .tasks
            .iter_from(0)
            .filter(|(_, task)| task.waiting_for.is_some());
        assert_eq!(waiting, wait.count(), "nothing else waits");
        assert_eq!(
            self.forget_tasks_at.len(),
            self.tasks.len(),
            "each task is forgotten once"
        );
        assert_eq!(
            self.forget_sandboxes_at.len(),
            self.sandboxes.len(),
            "and each sandbox"
        );
    }

    fn check_links(&self) {
        for (pid, owners) in &self.local_pids {
            for owner in owners {
                let named = self.agents.get(*owner).is_some_and(|agent| agent.has_named(*pid));
                assert!(named, "pid {pid} is named by its agent");
            }
        }
        for (_, sandbox) in self.sandboxes.iter_from(0) {
            for agent in &sandbox.agents {
                assert!(
                    self.agents.get(*agent).is_some(),
                    "agents of sandbox {}",
                    sandbox.id
                );
            }
        }
        for ((_, alias), index) in &self.aliases {
            assert!(self.agents.get(*index).is_some(), "alias {alias} leads somewhere");
        }
    }
}
