//! State in memory: snapshots, cursors, states of projections and tokens that end with the process.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use swarmpulse_model::Text;

use crate::{Snapshot, State, StateError, Token};

const SNAPSHOTS_KEPT: usize = 3;

/// How many there have been: what tells one of this process from another.
static MADE: AtomicU64 = AtomicU64::new(0);

/// State that ends with the process.
#[derive(Debug)]
pub struct MemoryState {
    identity: Text,
    inner: Mutex<Inner>,
}

impl Default for MemoryState {
    fn default() -> Self {
        Self {
            identity: format!("memory-{}", MADE.fetch_add(1, Ordering::Relaxed)).into(),
            inner: Mutex::default(),
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    snapshots: Vec<Snapshot>,
    cursors: BTreeMap<String, u64>,
    kept: BTreeMap<String, (u64, Vec<u8>)>,
    tokens: BTreeMap<Text, Token>,
}

impl State for MemoryState {
    fn identity(&self) -> Result<Text, StateError> {
        Ok(self.identity.clone())
    }

    fn save_snapshot(&self, snapshot: &Snapshot) -> Result<(), StateError> {
        let snapshots = &mut self.inner.lock().snapshots;
        snapshots.push(snapshot.clone());
        let surplus = snapshots.len().saturating_sub(SNAPSHOTS_KEPT);
        snapshots.drain(..surplus);
        Ok(())
    }

    fn snapshot(&self, version: u32, limit: u64) -> Result<Option<Snapshot>, StateError> {
        let inner = self.inner.lock();
        let usable = |snapshot: &&Snapshot| snapshot.version == version && snapshot.next_offset <= limit;
        Ok(inner.snapshots.iter().rev().find(usable).cloned())
    }

    fn cursor(&self, consumer: &str) -> Result<u64, StateError> {
        Ok(self
            .inner
            .lock()
            .cursors
            .get(consumer)
            .copied()
            .unwrap_or_default())
    }

    fn set_cursor(&self, consumer: &str, next_offset: u64) -> Result<(), StateError> {
        self.inner.lock().cursors.insert(consumer.to_owned(), next_offset);
        Ok(())
    }

    fn keep(&self, name: &str, next_offset: u64, body: &[u8]) -> Result<(), StateError> {
        let kept = &mut self.inner.lock().kept;
        kept.insert(name.to_owned(), (next_offset, body.to_vec()));
        Ok(())
    }

    fn kept(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StateError> {
        Ok(self.inner.lock().kept.get(name).cloned())
    }

    fn add_token(&self, token: &Token) -> Result<(), StateError> {
        let tokens = &mut self.inner.lock().tokens;
        if tokens.contains_key(&token.id) || tokens.values().any(|other| other.hash == token.hash) {
            return Err(StateError::TokenTaken {
                id: token.id.to_string(),
            });
        }
        tokens.insert(token.id.clone(), token.clone());
        Ok(())
    }

    fn tokens(&self) -> Result<Vec<Token>, StateError> {
        Ok(self.inner.lock().tokens.values().cloned().collect())
    }

    fn remove_token(&self, id: &str) -> Result<bool, StateError> {
        Ok(self.inner.lock().tokens.remove(id).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    #[test]
    fn keeps_the_contract() {
        contract::state::check(MemoryState::default, |state| state);
    }
}
