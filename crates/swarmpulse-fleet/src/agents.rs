//! Finding and adding agents, and reviewing the verdict on one after something changed.

use swarmpulse_model::effect::VerdictChange;
use swarmpulse_model::{Condition, Effect, EntityKey, EntityKind, Severity, Text, Timestamp, Verdict};

use crate::agent::Agent;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::judge::{Basis, Bench, Decision};
use crate::tasks::moment;
use crate::tick::is_death_by_silence;

impl Fleet {
    /// The agent of that name or alias.
    pub(crate) fn find_agent(&self, namespace: u32, name: &str) -> Option<Index> {
        self.agents
            .find(namespace, name)
            .or_else(|| self.aliases.get(&(namespace, Text::from(name))).copied())
    }

    /// The agent of that name or alias, a new one if there is room.
    pub(crate) fn agent(&mut self, step: &mut Step<'_>, name: &Text, kind: Option<&Text>) -> Option<Index> {
        if let Some(index) = self.agents.find(step.namespace, name) {
            return Some(index);
        }
        if let Some(index) = self.aliases.get(&(step.namespace, name.clone())) {
            return Some(*index);
        }
        if self.agents.len() as u64 >= self.settings.agents_max {
            self.refusals.agents += 1;
            return None;
        }
        let agent = Agent::new(step.namespace, name.clone(), kind.cloned(), moment(step));
        let index = self.agents.insert(agent);
        self.counts.add(Verdict::Starting);
        self.new_agents.push(index);
        self.adopt_tasks(step.namespace, index, name);
        Some(index)
    }

    /// The key of an agent.
    pub(crate) fn key_of(&self, agent: &Agent) -> EntityKey {
        EntityKey::new(
            self.namespaces.name(agent.namespace),
            EntityKind::Agent,
            &agent.id,
        )
    }

    /// What decisions are made by.
    pub(crate) fn bench(&self) -> Bench<'_> {
        Bench {
            settings: &self.settings,
            tasks: &self.tasks,
            services: &self.services,
            sandboxes: &self.sandboxes,
            task_limits: &self.task_limits,
            frozen: self.freeze.is_frozen(),
            visible_since: self.freeze.visible_since(),
        }
    }

    /// Decides anew after a record. A death by silence is not said here: only time passing brings it, and only a
    /// tick sees whether much of the fleet fell silent together.
    pub(crate) fn review(&mut self, step: &mut Step<'_>, index: Index) {
        let Some(agent) = self.agents.get(index) else {
            return;
        };
        let mut decision = self.bench().decide(agent, step.now);
        if is_death_by_silence(&decision) && agent.verdict != Verdict::Down {
            // Until then what was said of it stands.
            decision = Decision {
                verdict: agent.verdict,
                basis: agent.basis,
                next: step.now,
            };
        }
        self.settle(step, index, decision);
    }

    /// Makes a decision the verdict, unless a flapping agent must hold it first.
    pub(crate) fn settle(&mut self, step: &mut Step<'_>, index: Index, mut decision: Decision) {
        let now = step.now;
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        if agent.verdict == Verdict::Down {
            match decision.verdict {
                Verdict::Stopped => {}
                Verdict::Down => agent.flapping.relapsed(now, &self.settings),
                _ => {
                    if let Some(until) = agent.flapping.hold_until(now, &self.settings) {
                        decision = Decision {
                            verdict: Verdict::Down,
                            basis: Basis::Flapping,
                            next: until.min(decision.next),
                        };
                    }
                }
            }
        }
        let is_new = self.new_agents.contains(&index);
        if is_new {
            self.new_agents.retain(|other| *other != index);
        }
        agent.basis = decision.basis;
        let from = agent.verdict;
        if is_new || from != decision.verdict {
            agent.verdict = decision.verdict;
            agent.since = now;
            if decision.verdict == Verdict::Down {
                agent.flapping.fell(now, &self.settings);
            }
            self.counts.change(from, decision.verdict);
            self.announce(step, index, (!is_new).then_some(from));
        }
        let at_latest = match decision.verdict {
            Verdict::Down | Verdict::Stopped => decision.next.min(self.forget_agent_at(index)),
            _ => decision.next,
        };
        self.arm(index, at_latest);
    }

    /// Says a changed verdict, and raises or clears the conditions that go with it.
    fn announce(&mut self, step: &mut Step<'_>, index: Index, from: Option<Verdict>) {
        let Some(agent) = self.agents.get(index) else {
            return;
        };
        let key = self.key_of(agent);
        let evidence = self.explain(agent, step.now);
        let reason = evidence
            .first()
            .map(|evidence| evidence.claim.to_string())
            .unwrap_or_default();
        let (to, since) = (agent.verdict, agent.since);
        let agent_kind = agent.kind.clone();
        step.effects.push(Effect::Verdict(Box::new(VerdictChange {
            agent: key.clone(),
            agent_kind,
            from,
            to,
            since,
            evidence,
        })));
        for (verdict, active) in [(from, false), (Some(to), true)] {
            if let Some((name, severity)) = verdict.and_then(condition_of) {
                let subject = Some(key.clone());
                let reason = if active {
                    reason.as_str().into()
                } else {
                    format!("it is {} now", to.as_str()).into()
                };
                let condition = Condition {
                    name: Text::const_new(name),
                    subject,
                    severity,
                    active,
                    since,
                    reason,
                };
                step.effects.push(Effect::Condition(Box::new(condition)));
            }
        }
    }

    /// Looks at an agent again at that time at the latest.
    pub(crate) fn arm(&mut self, index: Index, at: Timestamp) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        if at < agent.armed_at {
            agent.armed_at = at;
            self.deadlines.push(at, index);
            if self.deadlines.len() > 4 * self.agents.len() + 1024 {
                self.rebuild_deadlines();
            }
        }
    }
}

impl Fleet {
    /// Puts every agent into the queue once. Entries that an earlier time has overtaken fall out.
    pub(crate) fn rebuild_deadlines(&mut self) {
        self.deadlines.clear();
        for (index, agent) in self.agents.iter_from(0) {
            if agent.armed_at != Timestamp::NEVER {
                self.deadlines.push(agent.armed_at, index);
            }
        }
    }
}

/// The condition that a verdict raises on its agent.
pub(crate) fn condition_of(verdict: Verdict) -> Option<(&'static str, Severity)> {
    match verdict {
        Verdict::Down => Some(("agent_down", Severity::Critical)),
        Verdict::Stuck => Some(("agent_stuck", Severity::Warning)),
        _ => None,
    }
}
