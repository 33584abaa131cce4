//! The entity graph of a case.

use std::collections::BTreeMap;

use swarmpulse_alert::{Place, Surroundings};
use swarmpulse_model::{EntityKey, EntityKind, Timestamp};

#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub stands_on: Vec<EntityKey>,
    pub down: bool,
    pub heard_at: Option<Timestamp>,
    /// It is there and says nothing.
    pub quiet: bool,
}

/// Agents are heard all the time unless they are down or quiet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub nodes: BTreeMap<EntityKey, Node>,
    pub now: Timestamp,
}

impl Graph {
    /// Agents fall when they were not heard for half a minute.
    pub fn fall(&mut self, agent: &EntityKey, down: bool) {
        let now = self.now;
        if let Some(node) = self.nodes.get_mut(agent) {
            node.down = down;
            node.heard_at = down.then(|| now.plus_s(-30.0));
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

    fn place(&self, place: &EntityKey) -> Option<Place> {
        let there: Vec<&Node> = self
            .nodes
            .iter()
            .filter(|(key, node)| key.kind == EntityKind::Agent && node.stands_on.contains(place))
            .map(|(_, node)| node)
            .collect();
        let heard = |down: bool| {
            let nodes = there.iter().filter(|node| node.down == down);
            nodes.map(|node| node.heard_at.unwrap_or(self.now)).max()
        };
        (!there.is_empty()).then(|| Place {
            agents: there.len() as u64,
            down: there.iter().filter(|node| node.down).count() as u64,
            others_heard_at: heard(false),
            down_heard_at: heard(true),
        })
    }
}
