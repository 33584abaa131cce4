//! Names that mean the same agent.

use swarmpulse_model::effect::Joined;
use swarmpulse_model::record::Alias;
use swarmpulse_model::{Effect, EntityKey, EntityKind, Text};

use crate::agent::Agent;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::names::Names;

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
        if keep.aliases.len() >= ALIASES_MAX {
            self.refusals.aliases += 1;
            return;
        }
        let key = self.key_of(keep);
        let mut process = None;
        let mut names = vec![other.clone()];
        if let Some(other) = known
            && let Some(joining) = self.agents.get_mut(other)
        {
            process = joining.process.take();
            names.append(&mut joining.aliases);
            let tasks = std::mem::take(&mut joining.open_tasks);
            self.remove_agent(other);
            for task in tasks {
                if let Some(task) = self.tasks.get_mut(task) {
                    task.agent = Some(agent);
                }
                if let Some(keep) = self.agents.get_mut(agent) {
                    keep.open_tasks.push(task);
                }
            }
        }
        for name in &names {
            self.aliases.insert((step.namespace, name.clone()), agent);
        }
        if let Some(keep) = self.agents.get_mut(agent) {
            keep.aliases.extend(names);
            if keep.process.is_none() {
                keep.process = process;
            }
        }
        let joined = Joined {
            agent: key,
            other: other.clone(),
            reason: reason.into(),
        };
        step.effects.push(Effect::Joined(Box::new(joined)));
    }
}

impl Agent {
    pub(crate) fn clone_key(&self, namespaces: &Names) -> EntityKey {
        EntityKey::new(namespaces.name(self.namespace), EntityKind::Agent, &self.id)
    }
}
