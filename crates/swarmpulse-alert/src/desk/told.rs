//! What channels were told, by whom and by when: the oldest is found without looking at the rest.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::Timestamp;

use super::groups::{Told, ToldKey};

/// What each channel was told of each group last.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToldBook {
    by_key: BTreeMap<ToldKey, Told>,
    by_time: BTreeSet<(Timestamp, ToldKey)>,
}

impl ToldBook {
    pub fn get(&self, key: &ToldKey) -> Option<&Told> {
        self.by_key.get(key)
    }

    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// In the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&ToldKey, &Told)> {
        self.by_key.iter()
    }

    /// In the place of what it was told before. A channel for which nothing fires is as one that was never told.
    pub fn insert(&mut self, key: ToldKey, told: Told) {
        self.remove(&key);
        if told.firing.is_empty() {
            return;
        }
        self.by_time.insert((told.at, key.clone()));
        self.by_key.insert(key, told);
    }

    /// A channel is done with an alert.
    pub fn settle(&mut self, key: &ToldKey, fingerprint: u64) {
        let Some(told) = self.by_key.get_mut(key) else {
            return;
        };
        told.firing.retain(|known| *known != fingerprint);
        if told.firing.is_empty() {
            self.remove(key);
        }
    }

    pub fn remove(&mut self, key: &ToldKey) -> Option<Told> {
        let (key, told) = self.by_key.remove_entry(key)?;
        self.by_time.remove(&(told.at, key));
        Some(told)
    }

    /// Keys of what was told before this time, the oldest first.
    pub fn before(&self, at: Timestamp) -> impl Iterator<Item = &ToldKey> {
        let older = self.by_time.iter().take_while(move |(told_at, _)| *told_at < at);
        older.map(|(_, key)| key)
    }

    /// Removes what was told longest ago; false if there is nothing.
    pub fn drop_oldest(&mut self) -> bool {
        let Some((_, key)) = self.by_time.pop_first() else {
            return false;
        };
        self.by_key.remove(&key).is_some()
    }
}

impl FromIterator<(ToldKey, Told)> for ToldBook {
    fn from_iter<I: IntoIterator<Item = (ToldKey, Told)>>(all: I) -> Self {
        let mut book = Self::default();
        for (key, told) in all {
            book.insert(key, told);
        }
        book
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(group: &str) -> ToldKey {
        ToldKey {
            group: group.into(),
            receiver: "r".into(),
            channel: "c/0".into(),
        }
    }

    fn told(at: i64) -> Told {
        Told {
            firing: vec![1],
            at: Timestamp(at),
        }
    }

    #[test]
    fn what_was_told_again_is_as_old_as_that() {
        let mut book: ToldBook = [(key("a"), told(1)), (key("b"), told(2)), (key("c"), told(2))]
            .into_iter()
            .collect();
        book.insert(key("a"), told(3));
        let before = |book: &ToldBook, at| book.before(Timestamp(at)).cloned().collect::<Vec<_>>();
        assert_eq!(before(&book, 3), [key("b"), key("c")]);
        assert!(book.drop_oldest());
        assert_eq!(book.get(&key("b")), None);
        assert_eq!(book.remove(&key("a")), Some(told(3)));
        assert_eq!((before(&book, 9), book.len()), (vec![key("c")], 1));
        let two = Told {
            firing: vec![1, 2],
            at: Timestamp(7),
        };
        book.insert(key("c"), two);
        book.settle(&key("c"), 1);
        assert_eq!(book.get(&key("c")).map(|told| told.firing.clone()), Some(vec![2]));
        book.settle(&key("c"), 2);
        assert_eq!((book.len(), book.drop_oldest()), (0, false));
        let nothing = Told {
            firing: Vec::new(),
            at: Timestamp(9),
        };
        book.insert(key("c"), nothing);
        assert!(!book.drop_oldest());
        assert_eq!(book.iter().count(), 0);
    }
}
