//! What keeps a firing alert from being told.

use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::{Text, Timestamp};

use super::Desk;
use super::entry::Entry;
use crate::identity::{BLIND, FLEET_DOWN};
use crate::nature::rests_on_not_seeing;

impl Desk {
    /// Whether a firing alert is not to be told now.
    pub(super) fn is_held(&self, slot: u32, entry: &Entry, now: Timestamp) -> bool {
        entry.alert.as_ref().is_none_or(|alert| alert.cause.is_some())
            || self.is_held_itself(slot, entry, now)
    }

    /// Whether anything but its cause keeps a firing alert from being told.
    pub(super) fn is_held_itself(&self, slot: u32, entry: &Entry, now: Timestamp) -> bool {
        let Some(alert) = &entry.alert else {
            return true;
        };
        self.inhibitor.holder(slot).is_some()
            || self.stand_in(slot, entry).is_some()
            || self.is_unseen(entry)
            || entry.in_hand(now).is_some()
            || !self.silences.matching(alert, now).is_empty()
    }

    /// Ids of the alerts that hold it back.
    pub(super) fn inhibited_by(&self, slot: u32, entry: &Entry) -> Vec<Text> {
        let cause = entry.alert.as_ref().and_then(|alert| alert.cause.clone());
        let holder = self
            .inhibitor
            .holder(slot)
            .and_then(|holder| self.book.get(holder));
        let mut ids: Vec<Text> = cause
            .into_iter()
            .chain(holder.map(|holder| holder.id.clone()))
            .chain(self.stand_in(slot, entry).cloned())
            .collect();
        if self.is_unseen(entry) {
            ids.push(Text::const_new(BLIND));
        }
        ids.dedup();
        ids
    }

    /// It began while the monitor could not see, and rests on that.
    fn is_unseen(&self, entry: &Entry) -> bool {
        let Some(blind) = self.book.named(BLIND).filter(|blind| blind.live.fires) else {
            return false;
        };
        let rests = match entry.origin() {
            AlertOrigin::Rule => true,
            AlertOrigin::Condition => rests_on_not_seeing(entry.name()),
            AlertOrigin::Cause | AlertOrigin::External => false,
        };
        rests && entry.active_at() >= blind.active_at() && entry.id != BLIND && entry.id != FLEET_DOWN
    }
}
