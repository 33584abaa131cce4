//! Tasks that have not ended, and a memory of those that have.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hashbrown::hash_table::{Entry, HashTable};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{TaskStatus, Text, Timestamp};

/// A task that waits or runs.
#[derive(Clone, Debug)]
pub(super) struct OpenTask {
    /// Of its namespace and id.
    pub hash: u64,
    pub namespace: Text,
    pub id: Text,
    /// Its queue's number.
    pub queue: u16,
    /// Its type's number.
    pub task_type: u16,
    pub status: TaskStatus,
    pub priority: u8,
    pub user: u8,
    /// A later attempt than the first.
    pub again: bool,
    /// When its wait began is known, from its own record of that time or a sender's hint.
    pub wait_known: bool,
    pub attempt: u32,
    /// The longest it may go without progress, in seconds, if its sender said so.
    pub timeout_s: Option<f32>,
    /// Counted among those assigned, for this attempt.
    pub assigned: bool,
    pub agent: Option<Text>,
    /// It came, in our time; all attempts count from here.
    pub first_at: Timestamp,
    /// This attempt began to wait, in our time.
    pub queued_at: Timestamp,
    /// This attempt began to run, in our time.
    pub started_at: Timestamp,
    /// Work on it was last seen to go on.
    pub progress_at: Timestamp,
    /// It was last heard of.
    pub heard_at: Timestamp,
    /// The latest time that its senders gave.
    pub sent_at: Option<Timestamp>,
}

impl OpenTask {
    /// Whether no one works on it yet.
    pub(super) fn waits(&self) -> bool {
        !self.status.is_open()
    }

    /// Since when it has waited, or run, as it does now.
    pub(super) fn since(&self) -> Timestamp {
        if self.waits() {
            self.queued_at
        } else {
            self.started_at
        }
    }
}

/// The hash of a task's name, the same in every run.
pub(super) fn hash_of(namespace: &str, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    namespace.hash(&mut hasher);
    id.hash(&mut hasher);
    hasher.finish()
}

/// Open tasks by number, in an order that depends on nothing but what came.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenTasks {
    slots: Vec<Option<OpenTask>>,
    free: Vec<u32>,
    by_name: HashTable<u32>,
}

impl OpenTasks {
    /// The most that are known at once: about 200 bytes each.
    pub(super) const OPEN_MAX: usize = 200_000;

    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    pub(super) fn find(&self, hash: u64, namespace: &str, id: &str) -> Option<u32> {
        self.by_name
            .find(hash, |number| self.is_named(*number, namespace, id))
            .copied()
    }

    fn is_named(&self, number: u32, namespace: &str, id: &str) -> bool {
        self.get(number)
            .is_some_and(|task| task.id == id && task.namespace == namespace)
    }

    pub(super) fn get(&self, number: u32) -> Option<&OpenTask> {
        self.slots.get(number as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut OpenTask> {
        self.slots.get_mut(number as usize)?.as_mut()
    }

    /// Keeps one; false if there is no room.
    pub(super) fn insert(&mut self, task: OpenTask) -> bool {
        if self.len() >= Self::OPEN_MAX {
            return false;
        }
        let hash = task.hash;
        let number = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.slots[number as usize] = Some(task);
        let slots = &self.slots;
        self.by_name.insert_unique(hash, number, |number| {
            slots[*number as usize].as_ref().map_or(0, |task| task.hash)
        });
        true
    }

    /// Takes one out to change it; [`Self::put_back`] or [`Self::forget`] must follow.
    pub(super) fn take_out(&mut self, number: u32) -> Option<OpenTask> {
        self.slots.get_mut(number as usize)?.take()
    }

    pub(super) fn put_back(&mut self, number: u32, task: OpenTask) {
        self.slots[number as usize] = Some(task);
    }

    /// Gives the number of one that was taken out free.
    pub(super) fn forget(&mut self, number: u32, hash: u64) {
        self.free.push(number);
        if let Ok(entry) = self.by_name.find_entry(hash, |known| *known == number) {
            entry.remove();
        }
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<OpenTask> {
        let task = self.take_out(number)?;
        self.forget(number, task.hash);
        Some(task)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &OpenTask> {
        self.slots.iter().flatten()
    }

    /// Numbers of those not heard of since.
    pub(super) fn unheard_since(&self, from: Timestamp) -> Vec<u32> {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.as_ref().is_some_and(|task| task.heard_at < from))
            .map(|(number, _)| number as u32)
            .collect()
    }
}

/// Tasks that ended of late, by hash: what is told of them again is no news.
#[derive(Clone, Debug, Default)]
pub(super) struct EndedTasks {
    attempts: HashTable<(u64, u32)>,
    order: VecDeque<(u64, Timestamp)>,
}

impl EndedTasks {
    /// The most that are remembered, 40 bytes each.
    const REMEMBERED_MAX: usize = 200_000;
    /// And for how long.
    const REMEMBERED_NS: i64 = 24 * 3600 * SECOND_NS;

    /// The attempt with which it ended.
    pub(super) fn attempt(&self, hash: u64) -> Option<u32> {
        self.attempts
            .find(hash, |(known, _)| *known == hash)
            .map(|(_, attempt)| *attempt)
    }

    pub(super) fn remember(&mut self, hash: u64, attempt: u32, at: Timestamp) {
        while self
            .order
            .front()
            .is_some_and(|(_, ended)| at.since(*ended) > Self::REMEMBERED_NS)
            || self.order.len() >= Self::REMEMBERED_MAX
        {
            let Some((oldest, _)) = self.order.pop_front() else {
                break;
            };
            if let Ok(entry) = self.attempts.find_entry(oldest, |(known, _)| *known == oldest) {
                entry.remove();
            }
        }
        match self
            .attempts
            .entry(hash, |(known, _)| *known == hash, |(known, _)| *known)
        {
            Entry::Occupied(mut entry) => entry.get_mut().1 = attempt,
            Entry::Vacant(entry) => {
                entry.insert((hash, attempt));
                self.order.push_back((hash, at));
            }
        }
    }

    /// It is open again.
    pub(super) fn forget(&mut self, hash: u64) {
        // Its place in the order stays: if it ends again it may be forgotten earlier than others.
        if let Ok(entry) = self.attempts.find_entry(hash, |(known, _)| *known == hash) {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ended_tasks_are_remembered_within_bounds() {
        let mut ended = EndedTasks::default();
        for number in 0..=EndedTasks::REMEMBERED_MAX as u64 {
            ended.remember(number, 1, Timestamp(number as i64));
        }
        assert_eq!(ended.attempt(0), None, "the oldest made room");
        assert_eq!(ended.attempt(1), Some(1));
        ended.forget(1);
        assert_eq!(ended.attempt(1), None);
        ended.remember(7, 2, Timestamp(EndedTasks::REMEMBERED_NS * 2));
        assert_eq!(ended.attempt(200_000), None, "a day has passed");
        assert_eq!(ended.attempt(7), Some(2));
    }
}
