//! The entity graph of a fleet, as a desk asks for it.

use swarmpulse_alert::{Presence, Surroundings, Witness};
use swarmpulse_fleet::{Agent, Fleet};
use swarmpulse_model::{EntityKey, EntityKind, Verdict};

pub(crate) struct Around<'a>(pub &'a Fleet);

impl Surroundings for Around<'_> {
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey> {
        let edges = self.0.edges(subject.kind, &subject.namespace, &subject.id);
        let below = ["worked_on_by", "in_sandbox", "runs_on", "calls", "depends_on"];
        edges
            .into_iter()
            .filter(|edge| below.contains(&edge.relation))
            .map(|edge| edge.to)
            .collect()
    }

    fn agents_of(&self, place: &EntityKey) -> Vec<Witness> {
        let is_there = |agent: &Agent| match place.kind {
            EntityKind::Host => self.0.host_of(agent) == Some(place.id.as_str()),
            _ => agent
                .sandbox()
                .and_then(|index| self.0.sandbox_at(index))
                .is_some_and(|sandbox| sandbox.id == place.id),
        };
        let there = self
            .0
            .agents_from(0)
            .map(|(_, agent)| agent)
            .filter(|agent| self.0.namespace_of(agent) == place.namespace && is_there(agent));
        let witness = |agent: &Agent| {
            let sign = self.0.sign_of(agent, place.kind);
            Witness {
                presence: match agent.verdict() {
                    Verdict::Down => Presence::Down,
                    Verdict::Stopped => Presence::Unexpected,
                    _ if agent.is_on_demand() => Presence::Unexpected,
                    _ => Presence::Up,
                },
                heard_at: sign.heard_at,
                expected_at: sign.expected_at,
                due_at: sign.due_at,
            }
        };
        there.map(witness).collect()
    }
}
