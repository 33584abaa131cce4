//! Whatever a channel was told to fire has a place in the group that it was told of, so that its end is told there.
//!
//! A notification tells what was so when it was decided. Until it is on record, alerts may end, change their labels, or
//! lose what led the receiver to them: then they left the group for which nothing had been told yet, and come back.

use hashbrown::HashMap;
use swarmpulse_model::alert::fingerprint;
use swarmpulse_model::series::Label;

use super::Desk;
use super::groups::{Member, ToldKey};
use super::membership::told_as;

/// Alerts by the labels that they had before.
type Formers = HashMap<u64, Vec<u32>>;

impl Desk {
    /// Gives everything that a channel was told to fire its place in that group.
    pub(super) fn account_for(&mut self, key: &ToldKey) {
        let lost = self.unaccounted(key);
        if lost.is_empty() {
            return;
        }
        let formers = if lost.iter().all(|lost| self.alike.has(*lost)) {
            Formers::default()
        } else {
            self.formers()
        };
        self.take_back(key, &lost, &formers);
    }

    /// The same for everything that was ever told: whom it was told to stays told, also if nothing leads there any longer.
    pub(super) fn account_for_all(&mut self) {
        let keys: Vec<ToldKey> = self.groups.told.iter().map(|(key, _)| key.clone()).collect();
        let formers = self.formers();
        for key in keys {
            let lost = self.unaccounted(&key);
            self.take_back(&key, &lost, &formers);
        }
    }

    fn formers(&self) -> Formers {
        let mut formers = Formers::default();
        for (slot, entry) in self.book.iter() {
            for former in &entry.former {
                formers.entry(fingerprint(&former.labels)).or_default().push(slot);
            }
        }
        formers
    }

    /// What a channel was told to fire while no alert of the group is what it was told of.
    fn unaccounted(&self, key: &ToldKey) -> Vec<u64> {
        let channels = self.groups.channels(&key.receiver);
        let channel = channels.iter().find(|channel| channel.name == key.channel);
        let Some((told, channel)) = self.groups.told.get(key).zip(channel) else {
            return Vec::new();
        };
        let named = self.groups.named(&key.group);
        let groups = named.iter().filter_map(|number| self.groups.get(*number));
        let members = groups
            .filter(|group| group.receiver == key.receiver)
            .flat_map(|group| &group.members);
        let mut accounted: Vec<u64> = members
            .filter_map(|(slot, member)| told_as(told, channel, self.book.get(*slot)?, *member))
            .collect();
        accounted.sort_unstable();
        let is_lost = |known: &&u64| accounted.binary_search(known).is_err();
        told.firing.iter().filter(is_lost).copied().collect()
    }

    fn take_back(&mut self, key: &ToldKey, lost: &[u64], formers: &Formers) {
        for known in lost {
            let former = formers.get(known).into_iter().flatten().copied();
            let alike: Vec<u32> = self.alike.all(*known).chain(former).collect();
            for slot in alike {
                if self.believes(key, slot) {
                    self.rejoin(slot, key);
                }
            }
        }
    }

    /// Whether a channel was told that an alert fires.
    fn believes(&self, key: &ToldKey, slot: u32) -> bool {
        let channels = self.groups.channels(&key.receiver);
        let channel = channels.iter().find(|channel| channel.name == key.channel);
        let Some((told, channel)) = self.groups.told.get(key).zip(channel) else {
            return false;
        };
        let entry = self.book.get(slot);
        entry.is_some_and(|entry| told_as(told, channel, entry, Member::Brought).is_some())
    }

    /// Puts an alert back into the group in which it was told to somebody.
    fn rejoin(&mut self, slot: u32, key: &ToldKey) {
        let is_in = |number: &u32| {
            let group = self.groups.get(*number);
            group.is_some_and(|group| group.receiver == key.receiver && group.members.contains_key(&slot))
        };
        if !self.groups.named(&key.group).iter().any(is_in) {
            let Some((route, member, labels)) = self.way_back(slot, key) else {
                return;
            };
            self.join(slot, route, member, &labels);
        }
        self.bring(slot, &key.receiver);
    }

    /// By which route and labels an alert gets into the group of a key: by those that lead there by themselves, if any do.
    fn way_back(&self, slot: u32, key: &ToldKey) -> Option<(usize, Member, Vec<Label>)> {
        let entry = self.book.get(slot)?;
        let now = entry.alert.iter().map(|alert| (&alert.labels, Member::Now));
        let former = entry.former.iter().map(|alert| (&alert.labels, Member::Before));
        let all: Vec<(&Vec<Label>, Member)> = now.chain(former).collect();
        let own = all.iter().find_map(|(labels, member)| {
            let route = self.groups.leads_to(labels, key)?;
            Some((route, *member, (*labels).clone()))
        });
        own.or_else(|| {
            all.iter().find_map(|(labels, _)| {
                let mut routes = self.groups.routing.routes().iter();
                let route = routes
                    .position(|route| route.receiver == key.receiver && route.forms(labels, &key.group))?;
                Some((route, Member::Brought, (*labels).clone()))
            })
        })
    }
}
