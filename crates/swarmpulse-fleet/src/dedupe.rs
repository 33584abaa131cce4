//! The ids of events seen lately, so that a repeated one is dropped.

use std::collections::VecDeque;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

/// Ids remembered.
const REMEMBERED: usize = 1 << 16;

/// A bounded memory of ids, the oldest forgotten first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SeenIds {
    order: VecDeque<u64>,
    #[serde(skip)]
    set: HashSet<u64>,
}

impl SeenIds {
    /// Remembers an id; false if it was known.
    pub fn insert(&mut self, namespace: u32, id: &str) -> bool {
        let fingerprint = fingerprint(namespace, id);
        if !self.set.insert(fingerprint) {
            return false;
        }
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        self.order.push_back(fingerprint);
        true
    }

    /// Builds the set again after deserialization.
    pub fn reindex(&mut self) {
        self.set = self.order.iter().copied().collect();
    }
}

/// FNV-1a with a final mix: the same in every process, since it is part of snapshots.
fn fingerprint(namespace: u32, id: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(namespace).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in id.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_known_until_they_are_old() {
        let mut seen = SeenIds::default();
        assert!(seen.insert(0, "e1"));
        assert!(!seen.insert(0, "e1"));
        assert!(seen.insert(1, "e1"), "another namespace");
        for n in 0..REMEMBERED {
            seen.insert(2, &n.to_string());
        }
        assert!(seen.insert(0, "e1"), "forgotten by now");
        assert_eq!(seen.order.len(), seen.set.len());
    }
}
