//! Names that mean the same agent.

use swarmpulse_model::effect::Joined;
use swarmpulse_model::record::Alias;
use swarmpulse_model::{Effect, Text};

use crate::agent::Agent;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};

/// Other names of one agent; further ones are refused.
const ALIASES_MAX: usize = 32;

impl Fleet {
    pub(crate) fn apply_alias(&mut self, step: &mut Step<'_>, record: &Alias) {
        let Some(agent) = self.agent(step, &record.agent, None) else {
            return;
        };
        self.join(step, agent, &record.other, &record.reason);
        self.review(step, agent);
    }

    /// Records of `other` count for `agent` from here on; what was known of `other` joins it.
    pub(crate) fn join(&mut self, step: &mut Step<'_>, agent: Index, other: &Text, reason: &str) {
        let known = self.find_agent(step.namespace, other);
        if known == Some(agent) {
            return;
        }
        let Some(keep) = self.agents.get(agent) else {
            return;
        };
        let joining = known.and_then(|known| self.agents.get(known));
        let names = 1 + joining.map_or(0, |joining| joining.aliases.len());
        if keep.aliases.len() + names > ALIASES_MAX {
            self.refusals.aliases += 1;
            return;
        }
        let key = self.key_of(keep);
        // If the name is another agent's alias, then that agent is the same one too.
        let other = joining.map_or_else(|| other.clone(), |joining| joining.id.clone());
        let mut names = vec![other.clone()];
        if let Some(known) = known {
            self.clear_raised(step, known, "it joined another name");
            let other_key = self.agents.get(known).map(|joining| self.key_of(joining));
            if let Some(other_key) = other_key {
                self.clear_conditions_of(step, &other_key, "it joined another name");
            }
            names.append(&mut self.take_over(agent, known));
        }
        for name in &names {
            self.aliases.insert((step.namespace, name.clone()), agent);
        }
        if let Some(keep) = self.agents.get_mut(agent) {
            names.retain(|name| !keep.aliases.contains(name));
            keep.aliases.append(&mut names);
        }
        let joined = Joined {
            agent: key,
            other: other.clone(),
            reason: reason.into(),
        };
        step.effects.push(Effect::Joined(Box::new(joined)));
        self.adopt_tasks(step.namespace, agent, &other);
    }

    /// Moves all that is known of one agent to another, removes it, and gives the names that counted for it.
    fn take_over(&mut self, agent: Index, other: Index) -> Vec<Text> {
        let Some(joining) = self.agents.get_mut(other) else {
            return Vec::new();
        };
        let names = std::mem::take(&mut joining.aliases);
        let tasks = std::mem::take(&mut joining.open_tasks);
        let pids = joining.named_pids.clone();
        let sandbox = joining.sandbox;
        let mut gone = joining.clone();
        let calls_move = self.agents.get(agent).is_some_and(|keep| keep.calls.is_none());
        if let Some(joining) = self.agents.get_mut(other).filter(|_| calls_move) {
            // They do not end with the name.
            joining.calls = None;
        }
        self.remove_agent(other);
        let Some(keep) = self.agents.get_mut(agent) else {
            return names;
        };
        keep.take_in(&mut gone);
        let without_sandbox = keep.sandbox.is_none();
        for index in tasks {
            let Some(task) = self.tasks.get_mut(index) else {
                continue;
            };
            task.agent = None;
            self.link_task(index, agent);
        }
        for pid in pids {
            let is_local = self
                .agents
                .get(agent)
                .and_then(|agent| agent.host)
                .is_some_and(|host| self.hosts.name(host) == self.settings.local_host);
            if is_local
                && self
                    .agents
                    .get(agent)
                    .is_some_and(|agent| agent.has_named(pid.pid))
            {
                self.name_local_pid(pid.pid, agent);
            }
        }
        if let Some(sandbox) = sandbox.filter(|_| without_sandbox) {
            self.place_in_sandbox(agent, sandbox);
        }
        names
    }
}

impl Agent {
    /// Takes in what is known of another agent that turned out to be this one: the later word counts, and what this one
    /// does not know.
    fn take_in(&mut self, other: &mut Self) {
        let later = |ours: Option<crate::agent::Moment>, theirs: Option<crate::agent::Moment>| {
            theirs.is_some_and(|theirs| ours.is_none_or(|ours| theirs.at > ours.at))
        };
        if later(self.contact, other.contact) {
            self.contact = other.contact;
            self.contact_how = other.contact_how.clone();
            self.heard_epoch = other.heard_epoch;
        }
        if later(self.progress, other.progress) {
            self.progress = other.progress;
            self.progress_how = other.progress_how.clone();
        }
        if self.declared.is_none() && other.declared.is_some() {
            self.declared = other.declared;
            self.declared_since = other.declared_since;
            self.status = other.status.take();
        }
        self.first_seen_at = self.first_seen_at.min(other.first_seen_at);
        self.life_since = self.life_since.min(other.life_since);
        if other.speaks && self.speaks {
            self.on_demand &= other.on_demand;
        }
        if other.speaks && !self.speaks {
            self.speaks = true;
            self.on_demand = other.on_demand;
            self.is_monitor = other.is_monitor;
            self.interval = std::mem::take(&mut other.interval);
            self.sequence = std::mem::take(&mut other.sequence);
            self.skew = other.skew;
            self.kind = other.kind.clone();
        }
        if self.instance.is_none() {
            self.instance = other.instance.take();
            self.instance_by_watcher = other.instance_by_watcher;
        }
        self.watcher_instance = self.watcher_instance.take().or(other.watcher_instance.take());
        self.host = self.host.or(other.host);
        if self.named_pids.is_empty() {
            self.named_pids = std::mem::take(&mut other.named_pids);
        }
        if self.process.is_none() {
            self.process = other.process.take();
        }
        if self.calls.is_none() {
            self.calls = other.calls.take();
        }
        if self.metrics.is_empty() {
            self.metrics = std::mem::take(&mut other.metrics);
        }
        if self.attributes.is_empty() {
            self.attributes = std::mem::take(&mut other.attributes);
        }
        self.restarts = self.restarts.saturating_add(other.restarts);
    }
}
