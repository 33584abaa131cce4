//! Whom the symptoms of a cause lead to: the receivers that are told the cause because of what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use swarmpulse_model::{Text, Timestamp};

/// Firing alerts that follow from another, by their cause and the receivers that their own routes lead to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Audience {
    by_cause: HashMap<Text, BTreeMap<Text, Theirs>>,
    led: HashMap<u32, Led>,
}

/// What of a cause is one receiver's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Theirs {
    /// How many of them come by which route.
    routes: BTreeMap<usize, usize>,
    /// Since when they fire, and their ids.
    symptoms: BTreeSet<(Timestamp, Text)>,
    /// The group that the cause is in for them.
    pub group: Option<u32>,
}

/// Where a symptom leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Led {
    pub cause: Text,
    pub since: Timestamp,
    pub id: Text,
    /// Receivers, each with the first of the routes to it; sorted.
    pub to: Vec<(Text, usize)>,
}

impl Theirs {
    /// The first of the routes that lead to the receiver.
    pub fn route(&self) -> Option<usize> {
        self.routes.keys().next().copied()
    }

    /// Since when the first of them fires.
    pub fn since(&self) -> Option<Timestamp> {
        self.symptoms.first().map(|(since, _)| *since)
    }

    /// Their ids, those that fired first first.
    pub fn ids(&self) -> impl Iterator<Item = &Text> {
        self.symptoms.iter().map(|(_, id)| id)
    }

    pub fn count(&self) -> u64 {
        self.symptoms.len() as u64
    }
}

impl Audience {
    pub fn clear(&mut self) {
        self.by_cause.clear();
        self.led.clear();
    }

    /// Where a symptom leads as it is noted.
    pub fn led(&self, slot: u32) -> Option<&Led> {
        self.led.get(&slot)
    }

    pub fn of(&self, cause: &str, receiver: &str) -> Option<&Theirs> {
        self.by_cause.get(cause)?.get(receiver)
    }

    /// Every receiver of a cause's symptoms.
    pub fn receivers(&self, cause: &str) -> Vec<Text> {
        let theirs = self.by_cause.get(cause).into_iter().flatten();
        theirs.map(|(receiver, _)| receiver.clone()).collect()
    }

    /// The cause of these symptoms joined a group, or left it.
    pub fn set_group(&mut self, cause: &str, receiver: &str, group: Option<u32>) {
        if let Some(theirs) = self.by_cause.get_mut(cause).and_then(|all| all.get_mut(receiver)) {
            theirs.group = group;
        }
    }

    /// Notes where a symptom leads from now on. Gives causes and receivers for which another route is the first one now,
    /// or none is left.
    pub fn note(&mut self, slot: u32, next: Option<Led>) -> Vec<(Text, Text)> {
        let mut changed = Vec::new();
        let old = self.led.remove(&slot);
        // In first: what comes and goes in one step is there all the time.
        if let Some(next) = next {
            let all = self.by_cause.entry(next.cause.clone()).or_default();
            for (receiver, route) in &next.to {
                let theirs = all.entry(receiver.clone()).or_default();
                let before = theirs.route();
                *theirs.routes.entry(*route).or_default() += 1;
                theirs.symptoms.insert((next.since, next.id.clone()));
                if theirs.route() != before {
                    changed.push((next.cause.clone(), receiver.clone()));
                }
            }
            self.led.insert(slot, next);
        }
        if let Some(old) = old {
            for (receiver, route) in &old.to {
                if self.take_out(slot, &old, receiver, *route) {
                    changed.push((old.cause.clone(), receiver.clone()));
                }
            }
        }
        changed
    }

    /// Takes a symptom out as it was; whether the first route changed.
    fn take_out(&mut self, slot: u32, old: &Led, receiver: &Text, route: usize) -> bool {
        let still = self.led.get(&slot).is_some_and(|led| {
            let same = led.cause == old.cause && led.since == old.since;
            same && led.to.iter().any(|(known, _)| known == receiver)
        });
        let Some(all) = self.by_cause.get_mut(&old.cause) else {
            return false;
        };
        let Some(theirs) = all.get_mut(receiver) else {
            return false;
        };
        let before = theirs.route();
        if let Some(count) = theirs.routes.get_mut(&route) {
            *count -= 1;
            if *count == 0 {
                theirs.routes.remove(&route);
            }
        }
        if !still {
            theirs.symptoms.remove(&(old.since, old.id.clone()));
        }
        let changed = theirs.route() != before;
        if theirs.routes.is_empty() {
            all.remove(receiver);
            if all.is_empty() {
                self.by_cause.remove(&old.cause);
            }
        }
        changed
    }
}
