//! Entities in numbered slots, found by namespace and id without storing the key twice.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::{Deserialize, Serialize};

/// The number of a slot; valid until the entity in it is removed.
pub type Index = u32;

/// What an arena holds: something with a namespace and an id.
pub trait Keyed {
    /// The number of its namespace.
    fn namespace(&self) -> u32;
    /// Its id.
    fn id(&self) -> &str;
}

/// Slots with an index by key. Iteration is in the order of slots, never of hashes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arena<T> {
    slots: Vec<Option<T>>,
    free: Vec<Index>,
    #[serde(skip)]
    table: HashTable<Index>,
    #[serde(skip)]
    hasher: DefaultHashBuilder,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }
}

fn hash(hasher: &DefaultHashBuilder, namespace: u32, id: &str) -> u64 {
    hasher.hash_one((namespace, id))
}

impl<T: Keyed> Arena<T> {
    /// The slot of that key.
    pub fn find(&self, namespace: u32, id: &str) -> Option<Index> {
        let hash = hash(&self.hasher, namespace, id);
        self.table
            .find(hash, |&index| {
                self.get(index)
                    .is_some_and(|item| item.namespace() == namespace && item.id() == id)
            })
            .copied()
    }

    /// Puts an entity whose key is not there yet into a slot.
    pub fn insert(&mut self, item: T) -> Index {
        let hash = hash(&self.hasher, item.namespace(), item.id());
        let index = if let Some(index) = self.free.pop() {
            self.slots[index as usize] = Some(item);
            index
        } else {
            self.slots.push(Some(item));
            (self.slots.len() - 1) as Index
        };
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.table
            .insert_unique(hash, index, |&other| rehash(slots, hasher, other));
        index
    }

    /// Takes an entity out of its slot.
    pub fn remove(&mut self, index: Index) -> Option<T> {
        let item = self.slots.get_mut(index as usize)?.take()?;
        let hash = hash(&self.hasher, item.namespace(), item.id());
        if let Ok(entry) = self.table.find_entry(hash, |&other| other == index) {
            entry.remove();
        }
        self.free.push(index);
        Some(item)
    }

    /// Builds the index again after deserialization, which leaves it empty.
    pub fn reindex(&mut self) {
        self.table = HashTable::with_capacity(self.len());
        let (slots, hasher) = (&self.slots, &self.hasher);
        for (number, item) in slots.iter().enumerate() {
            if let Some(item) = item {
                let hash = hash(hasher, item.namespace(), item.id());
                self.table
                    .insert_unique(hash, number as Index, |&other| rehash(slots, hasher, other));
            }
        }
    }

    /// The entity in that slot.
    pub fn get(&self, index: Index) -> Option<&T> {
        self.slots.get(index as usize)?.as_ref()
    }

    /// The entity in that slot, to change.
    pub fn get_mut(&mut self, index: Index) -> Option<&mut T> {
        self.slots.get_mut(index as usize)?.as_mut()
    }

    /// How many entities there are.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Entities from that slot on, in the order of slots.
    pub fn iter_from(&self, first: Index) -> impl Iterator<Item = (Index, &T)> {
        let slots = self.slots.get(first as usize..).unwrap_or_default();
        slots
            .iter()
            .enumerate()
            .filter_map(move |(n, item)| Some((first + n as Index, item.as_ref()?)))
    }
}

fn rehash<T: Keyed>(slots: &[Option<T>], hasher: &DefaultHashBuilder, index: Index) -> u64 {
    slots[index as usize]
        .as_ref()
        .map_or(0, |item| hash(hasher, item.namespace(), item.id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Keyed for (u32, String) {
        fn namespace(&self) -> u32 {
            self.0
        }
        fn id(&self) -> &str {
            &self.1
        }
    }

    #[test]
    fn keys_are_found_until_removed_and_slots_are_used_again() {
        let mut arena = Arena::default();
        let indexes: Vec<Index> = (0..1000)
            .map(|n| arena.insert((n % 3, format!("agent-{n}"))))
            .collect();
        assert_eq!(arena.find(1, "agent-1"), Some(indexes[1]));
        assert_eq!(
            arena.find(2, "agent-1"),
            None,
            "another namespace is another entity"
        );
        arena.remove(indexes[1]);
        assert_eq!(arena.find(1, "agent-1"), None);
        assert_eq!(arena.insert((1, "new".into())), indexes[1]);
        assert_eq!(arena.len(), 1000);
        arena.reindex();
        assert_eq!(arena.find(1, "new"), Some(indexes[1]));
        assert_eq!(arena.find(2, "agent-998"), Some(998));
    }
}
