//! The notifications that wait for one channel, in order.
//!
//! While a channel does not answer, newer notifications of a group pile up behind older ones. One that tells all that an
//! older one would have told takes its place: nothing is lost, and the channel is not flooded when it is back. An older one
//! that tells of ends stays, because the newer one tells of them no more, and so does one whose alerts have ended since,
//! even if they fire again: without a beginning, an end says nothing.
//!
//! The order is that of the ids, in which the notifications were decided. One that a person wants to be tried again comes
//! late and is older than what waits: what waits is never told by it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use swarmpulse_model::alert::Notification;
use swarmpulse_model::{EffectId, Text, Timestamp};

/// One notification on its way to a channel.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub id: EffectId,
    pub notification: Arc<Notification>,
    /// Since when it is tried: it is given up some hours later.
    pub since: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Older notifications that it tells all of: delivered when it is.
    pub carried: Vec<EffectId>,
}

impl Item {
    pub fn new(id: EffectId, notification: Arc<Notification>, since: Timestamp) -> Self {
        Self {
            id,
            notification,
            since,
            attempts: 0,
            carried: Vec::new(),
        }
    }

    /// Whether a newer one tells all that this one would.
    fn is_told_by(&self, newer: &Notification) -> bool {
        let older = &*self.notification;
        let told = |alert: &u64| newer.firing.binary_search(alert).is_ok();
        older.group_key == newer.group_key && older.resolved.is_empty() && older.firing.iter().all(told)
    }

    /// Whether one of those that it tells to fire is over since.
    fn has_ended(&self, ended: impl Fn(&u64) -> bool) -> bool {
        self.notification.firing.iter().any(ended)
    }

    /// Tells an older one as well.
    fn carry(&mut self, older: Self) {
        self.carried.extend(older.carried);
        self.carried.push(older.id);
        self.carried.sort_unstable();
    }
}

/// The notifications of one channel, the next first.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    items: VecDeque<Item>,
    /// Those among them, and how many there are of each group: most come alone, and no other is looked at.
    ids: HashSet<EffectId>,
    by_group: HashMap<Text, usize>,
    /// The first is being sent.
    in_flight: bool,
    /// Nothing is sent before this: the channel did not answer, or asked to be left alone.
    not_before: Timestamp,
    /// Attempts that failed since the last that did not.
    failures: u32,
}

impl Queue {
    /// Adds one in its place, mostly the end; gives how many are told with others from here on.
    pub fn push(&mut self, item: Item) -> usize {
        if !self.ids.insert(item.id) {
            return 0;
        }
        let group = item.notification.group_key.clone();
        let of_group = self.by_group.entry(group).or_default();
        *of_group += 1;
        let alone = *of_group == 1;
        let first = usize::from(self.in_flight);
        let behind = self.items.iter().skip(first).rev();
        let place = self.items.len() - behind.take_while(|other| other.id > item.id).count();
        if alone {
            self.items.insert(place, item);
            return 0;
        }
        match self.newer_that_tells(&item, place) {
            Some(newer) => {
                self.forget(&item);
                if let Some(newer) = self.items.get_mut(newer) {
                    newer.carry(item);
                }
                1
            }
            None => self.put_for_older(item, first, place),
        }
    }

    /// Which of those from this place on tells all that this one would.
    fn newer_that_tells(&self, item: &Item, place: usize) -> Option<usize> {
        let group = &item.notification.group_key;
        let newer = self.items.iter().enumerate().skip(place);
        for (place, newer) in newer.filter(|(_, newer)| newer.notification.group_key == *group) {
            if item.is_told_by(&newer.notification) {
                return Some(place);
            }
            if item.has_ended(|alert| newer.notification.resolved.binary_search(alert).is_ok()) {
                break;
            }
        }
        None
    }

    /// Puts it there, also for the older ones of which it tells all.
    fn put_for_older(&mut self, mut item: Item, first: usize, place: usize) -> usize {
        let mut ended: HashSet<u64> = HashSet::new();
        let (mut superseded, mut older_at) = (0, place);
        while older_at > first {
            older_at -= 1;
            let Some(older) = self.items.get(older_at) else {
                break;
            };
            if older.notification.group_key != item.notification.group_key {
                continue;
            }
            let is_told = older.is_told_by(&item.notification);
            if !is_told || older.has_ended(|alert| ended.contains(alert)) {
                ended.extend(&older.notification.resolved);
                continue;
            }
            if let Some(older) = self.items.remove(older_at) {
                self.forget(&older);
                item.carry(older);
                superseded += 1;
            }
        }
        self.items.insert(place - superseded, item);
        superseded
    }

    /// The first, if its time has come: it is being sent from here on. Otherwise when to ask again.
    pub fn begin(&mut self, now: Timestamp) -> Result<Item, Option<Timestamp>> {
        match self.items.front_mut() {
            None => Err(None),
            Some(_) if self.not_before > now => Err(Some(self.not_before)),
            Some(first) => {
                self.in_flight = true;
                first.attempts += 1;
                Ok(first.clone())
            }
        }
    }

    /// The first is done with: the channel took it, or it was given up.
    pub fn finish(&mut self, taken: bool) -> Option<Item> {
        self.in_flight = false;
        if taken {
            self.failures = 0;
            self.not_before = Timestamp::default();
        }
        let finished = self.items.pop_front()?;
        self.forget(&finished);
        Some(finished)
    }

    fn forget(&mut self, gone: &Item) {
        self.ids.remove(&gone.id);
        let group = &gone.notification.group_key;
        if let Some(count) = self.by_group.get_mut(group) {
            *count -= 1;
            if *count == 0 {
                self.by_group.remove(group);
            }
        }
    }

    /// An attempt failed: the channel is left alone until the time that `until` gives for so many failures in a row.
    pub fn postpone(&mut self, until: impl FnOnce(u32) -> Timestamp) {
        self.in_flight = false;
        self.failures = self.failures.saturating_add(1);
        self.not_before = until(self.failures);
    }

    /// Whether the last attempt failed.
    pub fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.items.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases::{id, notification};
    use super::*;

    fn item(offset: u64, group: &str, firing: &[u64], resolved: &[u64]) -> Item {
        Item::new(
            id(offset),
            Arc::new(notification(group, firing, resolved)),
            Timestamp(1),
        )
    }

    fn order(queue: &Queue) -> Vec<u64> {
        queue.items.iter().map(|item| item.id.position.offset).collect()
    }

    #[test]
    fn a_newer_one_that_tells_all_takes_the_place_of_an_older_one() {
        let mut queue = Queue::default();
        queue.push(item(1, "g", &[1], &[]));
        queue.push(item(2, "other", &[1], &[]));
        assert_eq!(queue.push(item(3, "g", &[1, 2], &[])), 1);
        assert_eq!(order(&queue), [2, 3]);
        assert_eq!(queue.push(item(4, "g", &[1, 2, 3], &[7])), 1);
        assert_eq!(order(&queue), [2, 4]);
        let last = queue.items.back().unwrap();
        assert_eq!(last.carried, [id(1), id(3)], "all are settled with it");
    }

    #[test]
    fn ends_are_never_dropped() {
        let mut queue = Queue::default();
        queue.push(item(1, "g", &[], &[1]));
        assert_eq!(queue.push(item(2, "g", &[1], &[])), 0);
        assert_eq!(
            queue.push(item(3, "g", &[2], &[])),
            0,
            "alert 1 would be told by nobody"
        );
        assert_eq!(order(&queue), [1, 2, 3]);
    }

    #[test]
    fn what_began_and_ended_meanwhile_is_told_as_both() {
        let mut queue = Queue::default();
        queue.push(item(1, "g", &[1], &[]));
        assert_eq!(
            queue.push(item(2, "g", &[], &[1])),
            0,
            "an end without a beginning opens no incident"
        );
        assert_eq!(order(&queue), [1, 2]);
    }

    #[test]
    fn what_ended_and_fires_again_is_told_as_all_three() {
        let mut queue = Queue::default();
        queue.push(item(1, "g", &[1], &[]));
        queue.push(item(2, "g", &[2], &[1]));
        queue.push(item(3, "other", &[1], &[]));
        assert_eq!(queue.push(item(4, "g", &[1, 2], &[])), 0);
        assert_eq!(order(&queue), [1, 2, 3, 4]);
        assert_eq!(
            queue.push(item(5, "g", &[1, 2], &[])),
            1,
            "what began again has one beginning"
        );
        assert_eq!(order(&queue), [1, 2, 3, 5]);
    }

    #[test]
    fn an_older_one_that_comes_late_goes_before_what_is_newer_and_never_tells_it() {
        let mut queue = Queue::default();
        queue.push(item(5, "g", &[1], &[]));
        queue.push(item(6, "other", &[1], &[]));
        assert_eq!(queue.push(item(2, "g", &[1, 2], &[])), 0, "5 is the last word");
        assert_eq!(order(&queue), [2, 5, 6]);
        assert_eq!(queue.push(item(3, "g", &[1], &[])), 1);
        assert_eq!(queue.items[1].carried, [id(3)]);
        assert_eq!(queue.begin(Timestamp(5)).unwrap().id, id(2));
        assert_eq!(
            queue.push(item(1, "g", &[], &[3])),
            0,
            "what is under way stays the first"
        );
        assert_eq!(order(&queue), [2, 1, 5, 6]);
    }

    #[test]
    fn what_is_under_way_is_left_alone() {
        let mut queue = Queue::default();
        queue.push(item(1, "g", &[1], &[]));
        assert_eq!(queue.begin(Timestamp(5)).unwrap().id, id(1));
        assert_eq!(queue.push(item(2, "g", &[1], &[])), 0);
        queue.postpone(|failures| Timestamp(49 + i64::from(failures)));
        assert_eq!(queue.begin(Timestamp(6)).unwrap_err(), Some(Timestamp(50)));
        assert_eq!(
            queue.push(item(3, "g", &[1], &[])),
            2,
            "between attempts it can be overtaken"
        );
        assert_eq!(
            queue.begin(Timestamp(6)).unwrap_err(),
            Some(Timestamp(50)),
            "a newer one waits as long"
        );
        let third = queue.begin(Timestamp(50)).unwrap();
        assert_eq!((third.id, third.attempts), (id(3), 1));
        assert_eq!(queue.finish(true).unwrap().id, id(3));
        assert_eq!(queue.begin(Timestamp(6)).unwrap_err(), None);
    }

    #[test]
    fn one_that_is_there_already_is_not_added() {
        let mut queue = Queue::default();
        queue.push(item(1, "g", &[1], &[]));
        queue.push(item(1, "g", &[1], &[]));
        assert_eq!(queue.len(), 1);
    }
}
