//! The end of a life, by positive evidence.

use swarmpulse_model::time::seconds;
use swarmpulse_model::{Claim, Timestamp, Verdict};

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
    ) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let said_so_before = agent
            .death
            .as_deref()
            .is_some_and(|death| knows_more(&death.claim, &claim));
        if !said_so_before {
            agent.death = Some(Box::new(Death {
                claim,
                moment: moment(step),
                verdict,
                hold_until,
            }));
        }
        let calls = std::mem::take(&mut agent.open_calls);
        agent.back_off = None;
        for call in calls {
            self.recount_open_calls(call.service, -1);
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

    /// Forgets an agent that was over for long enough.
    pub(crate) fn forget_agent(&mut self, step: &mut Step<'_>, index: Index) {
        let Some(agent) = self.agents.get(index) else {
            return;
        };
        let key = self.key_of(agent);
        self.remove_agent(index);
        step.effects
            .push(swarmpulse_model::Effect::Forgotten(Box::new(key)));
    }

    /// Takes an agent and all links to it out of the graph.
    pub(crate) fn remove_agent(&mut self, index: Index) {
        let Some(agent) = self.agents.remove(index) else {
            return;
        };
        self.counts.remove(agent.verdict);
        self.new_agents.retain(|other| *other != index);
        for task in &agent.open_tasks {
            if let Some(task) = self.tasks.get_mut(*task) {
                task.agent = None;
            }
        }
        for call in &agent.open_calls {
            self.recount_open_calls(call.service, -1);
        }
        if let Some(sandbox) = agent.sandbox.and_then(|sandbox| self.sandboxes.get_mut(sandbox)) {
            sandbox.agents.retain(|other| *other != index);
        }
        if let Some(pid) = agent.pid
            && self.local_pids.get(&pid) == Some(&index)
        {
            self.local_pids.remove(&pid);
        }
        for alias in agent.aliases {
            self.aliases.remove(&(agent.namespace, alias));
        }
    }
}

/// Whether the known cause of a death says more than the new one.
fn knows_more(known: &Claim, new: &Claim) -> bool {
    let rank = |claim: &Claim| match claim {
        Claim::SaidStopped { .. } => 3,
        Claim::ProcessExited {
            exit_code,
            signal,
            out_of_memory,
            ..
        } if exit_code.is_some() || signal.is_some() || *out_of_memory => 2,
        Claim::ProcessExited { .. } | Claim::SaidFailed { .. } => 1,
        _ => 0,
    };
    rank(known) >= rank(new)
}
