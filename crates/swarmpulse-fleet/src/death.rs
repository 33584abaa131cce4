//! The end of a life, by positive evidence, and agents that are forgotten.

use swarmpulse_model::time::seconds;
use swarmpulse_model::{Claim, Effect, Timestamp, Verdict};

use crate::agent::Death;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::tasks::moment;

impl Fleet {
    /// Ends a life. Its calls end with it; its tasks stay with whoever decides on them. Of two causes the one that knows
    /// more stays: an agent that said it stops was not killed, and an exit code says more than "it is gone".
    pub(crate) fn end_life(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        claim: Claim,
        verdict: Verdict,
        hold_until: Timestamp,
        of_instance: bool,
    ) {
        self.freeze.check_soon(step.now);
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        match agent.death.as_deref_mut() {
            Some(death) if knows_more(&death.claim, &claim) => death.of_instance |= of_instance,
            known => {
                let of_instance = of_instance || known.is_some_and(|death| death.of_instance);
                agent.death = Some(Box::new(Death {
                    claim,
                    moment: moment(step),
                    verdict,
                    hold_until,
                    of_instance,
                }));
            }
        }
        let calls = agent.calls.take().map(|calls| calls.open).unwrap_or_default();
        agent.back_off = None;
        for call in calls {
            self.recount_open_calls(call.service, -1);
        }
    }

    /// A death was told by someone who takes it back. The life goes on; silence since then counts as ever.
    pub(crate) fn take_back_death(&mut self, step: &mut Step<'_>, index: Index, of: impl Fn(&Claim) -> bool) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        if agent.death.as_deref().is_some_and(|death| of(&death.claim)) {
            agent.death = None;
            self.review(step, index);
        }
    }

    /// When an agent that is over may be forgotten.
    pub(crate) fn forget_agent_at(&self, index: Index) -> Timestamp {
        let Some(agent) = self.agents.get(index) else {
            return Timestamp::NEVER;
        };
        if !matches!(agent.verdict, Verdict::Down | Verdict::Stopped) {
            return Timestamp::NEVER;
        }
        let merely_discovered = !agent.speaks
            && agent.process.as_deref().is_some_and(|process| {
                process.origin == swarmpulse_model::process::ProcessOrigin::Discovered
            });
        let keep_s = if merely_discovered {
            self.settings.forget_discovered_s
        } else {
            self.settings.forget_agent_s
        };
        agent.since.max(agent.silence_base()).plus_ns(seconds(keep_s))
    }

    /// Forgets an agent that was over for long enough, and what was held to be true of it.
    pub(crate) fn forget_agent(&mut self, step: &mut Step<'_>, index: Index) {
        let Some(agent) = self.agents.get(index) else {
            return;
        };
        let key = self.key_of(agent);
        self.clear_raised(step, index, "it is forgotten");
        self.clear_conditions_of(step, &key, "it is forgotten");
        self.remove_agent(index);
        self.freeze.check_soon(step.now);
        step.effects.push(Effect::Forgotten(Box::new(key)));
    }

    /// Takes an agent and all links to it out of the graph.
    pub(crate) fn remove_agent(&mut self, index: Index) {
        let Some(agent) = self.agents.remove(index) else {
            return;
        };
        self.counts.remove(agent.verdict);
        self.new_agents.retain(|other| *other != index);
        for &task_index in &agent.open_tasks {
            if let Some(task) = self.tasks.get_mut(task_index) {
                task.agent = None;
                if let Some(name) = task.agent_name.clone() {
                    self.wait_for_agent(agent.namespace, name, task_index);
                }
            }
        }
        for call in agent.open_calls() {
            self.recount_open_calls(call.service, -1);
        }
        if let Some(sandbox) = agent.sandbox.and_then(|sandbox| self.sandboxes.get_mut(sandbox)) {
            sandbox.agents.retain(|other| *other != index);
        }
        for named in &agent.named_pids {
            self.unname_local_pid(named.pid, index);
        }
        for alias in agent.aliases {
            self.aliases.remove(&(agent.namespace, alias));
        }
    }
}

/// Whether the known cause of a death says at least as much as the new one.
fn knows_more(known: &Claim, new: &Claim) -> bool {
    let rank = |claim: &Claim| match claim {
        Claim::SaidStopped { .. } | Claim::SaidFailed { .. } => 3,
        Claim::ProcessExited {
            exit_code,
            signal,
            out_of_memory,
            ..
        } if exit_code.is_some() || signal.is_some() || *out_of_memory => 2,
        Claim::ProcessExited { .. } => 1,
        _ => 0,
    };
    rank(known) >= rank(new)
}
