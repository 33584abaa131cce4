//! Every label there is, name and value together, once; and the series that have it.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use swarmpulse_model::Text;

use super::posting::Posting;

/// The name of a label.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) text: Text,
    /// The labels of that name, in no order.
    pub(crate) pairs: Vec<u32>,
    /// How often a label of that name went; lists made before are void then.
    pub(crate) removals: u64,
}

/// A label: name and value.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) name: u32,
    pub(crate) value: Text,
    pub(crate) series: Posting,
    /// Where it is in [`Name::pairs`].
    place: u32,
}

/// Every label there is. Numbers of labels that went are given again.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    names: Vec<Name>,
    by_name: HashMap<Text, u32>,
    pairs: Vec<Pair>,
    by_text: HashTable<u32>,
    free: Vec<u32>,
    hasher: DefaultHashBuilder,
}

impl Pairs {
    /// The number of a name, if it is known.
    pub(crate) fn name(&self, text: &str) -> Option<u32> {
        self.by_name.get(text).copied()
    }

    pub(crate) fn name_at(&self, name: u32) -> &Name {
        &self.names[name as usize]
    }

    /// Names that some series has.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(|name| !name.pairs.is_empty())
    }

    /// How many labels there are.
    pub(crate) fn len(&self) -> usize {
        self.by_text.len()
    }

    pub(crate) fn at(&self, pair: u32) -> &Pair {
        &self.pairs[pair as usize]
    }

    /// The number of a label, if it is known.
    pub(crate) fn find(&self, name: &str, value: &str) -> Option<u32> {
        let name = self.name(name)?;
        let hash = self.hasher.hash_one((name, value));
        let same = |pair: &u32| {
            let pair = &self.pairs[*pair as usize];
            pair.name == name && pair.value == value
        };
        self.by_text.find(hash, same).copied()
    }

    /// The number of a label, new if it was not known.
    pub(crate) fn intern(&mut self, name: &str, value: &str) -> u32 {
        let name = match self.by_name.get(name) {
            Some(name) => *name,
            None => {
                let number = self.names.len() as u32;
                self.names.push(Name {
                    text: name.into(),
                    pairs: Vec::new(),
                    removals: 0,
                });
                self.by_name.insert(name.into(), number);
                number
            }
        };
        let hash = self.hasher.hash_one((name, value));
        let same = |pair: &u32| {
            let pair = &self.pairs[*pair as usize];
            pair.name == name && pair.value == value
        };
        if let Some(pair) = self.by_text.find(hash, same) {
            return *pair;
        }
        let new = Pair {
            name,
            value: value.into(),
            series: Posting::new(),
            place: self.names[name as usize].pairs.len() as u32,
        };
        let number = match self.free.pop() {
            Some(number) => {
                self.pairs[number as usize] = new;
                number
            }
            None => {
                self.pairs.push(new);
                self.pairs.len() as u32 - 1
            }
        };
        self.names[name as usize].pairs.push(number);
        let (pairs, hasher) = (&self.pairs, &self.hasher);
        let hash_of = |pair: &u32| {
            let pair = &pairs[*pair as usize];
            hasher.hash_one((pair.name, pair.value.as_str()))
        };
        self.by_text.insert_unique(hash, number, hash_of);
        number
    }

    /// Notes that a series has a label.
    pub(crate) fn add(&mut self, pair: u32, series: u32) {
        self.pairs[pair as usize].series.insert(series);
    }

    /// Notes that a series is gone; a label that no series has goes with it, which is told.
    pub(crate) fn remove(&mut self, pair: u32, series: u32) -> bool {
        let held = &mut self.pairs[pair as usize];
        held.series.remove(series);
        if held.series.len() > 0 {
            return false;
        }
        let (name, place) = (held.name as usize, held.place);
        let hash = self.hasher.hash_one((held.name, held.value.as_str()));
        held.value = Text::default();
        let name = &mut self.names[name];
        name.removals += 1;
        name.pairs.swap_remove(place as usize);
        if let Some(moved) = name.pairs.get(place as usize) {
            self.pairs[*moved as usize].place = place;
        }
        if let Ok(entry) = self.by_text.find_entry(hash, |found| *found == pair) {
            entry.remove();
        }
        self.free.push(pair);
        true
    }

    /// Gives back room after many labels went.
    pub(crate) fn shrink(&mut self) {
        let (pairs, hasher) = (&self.pairs, &self.hasher);
        if self.by_text.capacity() > 4 * self.by_text.len().max(1024) {
            self.by_text.shrink_to_fit(|pair| {
                let pair = &pairs[*pair as usize];
                hasher.hash_one((pair.name, pair.value.as_str()))
            });
        }
        for name in &mut self.names {
            if name.pairs.capacity() > 4 * name.pairs.len().max(64) {
                name.pairs.shrink_to_fit();
            }
        }
    }

    /// The label of that name among the labels of a series.
    pub(crate) fn of_name(&self, pairs: &[u32], name: u32) -> Option<u32> {
        pairs.iter().copied().find(|pair| self.at(*pair).name == name)
    }

    /// How two series are ordered by their labels.
    pub(crate) fn compare(&self, one: &[u32], other: &[u32]) -> std::cmp::Ordering {
        for (a, b) in one.iter().zip(other) {
            if a == b {
                continue;
            }
            let (a, b) = (self.at(*a), self.at(*b));
            let names = if a.name == b.name {
                std::cmp::Ordering::Equal
            } else {
                self.name_at(a.name).text.cmp(&self.name_at(b.name).text)
            };
            return names.then_with(|| a.value.cmp(&b.value));
        }
        one.len().cmp(&other.len())
    }
}
