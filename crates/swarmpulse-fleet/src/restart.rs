//! Another life of an agent: counters, sequences and windows start anew.

use swarmpulse_model::effect::Restart;
use swarmpulse_model::{Effect, Text};

use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::tasks::moment;

impl Fleet {
    /// A record names the life it is from.
    pub(crate) fn enter_life(&mut self, step: &mut Step<'_>, index: Index, instance: &Text) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        match &agent.instance {
            Some(known) if known == instance => step.instance_named = true,
            None if agent.death.is_none() => agent.instance = Some(instance.clone()),
            _ => self.begin_life(step, index, Some(instance.clone())),
        }
    }

    /// Begins another life of a known agent.
    pub(crate) fn begin_life(&mut self, step: &mut Step<'_>, index: Index, instance: Option<Text>) {
        let now = moment(step);
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let from_instance = std::mem::replace(&mut agent.instance, instance.clone());
        agent.life_since = now.at;
        agent.restarts += 1;
        agent.death = None;
        agent.progress = None;
        agent.declared = None;
        agent.declared_since = now;
        agent.status = None;
        agent.back_off = None;
        agent.sequence.restart();
        agent.interval.restart();
        agent.metrics = Vec::new();
        let calls = std::mem::take(&mut agent.open_calls);
        if agent.process.as_deref().is_some_and(|process| process.ended) {
            agent.process = None;
        }
        let (restarts, key) = (agent.restarts, agent.clone_key(&self.namespaces));
        for call in calls {
            self.recount_open_calls(call.service, -1);
        }
        self.name_task(step, index, None);
        let restart = Restart {
            agent: key,
            from_instance,
            to_instance: instance,
            restarts,
        };
        step.effects.push(Effect::Restart(Box::new(restart)));
    }
}
