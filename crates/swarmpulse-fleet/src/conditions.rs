//! Conditions: what detectors, rules and the fleet itself hold to be true.

use swarmpulse_model::{Condition, Effect};

use crate::agents::condition_of;
use crate::fleet::{Fleet, Step};

/// Conditions held at once; further ones are refused and counted.
const CONDITIONS_MAX: usize = 100_000;

impl Fleet {
    /// Takes a condition in. Only a change is an effect: one that is raised again keeps its beginning.
    pub(crate) fn apply_condition(&mut self, step: &mut Step<'_>, mut condition: Condition) {
        let key = (condition.name.clone(), condition.subject.clone());
        if !condition.active {
            if self.conditions.remove(&key).is_some() {
                step.effects.push(Effect::Condition(Box::new(condition)));
            }
            return;
        }
        if let Some(known) = self.conditions.get(&key) {
            condition.since = known.since;
            if *known == condition {
                return;
            }
        } else if self.conditions.len() >= CONDITIONS_MAX {
            self.refusals.conditions += 1;
            return;
        }
        self.conditions.insert(key, condition.clone());
        step.effects.push(Effect::Condition(Box::new(condition)));
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
        use swarmpulse_model::Verdict;
        self.conditions.len() as u64 + self.counts.of(Verdict::Down) + self.counts.of(Verdict::Stuck)
    }
}
