//! Alerts join groups when they fire, and leave them when their end was told or need not be.

use std::sync::Arc;

use swarmpulse_model::alert::fingerprint;
use swarmpulse_model::series::Label;
use swarmpulse_model::{AlertState, Timestamp};

use super::Desk;
use super::agenda::Due;
use super::entry::Entry;
use super::groups::{Group, Member, Told, ToldKey};
use crate::receiver::{Receiver, ReceiverChannel};
use crate::routing::Routing;

impl Desk {
    /// Takes routes and receivers over, at the start and whenever they were read again. Groups are formed anew; what was
    /// told of a group that there still is, by its key, receiver and channel, is not told again.
    pub fn route(&mut self, routing: Arc<Routing>, receivers: Vec<Receiver>) {
        self.changes += 1;
        let refused = self.dropped.groups;
        let numbers: Vec<(u32, Timestamp)> = self
            .groups
            .iter()
            .map(|(number, group)| (number, group.next))
            .collect();
        for (number, next) in numbers {
            self.agenda.remove(next, Due::Group(number));
        }
        self.inflight.clear();
        self.ungrouped.clear();
        self.audience.clear();
        self.groups.reset(routing, receivers);
        self.inhibitor.reset(&self.groups.routing);
        let routing = Arc::clone(&self.groups.routing);
        let slots: Vec<u32> = self.book.iter().map(|(slot, _)| slot).collect();
        let mut held = std::collections::BTreeSet::new();
        for slot in slots {
            let Some(entry) = self.book.get_mut(slot) else {
                continue;
            };
            entry.live.groups.clear();
            if entry.is_firing()
                && let Some(alert) = &entry.alert
            {
                self.inhibitor.begin(&routing, slot, alert, &mut held);
            }
            self.regroup(slot);
        }
        self.account_for_all();
        self.follow_all();
        // They were counted when they came.
        self.dropped.groups = refused;
        self.groups.routed = true;
        let numbers: Vec<u32> = self.groups.iter().map(|(number, _)| number).collect();
        for number in numbers {
            self.tidy_group(number);
        }
        // What left no group before there were routes may be long over.
        self.prune();
    }

    /// Puts an alert into the groups that its labels lead to, and where its former labels led to into those as well as
    /// long as an end is left to tell there.
    pub(super) fn regroup(&mut self, slot: u32) {
        let Some(entry) = self.book.get(slot) else {
            return;
        };
        let ready = entry
            .alert
            .as_ref()
            .and_then(|alert| alert.fired_at)
            .unwrap_or(self.now);
        let over = entry.over_at();
        let at_once = entry.is_told_at_once();
        let is_over = entry.state() != Some(AlertState::Firing);
        let mut sets: Vec<(Vec<Label>, Member)> = Vec::new();
        if let Some(alert) = &entry.alert {
            sets.push((alert.labels.clone(), Member::Now));
        }
        for former in &entry.former {
            sets.push((former.labels.clone(), Member::Before));
        }
        let mut joined: Vec<u32> = Vec::new();
        for (labels, member) in sets {
            let (numbers, refused) = self.groups.of(&labels, self.options.limits.groups);
            self.dropped.groups += refused;
            if refused > 0 {
                self.ungrouped.insert(slot);
            }
            for number in numbers {
                if joined.contains(&number) {
                    continue;
                }
                joined.push(number);
                if let Some(group) = self.groups.get_mut(number) {
                    let known = group.members.entry(slot).or_insert(member);
                    // By what follows from it, it fires on there.
                    if member == Member::Now || *known != Member::Brought {
                        *known = member;
                    }
                }
                let leaves = member != Member::Now || is_over;
                let at = match (leaves, at_once) {
                    (false, true) => self.now,
                    (true, _) => self.candidate(number, over),
                    (false, false) => self.candidate(number, ready),
                };
                self.touch(number, at);
            }
        }
        for number in self.brought(slot) {
            if !joined.contains(&number) {
                joined.push(number);
            }
            if is_over {
                self.touch(number, self.candidate(number, over));
            }
        }
        let left = match self.book.get_mut(slot) {
            Some(entry) => std::mem::replace(&mut entry.live.groups, joined.clone()),
            None => Vec::new(),
        };
        for number in left.into_iter().filter(|number| !joined.contains(number)) {
            self.leave(number, slot);
        }
        self.bring_to_all(slot);
        let joined = self.book.get(slot).map(|entry| entry.live.groups.clone());
        for number in joined.into_iter().flatten() {
            self.let_go(number, slot);
        }
    }

    /// Looks at a group at that time at the latest.
    pub(super) fn touch(&mut self, number: u32, at: Timestamp) {
        let Some(group) = self.groups.get_mut(number) else {
            return;
        };
        if at < group.next {
            self.agenda.remove(group.next, Due::Group(number));
            group.next = at;
            self.agenda.add(at, Due::Group(number));
        }
    }

    /// Looks at the groups of an alert at once.
    pub(super) fn touch_groups_of(&mut self, slot: u32) {
        let Some(entry) = self.book.get(slot) else {
            return;
        };
        for number in entry.live.groups.clone() {
            self.touch(number, self.now);
        }
        self.touch_brought(slot);
    }

    /// When a change of that time can be told at the earliest.
    pub(super) fn candidate(&self, number: u32, ready: Timestamp) -> Timestamp {
        let Some((group, route)) = self.groups.get(number).and_then(|group| {
            let route = self.groups.route(group)?;
            Some((group, route))
        }) else {
            return Timestamp::NEVER;
        };
        let waited = ready.plus_s(route.group_wait_s);
        let channels = self.groups.channels(&group.receiver).iter();
        let times = channels.map(|channel| match self.groups.told(group, &channel.name) {
            Some(told) => waited.max(told.at.plus_s(route.group_interval_s)),
            _ => waited,
        });
        times.min().unwrap_or(Timestamp::NEVER)
    }

    /// Takes an alert out of a group if it is over there and nobody is owed its end.
    pub(super) fn let_go(&mut self, number: u32, slot: u32) {
        if !self.groups.routed {
            return;
        }
        let Some((group, entry)) = self.groups.get(number).zip(self.book.get(slot)) else {
            return;
        };
        let is_over = match group.members.get(&slot) {
            None => return,
            // One that flaps is about to fire on.
            Some(Member::Now | Member::Brought) => !entry.is_firing() && !entry.flaps(self.now),
            Some(Member::Before) => true,
        };
        if is_over && !self.is_owed(group, slot, entry) {
            for (key, known) in self.told_for_good(group, slot, entry) {
                self.groups.told.settle(&key, known);
            }
            self.leave(number, slot);
        }
    }

    /// What channels that hear no ends were told of an alert that is over, by fingerprints that no other stands for.
    fn told_for_good(&self, group: &Group, slot: u32, entry: &Entry) -> Vec<(ToldKey, u64)> {
        let now = group
            .members
            .get(&slot)
            .filter(|member| **member != Member::Before);
        let now = now.map(|_| entry.live.fingerprint);
        let former = entry.former.iter().map(|alert| fingerprint(&alert.labels));
        let known: Vec<u64> = now.into_iter().chain(former).collect();
        let channels = self.groups.channels(&group.receiver).iter();
        let deaf = channels.filter(|channel| !channel.send_resolved);
        let told = deaf.filter_map(|channel| Some((channel, self.groups.told(group, &channel.name)?)));
        told.flat_map(|(channel, told)| {
            let another = |known: u64| {
                let others = self.alike.all(known).filter(|other| *other != slot);
                others
                    .filter_map(|other| Some((self.book.get(other)?, *group.members.get(&other)?)))
                    .any(|(other, member)| told_as(told, channel, other, member) == Some(known))
            };
            let done = known
                .iter()
                .filter(move |known| told.has(**known) && !another(**known));
            done.map(|known| (group.told_key(&channel.name), *known))
        })
        .collect()
    }

    /// Whether a channel of the group was told that it fires and is still to be told its end.
    fn is_owed(&self, group: &Group, slot: u32, entry: &Entry) -> bool {
        let member = group.members.get(&slot).copied().unwrap_or(Member::Now);
        self.groups
            .channels(&group.receiver)
            .iter()
            .filter(|channel| channel.send_resolved)
            .any(|channel| {
                let told = self.groups.told(group, &channel.name);
                let known = told.and_then(|told| told_as(told, channel, entry, member));
                known.is_some_and(|known| !self.is_outlived(known, group, slot, entry))
            })
    }

    pub(super) fn leave(&mut self, number: u32, slot: u32) {
        self.bring_no_longer(number, slot);
        if let Some(entry) = self.book.get_mut(slot) {
            entry.live.groups.retain(|other| *other != number);
        }
        self.keep_for_a_while(slot);
        let Some(group) = self.groups.get_mut(number) else {
            return;
        };
        group.members.remove(&slot);
        if group.members.is_empty() {
            let next = group.next;
            self.agenda.remove(next, Due::Group(number));
            let removed = self.groups.remove(number);
            if let Some(group) = removed {
                for channel in self.groups.channels(&group.receiver) {
                    self.inflight.remove(&group.told_key(&channel.name));
                }
            }
            self.regroup_one();
        }
    }

    /// There is room for a group again: an alert that found none may have it.
    fn regroup_one(&mut self) {
        let refused = self.dropped.groups;
        if let Some(slot) = self.ungrouped.pop_first()
            && self.book.get(slot).is_some_and(Entry::is_firing)
        {
            self.regroup(slot);
        }
        self.dropped.groups = refused;
    }

    /// A channel was told of a group: what ended there may leave.
    pub(super) fn tidy_group(&mut self, number: u32) {
        let Some(group) = self.groups.get(number) else {
            return;
        };
        let slots: Vec<u32> = group
            .members
            .iter()
            .filter(|(slot, member)| {
                **member != Member::Now || self.book.get(**slot).is_none_or(|entry| !entry.is_firing())
            })
            .map(|(slot, _)| *slot)
            .collect();
        for slot in slots {
            self.let_go(number, slot);
        }
    }
}

/// Under which fingerprint a channel was told that an alert fires, if it was.
pub(super) fn told_as(told: &Told, channel: &ReceiverChannel, entry: &Entry, member: Member) -> Option<u64> {
    let mut before = entry.former.iter().map(|alert| fingerprint(&alert.labels));
    if member == Member::Before {
        return before.find(|fingerprint| told.has(*fingerprint));
    }
    // Who is told no ends cannot tell two lives apart by them.
    let fired_at = entry.alert.as_ref().and_then(|alert| alert.fired_at);
    if !channel.send_resolved && fired_at.is_some_and(|fired_at| fired_at > told.at) {
        return None;
    }
    let now = entry.live.fingerprint;
    let before = entry.former.iter().map(|alert| fingerprint(&alert.labels));
    std::iter::once(now)
        .chain(before)
        .find(|fingerprint| told.has(*fingerprint))
}
