//! The entity graph of a case.

use std::collections::BTreeMap;

use swarmpulse_alert::{Presence, Surroundings, Witness};
use swarmpulse_model::{EntityKey, EntityKind, Timestamp};

#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub stands_on: Vec<EntityKey>,
    pub down: bool,
    pub heard_at: Option<Timestamp>,
    /// It is there and says nothing.
    pub quiet: bool,
    /// How often it reports; 10 s if nothing is said.
    pub interval_s: Option<f64>,
}

/// Agents are heard all the time unless they are down or quiet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub nodes: BTreeMap<EntityKey, Node>,
    pub now: Timestamp,
}

impl Graph {
    /// Agents fall when they were not heard for half a minute, or since they were quiet.
    pub fn fall(&mut self, agent: &EntityKey, down: bool) {
        let now = self.now;
        if let Some(node) = self.nodes.get_mut(agent) {
            let quiet_since = node.heard_at.filter(|_| node.quiet);
            node.quiet &= down;
            node.down = down;
            node.heard_at = down.then(|| quiet_since.unwrap_or(now.plus_s(-30.0)));
        }
    }
}

impl Surroundings for Graph {
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey> {
        self.nodes
            .get(subject)
            .map(|node| node.stands_on.clone())
            .unwrap_or_default()
    }

    fn agents_of(&self, place: &EntityKey) -> Vec<Witness> {
        let there = self
            .nodes
            .iter()
            .filter(|(key, node)| key.kind == EntityKind::Agent && node.stands_on.contains(place));
        let witness = |node: &Node| {
            let heard_at = node.heard_at.unwrap_or(self.now);
            let interval_s = node.interval_s.unwrap_or(10.0);
            Witness {
                presence: if node.down { Presence::Down } else { Presence::Up },
                heard_at: Some(heard_at),
                expected_at: heard_at.plus_s(interval_s + 1.0),
                due_at: heard_at.plus_s(1.2 * interval_s + 1.0),
            }
        };
        there.map(|(_, node)| witness(node)).collect()
    }
}
