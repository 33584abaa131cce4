//! Conditions that hold, as one reader may see them: those that were sent, and those that verdicts raise.

use std::collections::HashSet;
use std::ops::ControlFlow;

use swarmpulse_fleet::{Agent, Fleet};
use swarmpulse_model::{Condition, EntityKey, EntityKind, Severity, Text, Timestamp, Verdict};
use swarmpulse_runtime::Handle;

use super::sweep::sweep;
use super::tally::Tally;
use crate::access::Access;

/// The conditions that the fleet raises with verdicts. It tells them as effects; this table is how they are listed
/// without explaining every agent.
const RAISED: [(Verdict, &str, Severity); 2] = [
    (Verdict::Down, "agent_down", Severity::Critical),
    (Verdict::Stuck, "agent_stuck", Severity::Warning),
];

/// Whether a condition may be seen; those of the monitor itself concern everyone.
fn may_see(access: &Access, subject: Option<&EntityKey>) -> bool {
    subject.is_none_or(|subject| access.sees(&subject.namespace))
}

/// Conditions that hold, the gravest first, of one gravity the newest first; at most so many, and how many there are.
pub(super) fn active(
    handle: &Handle,
    access: &Access,
    wanted: impl Fn(Severity) -> bool,
    limit: usize,
) -> (Vec<Condition>, u64) {
    let mut all: Vec<Condition> = handle.fleet(|fleet| fleet.conditions(0));
    all.retain(|condition| may_see(access, condition.subject.as_ref()) && wanted(condition.severity));
    let mut count = all.len() as u64;
    for (verdict, name, severity) in RAISED {
        if !wanted(severity) || handle.fleet(|fleet| fleet.counts().of(verdict)) == 0 {
            continue;
        }
        let mut shown = 0;
        sweep(handle, 0, |fleet, _, agent: &Agent| {
            if agent.verdict() == verdict && access.sees(fleet.namespace_of(agent)) {
                count += 1;
                if shown < limit {
                    shown += 1;
                    all.push(raised(fleet, agent, name, severity));
                }
            }
            ControlFlow::Continue(())
        });
    }
    all.sort_by_key(|condition| {
        (
            std::cmp::Reverse(condition.severity),
            std::cmp::Reverse(condition.since),
        )
    });
    all.truncate(limit);
    (all, count)
}

/// How many conditions hold.
pub(super) fn count_active(handle: &Handle, access: &Access, tally: &Tally) -> u64 {
    if access.namespace.is_none() {
        return handle.fleet(Fleet::conditions_held);
    }
    let sent = handle.fleet(|fleet| fleet.conditions(0));
    let seen = sent
        .iter()
        .filter(|condition| may_see(access, condition.subject.as_ref()))
        .count() as u64;
    seen + RAISED.iter().map(|(verdict, ..)| tally.of(*verdict)).sum::<u64>()
}

/// Which conditions of the past hold still, asked one by one.
pub(super) struct Holding<'h> {
    handle: &'h Handle,
    sent: HashSet<(Text, Option<EntityKey>, Timestamp)>,
}

impl<'h> Holding<'h> {
    pub(super) fn new(handle: &'h Handle) -> Self {
        let sent = handle.fleet(|fleet| fleet.conditions(0));
        let sent = sent
            .into_iter()
            .map(|condition| (condition.name, condition.subject, condition.since));
        Self {
            handle,
            sent: sent.collect(),
        }
    }

    /// Whether that very episode of a condition holds still.
    pub(super) fn holds(&self, condition: &Condition) -> bool {
        let verdict = RAISED
            .iter()
            .find(|(_, name, _)| condition.name == *name)
            .map(|(verdict, ..)| *verdict);
        let agent = condition
            .subject
            .as_ref()
            .filter(|subject| subject.kind == EntityKind::Agent);
        let is_raised = verdict.zip(agent).is_some_and(|(verdict, key)| {
            self.handle.fleet(|fleet| {
                let agent = fleet.agent_named(&key.namespace, &key.id);
                agent.is_some_and(|agent| agent.verdict() == verdict && agent.since() == condition.since)
            })
        });
        is_raised
            || self
                .sent
                .contains(&(condition.name.clone(), condition.subject.clone(), condition.since))
    }
}

/// All conditions that hold now.
pub(crate) fn started(handle: &Handle) -> Vec<Condition> {
    active(handle, &Access::open(), |_| true, usize::MAX).0
}

fn raised(fleet: &Fleet, agent: &Agent, name: &'static str, severity: Severity) -> Condition {
    let evidence = fleet.explain(agent, fleet.now());
    let reason = evidence
        .first()
        .map(|evidence| Text::from(evidence.claim.to_string()));
    Condition {
        name: Text::const_new(name),
        subject: Some(EntityKey::new(
            fleet.namespace_of(agent),
            EntityKind::Agent,
            agent.id(),
        )),
        severity,
        active: true,
        since: agent.since(),
        reason: reason.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_fleet::Context;
    use swarmpulse_model::record::{FleetSettings, Heartbeat};
    use swarmpulse_model::{Effect, Position, Record, Source};

    use super::*;

    /// The table against what the fleet itself says, so that neither changes alone.
    #[test]
    fn the_table_is_the_fleets() {
        let mut fleet = Fleet::new(FleetSettings {
            task_limit_s: 5.0,
            ..FleetSettings::default()
        });
        let mut effects = Vec::new();
        let mut apply = |fleet: &mut Fleet, second: i64, record| {
            let context = Context {
                position: Position {
                    partition: 0,
                    offset: second as u64,
                },
                received_at: Timestamp(second * 1_000_000_000),
                namespace: "default",
                source: Source::Http,
            };
            fleet.apply(&context, record, &mut effects);
        };
        let heartbeat = |agent: &str, status: &str| {
            let (agent, status) = (agent.into(), Some(status.into()));
            Record::Heartbeat(Box::new(Heartbeat {
                agent,
                status,
                interval_s: Some(10.0),
                ..Heartbeat::default()
            }))
        };
        for second in (0..60).step_by(5) {
            apply(&mut fleet, second, heartbeat("hung", "working"));
            apply(&mut fleet, second, Record::Tick);
        }
        apply(&mut fleet, 60, heartbeat("dead", "failed"));
        let mut told: Vec<(Text, Text, Severity)> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Condition(condition) if condition.active => {
                    let subject = condition.subject.as_ref()?;
                    Some((subject.id.clone(), condition.name.clone(), condition.severity))
                }
                _ => None,
            })
            .collect();
        told.sort();
        let expected = [
            ("dead", "agent_down", Severity::Critical),
            ("hung", "agent_stuck", Severity::Warning),
        ];
        assert_eq!(
            told,
            expected.map(|(agent, name, severity)| (agent.into(), name.into(), severity))
        );
        for (agent, name, severity) in expected {
            let verdict = fleet.agent_named("default", agent).map(Agent::verdict);
            assert!(
                RAISED.contains(&(verdict.unwrap(), name, severity)),
                "{agent}: {verdict:?}"
            );
        }
        for verdict in Verdict::ALL {
            let here = RAISED.iter().any(|(raised, ..)| *raised == verdict);
            assert_eq!(here, matches!(verdict, Verdict::Down | Verdict::Stuck));
        }
    }
}
