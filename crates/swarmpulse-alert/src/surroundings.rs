//! What an alert's subject stands on: looked up in the entity graph by whoever runs the desk.

use swarmpulse_model::{EntityKey, Timestamp};

/// The entity graph as the desk asks for it.
pub trait Surroundings {
    /// What a subject stands on and what it needs, the nearest first: of a task its agent, of an agent its sandbox, its
    /// host and the services that it calls, of a service those that it depends on. Not the subject itself.
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey>;

    /// The agents of a host or a sandbox, with those of which nothing is expected; none if nothing is known of it.
    fn agents_of(&self, place: &EntityKey) -> Vec<Witness>;
}

/// An agent as a witness of the place that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// How it is.
    pub presence: Presence,
    /// When it was last heard or seen there.
    pub heard_at: Option<Timestamp>,
    /// Its next report is expected by then; `NEVER` if none is. A sign of life from the place after that shows that the
    /// agent ended without it.
    pub expected_at: Timestamp,
    /// From here on its silence says something, not before `expected_at`; `NEVER` if it says nothing.
    pub due_at: Timestamp,
}

/// How an agent is, as far as its place is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is not down, as far as is known.
    Up,
    /// It is down.
    Down,
    /// Nothing is expected of it: it stopped, or reports only while it works. Its last word was a sign of life all the
    /// same.
    Unexpected,
}
