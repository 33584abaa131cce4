//! A bounded memory of recent keys: two generations, the older of which is forgotten whole.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use swarmpulse_model::Timestamp;

/// Takes a key that is a hash already.
#[derive(Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// A map by hashes.
pub(super) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<AsIs>>;

/// Keys with a value each, remembered for one to two turns, or shorter if there are too many.
#[derive(Debug)]
pub(super) struct Generations<V> {
    young: ByHash<V>,
    old: ByHash<V>,
    capacity: usize,
    turn_ns: i64,
    turned: Timestamp,
}

impl<V: Copy> Generations<V> {
    /// A memory of at most twice so many keys.
    pub(super) fn new(capacity: usize, turn_ns: i64) -> Self {
        Self {
            young: ByHash::default(),
            old: ByHash::default(),
            capacity,
            turn_ns,
            turned: Timestamp(i64::MIN),
        }
    }

    pub(super) fn get(&self, key: u64) -> Option<V> {
        self.young.get(&key).or_else(|| self.old.get(&key)).copied()
    }

    pub(super) fn set(&mut self, key: u64, value: V, now: Timestamp) {
        if self.young.len() >= self.capacity || now.since(self.turned) >= self.turn_ns {
            self.old = std::mem::take(&mut self.young);
            self.turned = now;
        }
        self.young.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: u64) {
        self.young.remove(&key);
        self.old.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_forgets_the_oldest() {
        let mut seen = Generations::new(100, 60);
        for key in 0..1000 {
            seen.set(key, key, Timestamp(0));
        }
        assert!(seen.young.len() + seen.old.len() <= 200);
        assert_eq!(
            (seen.get(999), seen.get(905), seen.get(10)),
            (Some(999), Some(905), None)
        );
        seen.set(1, 1, Timestamp(60));
        seen.set(2, 2, Timestamp(120));
        assert_eq!(
            (seen.get(999), seen.get(1)),
            (None, Some(1)),
            "two turns are too long ago"
        );
        seen.remove(1);
        assert_eq!(seen.get(1), None);
    }
}
