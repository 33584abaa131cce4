//! Time passing: deadlines that fell due, and silence that is judged for the whole fleet at once.

use swarmpulse_model::{Timestamp, Verdict};

use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::judge::{Basis, Decision};

impl Fleet {
    /// The time at which time alone changes something; a tick before it does nothing.
    #[must_use]
    pub fn next_due(&self) -> Timestamp {
        let tasks = self
            .forget_task_at
            .front()
            .map_or(Timestamp::NEVER, |(at, _)| *at);
        self.deadlines.next().min(tasks).min(self.freeze.next_due())
    }

    pub(crate) fn tick(&mut self, step: &mut Step<'_>) {
        self.watch_freeze(step);
        let mut dying = Vec::new();
        while let Some((at, index)) = self.deadlines.pop_due(step.now) {
            self.look_at(step, at, index, &mut dying);
        }
        if !dying.is_empty() {
            self.let_die_or_freeze(step, dying);
        }
        self.forget_tasks(step);
    }

    fn look_at(
        &mut self,
        step: &mut Step<'_>,
        at: Timestamp,
        index: Index,
        dying: &mut Vec<(Index, Decision)>,
    ) {
        let Some(agent) = self.agents.get(index).filter(|agent| agent.armed_at == at) else {
            return;
        };
        let decision = self.bench().decide(agent, step.now);
        if let Some(agent) = self.agents.get_mut(index) {
            agent.armed_at = Timestamp::NEVER;
        }
        if self.forget_agent_at(index) <= step.now
            && matches!(decision.verdict, Verdict::Down | Verdict::Stopped)
        {
            self.forget_agent(step, index);
            return;
        }
        let dies = decision.verdict == Verdict::Down
            && decision.basis == Basis::Silence
            && self
                .agents
                .get(index)
                .is_some_and(|agent| agent.verdict != Verdict::Down);
        if dies {
            dying.push((index, decision));
        } else {
            self.settle(step, index, decision);
        }
    }

    /// Agents are about to be declared dead by silence: unless much of the fleet fell silent with them.
    fn let_die_or_freeze(&mut self, step: &mut Step<'_>, dying: Vec<(Index, Decision)>) {
        let frozen = self.freeze_on_mass_silence(step);
        for (index, decision) in dying {
            let decision = if frozen {
                let Some(agent) = self.agents.get(index) else {
                    continue;
                };
                self.bench().decide(agent, step.now)
            } else {
                decision
            };
            self.settle(step, index, decision);
        }
    }
}
