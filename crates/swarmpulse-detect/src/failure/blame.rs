//! Whom to blame: a type of which one agent alone fails, or agents that fail at one type alone, are one finding, not two.

use std::collections::{BTreeMap, VecDeque};

use swarmpulse_model::{EntityKind, Text};

use super::book::Recent;
use super::high::High;

/// The share of the last failures that makes another the cause.
const CAUSE: f64 = 0.8;
/// The most that a cause may owe to the one it explains.
const OWED: f64 = 0.5;

/// A rate that is high, with those that it explains.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Blamed {
    pub(super) high: High,
    /// What else would have been told.
    pub(super) explains: Vec<(EntityKind, Text)>,
}

/// Leaves out types that fail for one agent's sake and agents that fail for one type's, by the last failures.
pub(super) fn blame(types: Vec<High>, agents: Vec<High>, recent: &VecDeque<Recent>) -> Vec<Blamed> {
    let mut types: Vec<Blamed> = types.into_iter().map(Blamed::alone).collect();
    let mut agents: Vec<Blamed> = agents.into_iter().map(Blamed::alone).collect();
    types.retain(|of_type| {
        let id = &of_type.high.id;
        let failures = recent
            .iter()
            .filter(|failure| failure.task_type.as_ref() == Some(id));
        let Some((agent, share)) = most(failures.map(|failure| failure.agent.as_ref())) else {
            return true;
        };
        let cause = agents
            .iter_mut()
            .find(|blamed| blamed.high.id == *agent && share >= CAUSE);
        cause
            .map(|cause| cause.explains.push((EntityKind::TaskType, id.clone())))
            .is_none()
    });
    agents.retain(|of_agent| {
        let id = &of_agent.high.id;
        if !of_agent.explains.is_empty() {
            return true;
        }
        let failures = recent.iter().filter(|failure| failure.agent.as_ref() == Some(id));
        let Some((task_type, share)) = most(failures.map(|failure| failure.task_type.as_ref())) else {
            return true;
        };
        let of_type = recent
            .iter()
            .filter(|failure| failure.task_type.as_ref() == Some(task_type));
        let (all, own) = of_type.fold((0, 0), |(all, own), failure| {
            (all + 1, own + usize::from(failure.agent.as_ref() == Some(id)))
        });
        let owed = own as f64 <= OWED * f64::from(all);
        let cause = types
            .iter_mut()
            .find(|blamed| blamed.high.id == *task_type && share >= CAUSE && owed);
        cause
            .map(|cause| cause.explains.push((EntityKind::Agent, id.clone())))
            .is_none()
    });
    types.append(&mut agents);
    types
}

impl Blamed {
    /// One that explains no other.
    pub(super) fn alone(high: High) -> Self {
        Self {
            high,
            explains: Vec::new(),
        }
    }
}

/// The most frequent name, and its share; `None` without any.
fn most<'a>(names: impl Iterator<Item = Option<&'a Text>>) -> Option<(&'a Text, f64)> {
    let mut counts: BTreeMap<&Text, u32> = BTreeMap::new();
    let mut all = 0;
    for name in names {
        all += 1;
        if let Some(name) = name {
            *counts.entry(name).or_default() += 1;
        }
    }
    let (name, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    Some((name, f64::from(count) / f64::from(all)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::class::ErrorClass;
    use crate::failure::high::Measure;
    use crate::failure::tally::Tally;
    use swarmpulse_model::Timestamp;

    fn high(kind: EntityKind, id: &str) -> High {
        High {
            kind,
            id: id.into(),
            recent: Tally {
                ended: 40,
                failed: 20,
            },
            window: 12,
            measure: Measure::Others(Tally {
                ended: 400,
                failed: 2,
            }),
            ratio: 50.0,
            p: 1e-12,
            p_corrected: 1e-10,
            worse_than_before: None,
            since: Timestamp(0),
        }
    }

    fn told(failures: &[(&str, &str)], types: &[&str], agents: &[&str]) -> Vec<(Text, usize)> {
        let recent = failures.iter().map(|(task_type, agent)| Recent {
            at: Timestamp(0),
            task: None,
            task_type: Some((*task_type).into()),
            agent: Some((*agent).into()),
            service: None,
            error: Text::default(),
            name: Text::default(),
            class: ErrorClass::Other,
            retryable: None,
        });
        let types = types.iter().map(|id| high(EntityKind::TaskType, id)).collect();
        let agents = agents.iter().map(|id| high(EntityKind::Agent, id)).collect();
        let blamed = blame(types, agents, &recent.collect());
        blamed
            .into_iter()
            .map(|it| (it.high.id, it.explains.len()))
            .collect()
    }

    #[test]
    fn one_agent_that_spoils_a_type_is_told_alone() {
        let failures = [("render", "bot-1"); 9]
            .iter()
            .chain(&[("render", "bot-2")])
            .copied()
            .collect::<Vec<_>>();
        assert_eq!(told(&failures, &["render"], &["bot-1"]), [("bot-1".into(), 1)]);
    }

    #[test]
    fn a_type_that_fails_on_all_its_agents_is_told_alone() {
        let failures: Vec<_> = (0..30)
            .map(|n| ("render", ["bot-1", "bot-2", "bot-3"][n % 3]))
            .collect();
        assert_eq!(
            told(&failures, &["render"], &["bot-1", "bot-2", "bot-3"]),
            [("render".into(), 3)]
        );
    }

    #[test]
    fn two_causes_are_two_findings() {
        let failures: Vec<_> = (0..40)
            .map(|n| {
                if n % 2 == 0 {
                    ("render", ["bot-1", "bot-2"][n / 2 % 2])
                } else {
                    (["mail", "sync"][n / 2 % 2], "bot-9")
                }
            })
            .collect();
        assert_eq!(
            told(&failures, &["render"], &["bot-9"]),
            [("render".into(), 0), ("bot-9".into(), 0)]
        );
        assert_eq!(
            told(&[], &["render"], &["bot-9"]).len(),
            2,
            "what is not known is told"
        );
    }
}
