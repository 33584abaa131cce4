//! The entity graph as far as alerts on record tell it: what followed from what, and which places were found to be down.
//!
//! Hosts of agents are in no effect of history, so that a place that was not found to be down then is not found so now.

use swarmpulse_alert::{Presence, Surroundings, Witness};
use swarmpulse_model::{EntityKey, Timestamp};

use crate::recorded::{Fall, Recorded};

/// The graph at one time.
pub(crate) struct AsRecorded<'a> {
    pub recorded: &'a Recorded,
    pub now: Timestamp,
}

impl Surroundings for AsRecorded<'_> {
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey> {
        let found = self.recorded.stood_on.get(subject);
        found.into_iter().flatten().cloned().collect()
    }

    fn agents_of(&self, place: &EntityKey) -> Vec<Witness> {
        let Some(falls) = self.recorded.fell.get(place) else {
            return Vec::new();
        };
        let is_now = |fall: &&Fall| fall.from <= self.now && fall.to.is_none_or(|to| self.now < to);
        let there = self.recorded.stood_on.values();
        let count = there.filter(|below| below.contains(place)).count().max(1);
        let witness = match falls.iter().find(is_now) {
            // They fell together then.
            Some(fall) => Witness {
                presence: Presence::Down,
                heard_at: Some(fall.from),
                expected_at: fall.from,
                due_at: fall.from,
            },
            None => Witness {
                presence: Presence::Up,
                heard_at: Some(self.now),
                expected_at: Timestamp::NEVER,
                due_at: Timestamp::NEVER,
            },
        };
        vec![witness; count]
    }
}
