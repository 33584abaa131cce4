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

/// Slots of one chunk: growing never moves more than these.
const CHUNK: usize = 1 << CHUNK_BITS;
const CHUNK_BITS: u32 = 10;

/// Slots with an index by key. Iteration is in the order of slots, never of hashes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arena<T> {
    chunks: Vec<Vec<Option<T>>>,
    free: Vec<Index>,
    #[serde(skip)]
    table: HashTable<Index>,
    #[serde(skip)]
    hasher: DefaultHashBuilder,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
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
            let (chunk, place) = split(index);
            self.chunks[chunk][place] = Some(item);
            index
        } else {
            if self.chunks.last().is_none_or(|last| last.len() == CHUNK) {
                self.chunks.push(Vec::new());
            }
            let number = self.chunks.len() - 1;
            let chunk = &mut self.chunks[number];
            chunk.push(Some(item));
            ((number << CHUNK_BITS) + chunk.len() - 1) as Index
        };
        let (chunks, hasher) = (&self.chunks, &self.hasher);
        self.table
            .insert_unique(hash, index, |&other| rehash(chunks, hasher, other));
        index
    }

    /// Takes an entity out of its slot.
    pub fn remove(&mut self, index: Index) -> Option<T> {
        let (chunk, place) = split(index);
        let item = self.chunks.get_mut(chunk)?.get_mut(place)?.take()?;
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
        let (chunks, hasher) = (&self.chunks, &self.hasher);
        for (number, item) in chunks.iter().flatten().enumerate() {
            if let Some(item) = item {
                let hash = hash(hasher, item.namespace(), item.id());
                self.table
                    .insert_unique(hash, number as Index, |&other| rehash(chunks, hasher, other));
            }
        }
    }

    /// The entity in that slot.
    pub fn get(&self, index: Index) -> Option<&T> {
        let (chunk, place) = split(index);
        self.chunks.get(chunk)?.get(place)?.as_ref()
    }

    /// The entity in that slot, to change.
    pub fn get_mut(&mut self, index: Index) -> Option<&mut T> {
        let (chunk, place) = split(index);
        self.chunks.get_mut(chunk)?.get_mut(place)?.as_mut()
    }

    /// How many entities there are.
    pub fn len(&self) -> usize {
        let slots = match self.chunks.last() {
            Some(last) => ((self.chunks.len() - 1) << CHUNK_BITS) + last.len(),
            None => 0,
        };
        slots - self.free.len()
    }

    /// Entities from that slot on, in the order of slots.
    pub fn iter_from(&self, first: Index) -> impl Iterator<Item = (Index, &T)> {
        let (first_chunk, first_place) = split(first);
        let chunks = self.chunks.get(first_chunk..).unwrap_or_default();
        chunks.iter().enumerate().flat_map(move |(n, chunk)| {
            let skipped = if n == 0 { first_place.min(chunk.len()) } else { 0 };
            let base = ((first_chunk + n) << CHUNK_BITS) + skipped;
            chunk[skipped..]
                .iter()
                .enumerate()
                .filter_map(move |(place, item)| Some(((base + place) as Index, item.as_ref()?)))
        })
    }
}

fn split(index: Index) -> (usize, usize) {
    ((index >> CHUNK_BITS) as usize, index as usize & (CHUNK - 1))
}

fn rehash<T: Keyed>(chunks: &[Vec<Option<T>>], hasher: &DefaultHashBuilder, index: Index) -> u64 {
    let (chunk, place) = split(index);
    chunks[chunk][place]
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
        let indexes: Vec<Index> = (0..3000)
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
        assert_eq!(arena.len(), 3000);
        arena.reindex();
        assert_eq!(arena.find(1, "new"), Some(indexes[1]));
        assert_eq!(arena.find(2, "agent-998"), Some(998));
        assert_eq!(arena.find(2, "agent-2999"), Some(2999));
    }

    #[test]
    fn iteration_goes_on_from_any_slot() {
        let mut arena = Arena::default();
        for n in 0..2500 {
            arena.insert((0, n.to_string()));
        }
        arena.remove(1500);
        let found: Vec<Index> = arena.iter_from(1499).map(|(index, _)| index).take(3).collect();
        assert_eq!(found, [1499, 1501, 1502]);
        assert_eq!(arena.iter_from(0).count(), 2499);
        assert_eq!(arena.iter_from(2499).count(), 1);
        assert_eq!(arena.iter_from(9999).count(), 0);
    }
}
