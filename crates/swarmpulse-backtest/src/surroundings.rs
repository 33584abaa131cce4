//! The entity graph as far as the past tells it: what followed from what, which places were found to be down, and where agents
//! were recorded.
//!
//! A place that was found to be down is so again. Of any other the agents that were recorded there tell, as they did live; a
//! sandbox, which no agent's series names, is then taken to be up.

use std::collections::BTreeMap;

use swarmpulse_alert::{Presence, Surroundings, Witness};
use swarmpulse_model::{Condition, EntityKey, EntityKind, Timestamp};

use crate::recorded::{Fall, Recorded};
use crate::sightings::Sightings;

/// Says of an agent that it is down.
const AGENT_DOWN: &str = "agent_down";

/// The graph at one time.
pub(crate) struct AsRecorded<'a> {
    pub recorded: &'a Recorded,
    pub sightings: Sightings,
    /// Agents that are down, since when.
    pub down: BTreeMap<EntityKey, Timestamp>,
    pub now: Timestamp,
}

impl AsRecorded<'_> {
    /// Takes a condition that began or ended.
    pub fn take(&mut self, at: Timestamp, condition: &Condition) {
        let Some(subject) = condition
            .subject
            .as_ref()
            .filter(|_| condition.name == AGENT_DOWN)
        else {
            return;
        };
        if condition.active {
            self.down.entry(subject.clone()).or_insert(at);
        } else {
            self.down.remove(subject);
        }
    }
}

impl Surroundings for AsRecorded<'_> {
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey> {
        let found = self.recorded.stood_on.get(subject);
        let mut found: Vec<EntityKey> = found.into_iter().flatten().cloned().collect();
        // Where it was by then comes before where it was when a host fell.
        if let Some(host) = self.sightings.host_of(subject, self.now) {
            found.retain(|below| below.kind != EntityKind::Host);
            found.insert(0, host);
        }
        found
    }

    fn agents_of(&self, place: &EntityKey) -> Vec<Witness> {
        let falls = self.recorded.fell.get(place).map_or(&[][..], Vec::as_slice);
        let is_now = |fall: &&Fall| fall.from <= self.now && fall.to.is_none_or(|to| self.now < to);
        let witness = match falls.iter().find(is_now) {
            // They fell together then.
            Some(fall) => Witness {
                presence: Presence::Down,
                heard_at: Some(fall.from),
                expected_at: fall.from,
                due_at: fall.from,
            },
            None => {
                let down_since = |agent: &EntityKey| self.down.get(agent).copied();
                let seen = self.sightings.agents_of(place, self.now, &down_since);
                if !seen.is_empty() || falls.is_empty() {
                    return seen;
                }
                Witness {
                    presence: Presence::Up,
                    heard_at: Some(self.now),
                    expected_at: Timestamp::NEVER,
                    due_at: Timestamp::NEVER,
                }
            }
        };
        let there = self.recorded.stood_on.values();
        let count = there.filter(|below| below.contains(place)).count().max(1);
        vec![witness; count]
    }
}
