//! Forgetting: what is over for long, what does not fit.

use swarmpulse_model::Timestamp;

use super::Desk;
use super::entry::Entry;

/// What was told of groups that are no more is kept so long, in seconds.
const TOLD_KEPT_S: f64 = 5.0 * 86_400.0;
/// Silences and what was told are looked through once in so many seconds.
const LOOK_THROUGH_S: f64 = 3600.0;

impl Desk {
    /// Room for another alert; one that is over makes room if there is none. What finds none is counted.
    pub(super) fn room(&mut self, entry: Entry) -> Option<u32> {
        if self.book.len() >= self.options.limits.alerts {
            match self.leaving.first().copied() {
                Some(first) => self.forget(first),
                None => {
                    self.dropped.alerts += 1;
                    return None;
                }
            }
        }
        Some(self.book.insert(entry))
    }

    /// An alert that others sent is on record. Beyond what is kept of them, one that is over is forgotten.
    pub(super) fn keep_external(&mut self, slot: u32) {
        self.book.mark_external(slot);
        let externals = self.book.externals();
        if externals.len() > self.options.limits.external {
            let mut leaving = self.leaving.iter().copied();
            let first = leaving.find(|(_, other)| *other != slot && self.is_leaving(*other));
            if let Some(first) = first {
                self.forget(first);
            }
        }
    }

    /// How many of those that others sent are over and in no group.
    pub(super) fn leaving_externals(&self) -> usize {
        let externals = self.book.externals().iter();
        externals.filter(|slot| self.is_leaving(**slot)).count()
    }

    fn is_leaving(&self, slot: u32) -> bool {
        let entry = self
            .book
            .get(slot)
            .filter(|_| self.book.externals().contains(&slot));
        entry.is_some_and(|entry| entry.is_over() && entry.live.groups.is_empty())
    }

    /// An alert that is over and in no group is kept for a while, to be shown.
    pub(super) fn keep_for_a_while(&mut self, slot: u32) {
        let Some(entry) = self.book.get(slot) else {
            return;
        };
        let at = entry.over_at().plus_s(self.kept_s());
        if entry.is_over() && entry.live.groups.is_empty() {
            self.leaving.insert((at, slot));
        }
    }

    /// As long as its former ends count, an alert must be known.
    fn kept_s(&self) -> f64 {
        self.options.resolved_kept_s.max(self.options.flapping.window_s)
    }

    pub(super) fn prune(&mut self) {
        while let Some(first) = self.leaving.first().copied() {
            let surplus = self.leaving.len() > self.options.limits.resolved;
            if first.0 > self.now && !surplus {
                break;
            }
            self.forget(first);
        }
        if self.now.seconds_since(self.looked_through_at) >= LOOK_THROUGH_S {
            self.looked_through_at = self.now;
            self.look_through();
        }
        let limit = self.options.limits.told;
        while self.groups.told.len() > limit && self.drop_oldest_told() {}
    }

    /// Forgets an alert, unless it came back to life or its end is still to be told.
    fn forget(&mut self, entry: (Timestamp, u32)) {
        self.leaving.remove(&entry);
        let (at, slot) = entry;
        let kept_s = self.kept_s();
        let still = self.book.get(slot).is_some_and(|known| {
            known.is_over() && known.live.groups.is_empty() && known.over_at().plus_s(kept_s) == at
        });
        if still {
            self.stop_watching(slot);
            self.dirty.remove(&slot);
            let Some(entry) = self.book.remove(slot) else {
                return;
            };
            if entry.alert.is_some() {
                self.alike.remove(entry.live.fingerprint, slot);
            }
        }
    }

    fn look_through(&mut self) {
        let ended = self.now.plus_s(-self.options.silences_kept_s);
        self.silences.forget_before(ended);
        let before = self.now.plus_s(-TOLD_KEPT_S);
        let groups = &self.groups;
        let old: Vec<_> = groups
            .told
            .before(before)
            .filter(|key| groups.named(&key.group).is_empty())
            .cloned()
            .collect();
        for key in old {
            self.groups.told.remove(&key);
        }
    }

    /// Drops what was told longest ago; its group is told anew if it is still there.
    fn drop_oldest_told(&mut self) -> bool {
        let dropped = self.groups.told.drop_oldest();
        self.dropped.told += u64::from(dropped);
        dropped
    }
}
