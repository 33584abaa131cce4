//! What an alert's subject stands on: looked up in the entity graph by whoever runs the desk.

use swarmpulse_model::{EntityKey, Timestamp};

/// The entity graph as the desk asks for it.
pub trait Surroundings {
    /// What a subject stands on and what it needs, the nearest first: of a task its agent, of an agent its sandbox, its
    /// host and the services that it calls, of a service those that it depends on. Not the subject itself.
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey>;

    /// How many agents are in a host or a sandbox, or call a service, and how they are; `None` if that is unknown.
    fn place(&self, place: &EntityKey) -> Option<Place>;
}

/// The agents of one place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Agents that are expected there: neither stopped nor long gone.
    pub agents: u64,
    /// Those of them that are down.
    pub down: u64,
    /// When one of those that are not down was heard last.
    pub others_heard_at: Option<Timestamp>,
    /// When one of those that are down was heard last.
    pub down_heard_at: Option<Timestamp>,
}
