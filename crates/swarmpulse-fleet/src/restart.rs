//! Another life of an agent: counters, sequences and windows start anew.

use swarmpulse_model::effect::Restart;
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Effect, EntityKey, EntityKind, Text};

use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::tasks::moment;

/// A watcher names a life that the agent itself named a moment before: one restart, not two. In seconds.
const SAME_RESTART_S: f64 = 10.0;

impl Fleet {
    /// A record names the life it is from. False if that life is over: the record is late.
    pub(crate) fn enter_life(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        instance: &Text,
        by_watcher: bool,
    ) -> bool {
        if by_watcher {
            self.enter_watched_life(step, index, instance);
            return true;
        }
        let now = step.now;
        let Some(agent) = self.agents.get_mut(index) else {
            return false;
        };
        match &agent.instance {
            Some(known) if known == instance => {
                step.instance_named = true;
                agent.instance_by_watcher = false;
            }
            _ if agent.previous_instance.as_ref() == Some(instance) => {
                // Two lives of one name: while the later one is heard, words of the earlier one are late.
                let limit_ns = agent.interval.silence_limit_ns(&self.settings);
                let last = agent.death.as_deref().map(|death| death.moment).or(agent.contact);
                if last.is_some_and(|last| now.since(last.at) < limit_ns) {
                    return false;
                }
                self.begin_life(step, index, Some(instance.clone()));
            }
            // The agent's own name for a life that is known already.
            None if agent.death.is_none() => agent.instance = Some(instance.clone()),
            Some(_) if agent.instance_by_watcher && agent.death.is_none() => {
                agent.instance = Some(instance.clone());
                agent.instance_by_watcher = false;
            }
            _ => self.begin_life(step, index, Some(instance.clone())),
        }
        true
    }

    fn enter_watched_life(&mut self, step: &mut Step<'_>, index: Index, instance: &Text) {
        let now = step.now;
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let known = agent.watcher_instance.as_ref();
        if known == Some(instance) || agent.instance.as_ref() == Some(instance) {
            step.instance_named = true;
            agent.watcher_instance = Some(instance.clone());
            return;
        }
        let named_just_now = !agent.instance_by_watcher
            && agent.death.is_none()
            && agent.instance.is_some()
            && now.since(agent.life_since) < seconds(SAME_RESTART_S);
        let unnamed = known.is_none() && agent.death.is_none();
        if !(named_just_now || unnamed) {
            self.begin_life(step, index, Some(instance.clone()));
        }
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        agent.watcher_instance = Some(instance.clone());
        if agent.instance.as_ref().is_none_or(|known| known == instance) {
            agent.instance = Some(instance.clone());
            agent.instance_by_watcher = true;
        }
    }

    /// Begins another life of a known agent.
    pub(crate) fn begin_life(&mut self, step: &mut Step<'_>, index: Index, instance: Option<Text>) {
        let now = moment(step);
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let from_instance = std::mem::replace(&mut agent.instance, instance.clone());
        if from_instance.is_some() && from_instance != instance {
            agent.previous_instance.clone_from(&from_instance);
        }
        agent.instance_by_watcher = false;
        agent.life_since = now.at;
        agent.restarts = agent.restarts.saturating_add(1);
        agent.death = None;
        agent.contact = None;
        agent.progress = None;
        agent.declared = None;
        agent.declared_since = now;
        agent.status = None;
        agent.back_off = None;
        agent.sequence.restart();
        agent.interval.restart();
        agent.skew = Default::default();
        agent.metrics = Vec::new();
        let calls = agent.calls.take().map(|calls| calls.open).unwrap_or_default();
        // Its process is looked at anew: the one before may be in its last moments.
        agent.process = None;
        let named_pids = std::mem::take(&mut agent.named_pids);
        let own = named_pids.iter().find(|named| !named.by_watcher);
        agent.previous_pid = own.map(|named| named.pid).or(agent.previous_pid);
        let restarts = agent.restarts;
        let key = EntityKey::new(
            self.namespaces.name(agent.namespace),
            EntityKind::Agent,
            &agent.id,
        );
        for named in named_pids {
            self.unname_local_pid(named.pid, index);
        }
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
