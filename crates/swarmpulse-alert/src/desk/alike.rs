//! Alerts with the same labels: to whom they are told, they are one.
//!
//! What was told is known by fingerprints of labels. So of several alerts with the same ones, a rule's and one that
//! somebody else sent, one stands for all; and none of them is told to be over while another fires.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::{Alert, Text};

use super::Desk;
use super::entry::Entry;
use super::groups::{Group, Member};

/// Alerts by the fingerprint of their labels. Nearly always there is one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alike {
    first: HashMap<u64, u32>,
    more: HashMap<u64, BTreeSet<u32>>,
}

impl Alike {
    pub fn insert(&mut self, fingerprint: u64, slot: u32) {
        let first = *self.first.entry(fingerprint).or_insert(slot);
        if first != slot {
            self.more.entry(fingerprint).or_default().insert(slot);
        }
    }

    pub fn remove(&mut self, fingerprint: u64, slot: u32) {
        let mut others = self.more.remove(&fingerprint).unwrap_or_default();
        if self.first.get(&fingerprint) == Some(&slot) {
            match others.pop_first() {
                Some(next) => self.first.insert(fingerprint, next),
                None => self.first.remove(&fingerprint),
            };
        } else {
            others.remove(&slot);
        }
        if !others.is_empty() {
            self.more.insert(fingerprint, others);
        }
    }

    pub fn has(&self, fingerprint: u64) -> bool {
        self.first.contains_key(&fingerprint)
    }

    pub fn all(&self, fingerprint: u64) -> impl Iterator<Item = u32> + '_ {
        let more = self.more.get(&fingerprint).into_iter().flatten();
        self.first.get(&fingerprint).into_iter().chain(more).copied()
    }
}

impl Desk {
    /// The firing alert that stands for this one, which has the same labels: one of our own, else the first by its id of
    /// those that were sent to the same namespace.
    pub(super) fn stand_in(&self, slot: u32, entry: &Entry) -> Option<&Text> {
        let alert = entry.alert.as_ref()?;
        if alert.origin != AlertOrigin::External {
            return None;
        }
        let before = |other: &Alert| {
            other.origin != AlertOrigin::External || other.namespace == alert.namespace && other.id < alert.id
        };
        let others = self
            .alike
            .all(entry.live.fingerprint)
            .filter(|other| *other != slot);
        others
            .filter_map(|other| {
                self.book
                    .get(other)
                    .filter(|entry| entry.is_firing())?
                    .alert
                    .as_ref()
            })
            .filter(|other| before(other))
            .map(|other| &other.id)
            .min()
    }

    /// Whether the end of an alert is not to be told under these labels, because another of its group has them that fires
    /// or ended later.
    pub(super) fn is_outlived(&self, fingerprint: u64, group: &Group, slot: u32, entry: &Entry) -> bool {
        let of_group = |other: &u32| {
            let member = group.members.get(other);
            *other != slot && member.is_some_and(|member| *member != Member::Before)
        };
        let others = self.alike.all(fingerprint).filter(of_group);
        others
            .filter_map(|other| self.book.get(other))
            .any(|other| other.is_firing() || (other.over_at(), &other.id) > (entry.over_at(), &entry.id))
    }

    /// An alert fires or is over: others with its labels stand for themselves from here on, or no longer do.
    pub(super) fn heed_alike(&mut self, slot: u32, fingerprint: u64) {
        let others: Vec<u32> = self
            .alike
            .all(fingerprint)
            .filter(|other| *other != slot)
            .collect();
        for other in others {
            self.touch_groups_of(other);
            let groups = self.book.get(other).map(|entry| entry.live.groups.clone());
            for number in groups.into_iter().flatten() {
                self.let_go(number, other);
            }
        }
    }

    /// Whether an alert of our own with these labels is known, be it over or not.
    pub(super) fn has_own(&self, fingerprint: u64) -> bool {
        let alike = self.alike.all(fingerprint).filter_map(|slot| self.book.get(slot));
        alike
            .filter_map(|entry| entry.alert.as_ref())
            .any(|alert| alert.origin != AlertOrigin::External)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_first_does_not_matter_and_nothing_stays_behind() {
        for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
            let mut alike = Alike::default();
            for slot in order {
                alike.insert(7, slot);
                alike.insert(7, slot);
            }
            for (gone, left) in [(order[1], 2), (order[0], 1), (9, 1), (order[2], 0)] {
                alike.remove(7, gone);
                let found: BTreeSet<u32> = alike.all(7).collect();
                assert_eq!((found.len(), found.contains(&gone)), (left, false), "{order:?}");
            }
            assert!(alike.first.is_empty() && alike.more.is_empty());
        }
    }
}
