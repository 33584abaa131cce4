//! Time passing: deadlines that fell due, and silence that is judged for the whole fleet at once.

use swarmpulse_model::{Timestamp, Verdict};

use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::judge::{Basis, Decision};

/// Agents looked at in one tick: a bound on how long it takes. What is left is due at the next one, at once.
const LOOKS_MAX: u32 = 1024;

impl Fleet {
    /// The time at which time alone changes something; a tick before it does nothing. It is in the past only when more
    /// fell due at once than one tick takes.
    #[must_use]
    pub fn next_due(&self) -> Timestamp {
        let task = self.forget_tasks_at.first().map(|(at, _)| *at);
        let sandbox = self.forget_sandboxes_at.first().map(|(at, _)| *at);
        let forget = task.into_iter().chain(sandbox).min();
        self.deadlines
            .next()
            .min(forget.unwrap_or(Timestamp::NEVER))
            .min(self.freeze.next_due())
    }

    pub(crate) fn tick(&mut self, step: &mut Step<'_>) {
        self.watch_freeze(step);
        let mut dying = Vec::new();
        let mut looks = 0;
        while looks < LOOKS_MAX {
            let Some((at, index)) = self.deadlines.pop_due(step.now) else {
                break;
            };
            if self.agents.get(index).is_some_and(|agent| agent.armed_at == at) {
                looks += 1;
                self.look_at(step, index, &mut dying);
            }
        }
        if !dying.is_empty() {
            self.let_die_or_freeze(step, &dying);
        }
        self.forget_tasks(step);
        self.forget_sandboxes(step);
    }

    fn look_at(&mut self, step: &mut Step<'_>, index: Index, dying: &mut Vec<Index>) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        agent.armed_at = Timestamp::NEVER;
        if self.forget_agent_at(index) <= step.now {
            self.forget_agent(step, index);
            return;
        }
        let Some(agent) = self.agents.get(index) else {
            return;
        };
        let decision = self.bench().decide(agent, step.now);
        if is_death_by_silence(&decision) && agent.verdict != Verdict::Down {
            dying.push(index);
        } else {
            self.settle(step, index, decision);
        }
    }

    /// Agents are about to be declared dead by silence: unless much of the fleet fell silent with them.
    fn let_die_or_freeze(&mut self, step: &mut Step<'_>, dying: &[Index]) {
        self.freeze_on_mass_silence(step, dying);
        for &index in dying {
            if let Some(agent) = self.agents.get(index) {
                let decision = self.bench().decide(agent, step.now);
                self.settle(step, index, decision);
            }
        }
    }
}

pub(crate) fn is_death_by_silence(decision: &Decision) -> bool {
    decision.verdict == Verdict::Down && decision.basis == Basis::Silence
}
