//! A map that never grows beyond a limit: what was not used for longest is forgotten.

use std::hash::Hash;

use hashbrown::HashMap;

/// Two maps: one in use, and the one before. What is used moves to the first; when that is half the limit or old, the
/// second is forgotten and the first takes its place. So an entry stays for at least half the limit's worth of others.
#[derive(Debug)]
pub(crate) struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    limit: usize,
    lifetime_ms: i64,
    turned_at_ms: i64,
    forgotten: u64,
}

impl<K: Hash + Eq + Clone, V> Generations<K, V> {
    /// At most so many entries; one that is not used for twice the lifetime is forgotten at the next turn.
    pub fn new(limit: usize, lifetime_ms: i64) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            limit: limit.max(2),
            lifetime_ms,
            turned_at_ms: i64::MIN,
            forgotten: 0,
        }
    }

    /// The entry, if it is known.
    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        if let Some((key, value)) = self.old.remove_entry(key) {
            self.young.insert(key, value);
        }
        self.young.get_mut(key)
    }

    /// The entry, made if it is not known.
    pub fn get_or_insert(&mut self, key: &K, now_ms: i64, make: impl FnOnce() -> V) -> &mut V {
        if self.get(key).is_none() {
            self.turn_if_due(now_ms);
        }
        self.young.entry(key.clone()).or_insert_with(make)
    }

    /// Forgets what was not used for long.
    pub fn turn_if_due(&mut self, now_ms: i64) {
        if self.turned_at_ms == i64::MIN {
            self.turned_at_ms = now_ms;
        }
        let full = self.young.len() >= self.limit / 2;
        if full || now_ms.saturating_sub(self.turned_at_ms) >= self.lifetime_ms {
            // Forgetting for age is no loss; for want of room it is.
            self.forgotten += if full { self.old.len() as u64 } else { 0 };
            self.old = std::mem::take(&mut self.young);
            self.turned_at_ms = now_ms;
        }
    }

    /// How many were forgotten for want of room since this was last asked.
    pub fn take_forgotten(&mut self) -> u64 {
        std::mem::take(&mut self.forgotten)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// Every entry.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.young.values_mut().chain(self.old.values_mut())
    }

    /// Every entry with its key.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.young.iter_mut().chain(self.old.iter_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let mut map = Generations::new(10, 1_000_000);
        for n in 0..1000 {
            map.get_or_insert(&-1, n, || 7);
            map.get_or_insert(&n, n, || 0);
            assert!(map.len() <= 11, "{}", map.len());
        }
        assert_eq!(map.get(&-1), Some(&mut 7));
        assert_eq!(map.get(&1), None);
        assert!(map.take_forgotten() > 900);
        assert_eq!(map.take_forgotten(), 0);
    }

    #[test]
    fn age_forgets_without_counting_a_loss() {
        let mut map = Generations::new(1000, 100);
        map.get_or_insert(&1, 0, || ());
        for now in [0, 100, 200] {
            map.turn_if_due(now);
        }
        assert_eq!(map.len(), 0);
        assert_eq!(map.take_forgotten(), 0);
    }
}
