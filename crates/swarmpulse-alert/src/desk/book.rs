//! The book of alerts: by number, by id, by subject.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use swarmpulse_model::{EntityKey, Text};

use super::entry::Entry;

/// Every alert that is known. Numbers are used again once an alert was removed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    by_id: HashMap<Text, u32>,
    by_subject: HashMap<Option<EntityKey>, BTreeSet<u32>>,
    /// Alerts that others sent.
    external: BTreeSet<u32>,
}

impl Book {
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub fn get(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    pub fn get_mut(&mut self, slot: u32) -> Option<&mut Entry> {
        self.entries.get_mut(slot as usize)?.as_mut()
    }

    /// The alert of that id.
    pub fn named(&self, id: &str) -> Option<&Entry> {
        self.get(self.find(id)?)
    }

    pub fn insert(&mut self, entry: Entry) -> u32 {
        let id = entry.id.clone();
        let slot = match self.free.pop() {
            Some(slot) => {
                self.entries[slot as usize] = Some(entry);
                slot
            }
            None => {
                self.entries.push(Some(entry));
                self.entries.len() as u32 - 1
            }
        };
        self.by_id.insert(id, slot);
        slot
    }

    pub fn remove(&mut self, slot: u32) -> Option<Entry> {
        let entry = self.entries.get_mut(slot as usize)?.take()?;
        self.by_id.remove(&entry.id);
        self.free.push(slot);
        self.external.remove(&slot);
        let subject = entry.live.subject.clone();
        let empty = self.by_subject.get_mut(&subject).is_some_and(|slots| {
            slots.remove(&slot);
            slots.is_empty()
        });
        if empty {
            self.by_subject.remove(&subject);
        }
        Some(entry)
    }

    /// Says what an alert is about; it stays so through all its lives.
    pub fn place(&mut self, slot: u32, subject: Option<EntityKey>) {
        if let Some(entry) = self.entries.get_mut(slot as usize).and_then(Option::as_mut) {
            entry.live.subject.clone_from(&subject);
            self.by_subject.entry(subject).or_default().insert(slot);
        }
    }

    /// Says that others sent an alert.
    pub fn mark_external(&mut self, slot: u32) {
        self.external.insert(slot);
    }

    /// Alerts that others sent.
    pub fn externals(&self) -> &BTreeSet<u32> {
        &self.external
    }

    /// The alerts about an entity; of `None` those of the monitor.
    pub fn about(&self, subject: &Option<EntityKey>) -> impl Iterator<Item = u32> + '_ {
        self.by_subject.get(subject).into_iter().flatten().copied()
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, &Entry)> {
        (0..)
            .zip(&self.entries)
            .filter_map(|(slot, entry)| Some((slot, entry.as_ref()?)))
    }

    /// All of them, by id: the same order whatever happened before.
    pub fn sorted(&self) -> Vec<&Entry> {
        let mut all: Vec<&Entry> = self.entries.iter().flatten().collect();
        all.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        all
    }
}
