//! The entity graph of a fleet, as a desk asks for it.

use swarmpulse_alert::{Place, Surroundings};
use swarmpulse_fleet::Fleet;
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

    fn place(&self, place: &EntityKey) -> Option<Place> {
        let mut found = Place::default();
        for (_, agent) in self.0.agents_from(0) {
            let there = place.kind == EntityKind::Host && self.0.host_of(agent) == Some(place.id.as_str());
            if !there || agent.verdict() == Verdict::Stopped {
                continue;
            }
            found.agents += 1;
            let heard = if agent.verdict() == Verdict::Down {
                found.down += 1;
                &mut found.down_heard_at
            } else {
                &mut found.others_heard_at
            };
            *heard = (*heard).max(agent.last_contact_at());
        }
        (found.agents > 0).then_some(found)
    }
}
