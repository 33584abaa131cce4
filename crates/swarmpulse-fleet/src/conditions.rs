//! Conditions: what detectors, rules and the fleet itself hold to be true.

use swarmpulse_model::{Claim, Condition, Effect, EntityKey, EntityKind, Text, Verdict};

use crate::agents::condition_of;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};

/// Conditions held at once; further ones are refused and counted.
const CONDITIONS_MAX: usize = 100_000;
/// A host with this condition is reported gone by its provider: positive death of the agents on it.
const HOST_GONE: &str = "host_gone";

impl Fleet {
    /// Takes a condition in. Only what begins, ends or changes its severity is an effect; other words for the same are
    /// kept and not told again.
    pub(crate) fn apply_condition(&mut self, step: &mut Step<'_>, mut condition: Condition) {
        self.heed_host_gone(step, &condition);
        let key = (condition.subject.clone(), condition.name.clone());
        if !condition.active {
            if self.conditions.remove(&key).is_some() {
                step.effects.push(Effect::Condition(Box::new(condition)));
            }
            return;
        }
        if let Some(known) = self.conditions.get_mut(&key) {
            condition.since = known.since;
            let told = known.severity == condition.severity;
            *known = condition;
            if !told {
                step.effects.push(Effect::Condition(Box::new(known.clone())));
            }
            return;
        }
        if self.conditions.len() >= CONDITIONS_MAX {
            self.refusals.conditions += 1;
            return;
        }
        self.conditions.insert(key, condition.clone());
        step.effects.push(Effect::Condition(Box::new(condition)));
    }

    /// The agents on a host that is gone are gone with it; if that is taken back, so are their deaths.
    fn heed_host_gone(&mut self, step: &mut Step<'_>, condition: &Condition) {
        let Some(host) = condition
            .subject
            .as_ref()
            .filter(|subject| condition.name == HOST_GONE && subject.kind == EntityKind::Host)
        else {
            return;
        };
        let Some(namespace) = self.namespaces.find(&host.namespace) else {
            return;
        };
        let Some(number) = self.hosts.find(&host.id) else {
            return;
        };
        let there: Vec<Index> = self
            .agents
            .iter_from(0)
            .filter(|(_, agent)| agent.namespace == namespace && agent.host == Some(number))
            .map(|(index, _)| index)
            .collect();
        let claim = Claim::HostGone {
            host: host.id.clone(),
        };
        for index in there {
            if condition.active {
                self.end_life(step, index, claim.clone(), Verdict::Down, step.now, false);
                self.review(step, index);
            } else {
                self.take_back_death(step, index, |death| *death == claim);
            }
        }
    }

    /// What was held to be true of an entity ends with it.
    pub(crate) fn clear_conditions_of(&mut self, step: &mut Step<'_>, subject: &EntityKey, why: &str) {
        let first = (Some(subject.clone()), Text::default());
        let names: Vec<Text> = self
            .conditions
            .range(first..)
            .take_while(|((of, _), _)| of.as_ref() == Some(subject))
            .map(|((_, name), _)| name.clone())
            .collect();
        for name in names {
            if let Some(mut condition) = self.conditions.remove(&(Some(subject.clone()), name)) {
                condition.active = false;
                condition.reason = why.into();
                step.effects.push(Effect::Condition(Box::new(condition)));
            }
        }
    }

    /// The condition that an agent's verdict raised ends with the agent.
    pub(crate) fn clear_raised(&self, step: &mut Step<'_>, index: Index, why: &str) {
        let Some(agent) = self.agents.get(index) else {
            return;
        };
        if let Some((name, severity)) = condition_of(agent.verdict) {
            step.effects.push(Effect::Condition(Box::new(Condition {
                name: Text::const_new(name),
                subject: Some(self.key_of(agent)),
                severity,
                active: false,
                since: agent.since,
                reason: why.into(),
            })));
        }
    }

    /// Conditions that hold: those that were sent, and those that verdicts raise, at most so many of the latter.
    #[must_use]
    pub fn conditions(&self, limit: usize) -> Vec<Condition> {
        let mut all: Vec<Condition> = self.conditions.values().cloned().collect();
        let raised = self.agents.iter_from(0).filter_map(|(_, agent)| {
            let (name, severity) = condition_of(agent.verdict)?;
            let evidence = self.explain(agent, self.now);
            Some(Condition {
                name: name.into(),
                subject: Some(self.key_of(agent)),
                severity,
                active: true,
                since: agent.since,
                reason: evidence
                    .first()
                    .map(|evidence| evidence.claim.to_string())
                    .unwrap_or_default()
                    .into(),
            })
        });
        all.extend(raised.take(limit));
        all
    }

    /// How many conditions hold.
    #[must_use]
    pub fn conditions_held(&self) -> u64 {
        self.conditions.len() as u64 + self.counts.of(Verdict::Down) + self.counts.of(Verdict::Stuck)
    }
}
