//! Causes: which alert another one follows from, along what its subject stands on.

use std::collections::{BTreeSet, VecDeque};

use hashbrown::HashMap;
use swarmpulse_model::{Alert, AlertState, EntityKey, EntityKind, Text, Timestamp};

use super::Desk;
use super::entry::Entry;
use crate::identity::FLEET_DOWN;
use crate::nature::{Nature, can_follow};
use crate::surroundings::Surroundings;

/// Entities that are looked through for one alert's cause.
const REACH_MAX: usize = 64;
/// Alerts of one entity that are looked at as causes.
const CANDIDATES_MAX: usize = 64;
/// A chain of causes is followed so far.
const CHAIN_MAX: usize = 16;

/// What follows from what, and who waits for a cause to appear.
#[derive(Clone, Debug, Default)]
pub(crate) struct Causes {
    /// Firing alerts by the id of their cause, those that fired first first.
    symptoms: HashMap<Text, BTreeSet<(Timestamp, Text)>>,
    /// Firing alerts without a cause, by the entities whose alerts could become one.
    watchers: HashMap<Option<EntityKey>, BTreeSet<u32>>,
    /// Agents that fell, by place and the alert's name.
    pub(super) fallen: HashMap<(EntityKey, Text), BTreeSet<(Timestamp, u32)>>,
    /// So many places may be in it before those are taken out of which all agents got up again.
    pub(super) fallen_kept: usize,
}

impl Causes {
    /// An alert changed: as it fired before, as it fires now.
    pub fn keep(&mut self, old: Option<&Alert>, new: Option<&Alert>) {
        let link = |alert: &Alert| {
            let cause = alert.cause.clone()?;
            Some((
                cause,
                (alert.fired_at.unwrap_or(alert.active_at), alert.id.clone()),
            ))
        };
        if let Some((cause, symptom)) = old.and_then(link) {
            let empty = self.symptoms.get_mut(&cause).is_some_and(|symptoms| {
                symptoms.remove(&symptom);
                symptoms.is_empty()
            });
            if empty {
                self.symptoms.remove(&cause);
            }
        }
        if let Some((cause, symptom)) = new.and_then(link) {
            self.symptoms.entry(cause).or_default().insert(symptom);
        }
    }

    /// Ids of the firing alerts that follow from an alert.
    pub fn symptoms(&self, cause: &str) -> impl Iterator<Item = &Text> {
        self.symptoms.get(cause).into_iter().flatten().map(|(_, id)| id)
    }

    /// How many follow from it.
    pub fn count(&self, cause: &str) -> u64 {
        self.symptoms
            .get(cause)
            .map_or(0, |symptoms| symptoms.len() as u64)
    }

    /// Firing alerts that an alert about this entity could be the cause of.
    pub fn watching(&self, subject: &Option<EntityKey>) -> impl Iterator<Item = u32> + '_ {
        self.watchers.get(subject).into_iter().flatten().copied()
    }
}

/// What was looked up in one round of deciding.
pub(super) struct Round<'a> {
    pub now: Timestamp,
    pub around: &'a dyn Surroundings,
    below: HashMap<EntityKey, Vec<EntityKey>>,
    candidates: HashMap<Option<EntityKey>, Vec<u32>>,
    parents: HashMap<u32, Option<u32>>,
}

impl<'a> Round<'a> {
    pub fn new(now: Timestamp, around: &'a dyn Surroundings) -> Self {
        Self {
            now,
            around,
            below: HashMap::new(),
            candidates: HashMap::new(),
            parents: HashMap::new(),
        }
    }

    /// Everything that an entity stands on, the nearest first, without itself.
    pub fn reach(&mut self, subject: &EntityKey) -> Vec<EntityKey> {
        let mut found: Vec<EntityKey> = Vec::new();
        let mut next: VecDeque<EntityKey> = self.around.stands_on(subject).into();
        while let Some(key) = next.pop_front() {
            if found.len() >= REACH_MAX {
                break;
            }
            if key == *subject || found.contains(&key) {
                continue;
            }
            let around = self.around;
            let below = self
                .below
                .entry(key.clone())
                .or_insert_with(|| around.stands_on(&key));
            next.extend(below.iter().cloned());
            found.push(key);
        }
        found
    }
}

impl Desk {
    /// The id of the alert that is the cause of a firing one. What was found before stands as long as it fires, and two
    /// minutes longer.
    pub(super) fn cause_of(&mut self, slot: u32, round: &mut Round<'_>) -> Option<Text> {
        let recorded = self.recorded_cause(slot);
        if let Some(id) = recorded
            && let Some((cause, entry)) = self
                .book
                .find(&id)
                .and_then(|cause| Some((cause, self.book.get(cause)?)))
        {
            let outlived_at = entry.over_at().plus_s(self.options.cause.outlive_s);
            if entry.live.fires {
                let top = self.root_of(cause, round).unwrap_or(cause);
                let top = if top == slot { cause } else { top };
                return self.book.get(top).map(|entry| entry.id.clone());
            }
            // Its end is not on record yet, or was not long ago.
            if entry.is_firing() || entry.is_over() && round.now < outlived_at {
                return Some(id);
            }
        }
        let root = self.root_of(slot, round)?;
        self.book.get(root).map(|entry| entry.id.clone())
    }

    fn recorded_cause(&self, slot: u32) -> Option<Text> {
        let alert = self.book.get(slot)?.alert.as_ref()?;
        alert.cause.clone().filter(|_| alert.state == AlertState::Firing)
    }

    /// The end of the chain of causes; of alerts that are each other's cause, the one that began first.
    fn root_of(&mut self, slot: u32, round: &mut Round<'_>) -> Option<u32> {
        let mut chain = vec![slot];
        while chain.len() < CHAIN_MAX {
            let last = chain[chain.len() - 1];
            let Some(parent) = self.parent_of(last, last != slot, round) else {
                break;
            };
            if let Some(begin) = chain.iter().position(|known| *known == parent) {
                let book = &self.book;
                let first = chain[begin..]
                    .iter()
                    .copied()
                    .min_by_key(|slot| book.get(*slot).map(|entry| (entry.active_at(), entry.id.clone())));
                return first.filter(|first| *first != slot);
            }
            chain.push(parent);
        }
        chain.last().copied().filter(|last| *last != slot)
    }

    /// The nearest alert that an alert can follow from.
    fn parent_of(&mut self, slot: u32, sticky: bool, round: &mut Round<'_>) -> Option<u32> {
        if sticky
            && let Some(known) = self.recorded_cause(slot).and_then(|id| self.book.find(&id))
            && self.book.get(known).is_some_and(|entry| entry.live.fires)
        {
            return Some(known);
        }
        if let Some(known) = round.parents.get(&slot) {
            return *known;
        }
        let subject = self.book.get(slot)?.live.subject.clone()?;
        let reach = round.reach(&subject);
        let mut keys: Vec<Option<EntityKey>> = Vec::with_capacity(reach.len() + 2);
        keys.push(Some(subject));
        keys.extend(reach.into_iter().map(Some));
        keys.push(None);
        let found = (0..).zip(&keys).find_map(|(place, key)| {
            let candidates = self.candidates(key, round);
            let entry = self.book.get(slot)?;
            candidates
                .iter()
                .copied()
                .find(|cause| *cause != slot && self.follows(*cause, entry, place == 0))
        });
        if found.is_none() {
            self.watch(slot, keys);
        }
        round.parents.insert(slot, found);
        found
    }

    fn follows(&self, cause: u32, symptom: &Entry, same: bool) -> bool {
        self.book.get(cause).is_some_and(|cause| {
            let latest = symptom.active_at().plus_s(self.options.cause.within_s);
            cause.active_at() <= latest && can_follow(cause.trouble(), symptom.trouble(), same)
        })
    }

    /// Alerts about an entity that fire and can be causes: losses first, then the oldest first.
    fn candidates<'r>(&self, key: &Option<EntityKey>, round: &'r mut Round<'_>) -> &'r [u32] {
        round.candidates.entry(key.clone()).or_insert_with(|| {
            let Some(_) = key else {
                return self
                    .book
                    .find(FLEET_DOWN)
                    .filter(|slot| self.fires(*slot))
                    .into_iter()
                    .collect();
            };
            let mut found: Vec<(bool, Timestamp, &Text, u32)> = self
                .book
                .about(key)
                .filter_map(|slot| Some((slot, self.book.get(slot)?)))
                .filter(|(_, entry)| entry.live.fires && entry.trouble().nature != Nature::Own)
                .map(|(slot, entry)| {
                    let lesser = entry.trouble().nature != Nature::Gone;
                    (lesser, entry.active_at(), &entry.id, slot)
                })
                .collect();
            found.sort_unstable();
            found.truncate(CANDIDATES_MAX);
            found.into_iter().map(|(_, _, _, slot)| slot).collect()
        })
    }

    pub(super) fn fires(&self, slot: u32) -> bool {
        self.book.get(slot).is_some_and(|entry| entry.live.fires)
    }

    /// If an alert about one of these entities begins, this one is looked at again.
    fn watch(&mut self, slot: u32, mut keys: Vec<Option<EntityKey>>) {
        self.stop_watching(slot);
        let Some(entry) = self.book.get_mut(slot) else {
            return;
        };
        let of_fleet = matches!(
            entry.kind(),
            Some(EntityKind::Agent | EntityKind::Sandbox | EntityKind::Host)
        ) && entry.trouble().nature == Nature::Gone;
        keys.retain(|key| key.is_some() || of_fleet);
        for key in &keys {
            self.causes.watchers.entry(key.clone()).or_default().insert(slot);
        }
        entry.live.watches = keys;
    }

    pub(super) fn stop_watching(&mut self, slot: u32) {
        let Some(entry) = self.book.get_mut(slot) else {
            return;
        };
        for key in std::mem::take(&mut entry.live.watches) {
            let empty = self.causes.watchers.get_mut(&key).is_some_and(|slots| {
                slots.remove(&slot);
                slots.is_empty()
            });
            if empty {
                self.causes.watchers.remove(&key);
            }
        }
    }

    /// Looks again at whatever follows from an alert.
    pub(super) fn reconsider_symptoms(&mut self, slot: u32) {
        let Some(entry) = self.book.get(slot) else {
            return;
        };
        let symptoms = self.causes.symptoms(&entry.id);
        let slots: Vec<u32> = symptoms.filter_map(|id| self.book.find(id)).collect();
        self.dirty.extend(slots);
    }

    /// Looks again at the cause of an alert that ended.
    pub(super) fn reconsider_cause_of(&mut self, alert: &Alert) {
        let cause = alert.cause.as_ref().and_then(|cause| self.book.find(cause));
        self.dirty.extend(cause);
    }
}
