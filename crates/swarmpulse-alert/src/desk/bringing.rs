//! A cause is told to whom its symptoms would have been told: it joins the groups that their routes form of its labels.
//!
//! Each receiver hears a cause once: whom the cause's own routes lead to is left out, and of several routes that lead a
//! receiver to it the first one counts. What was told stays where it was told until the cause ends.

use std::sync::Arc;

use swarmpulse_model::alert::Notification;
use swarmpulse_model::series::Label;
use swarmpulse_model::{AlertState, Text, Timestamp};

use super::Desk;
use super::audience::Led;
use super::entry::Entry;
use super::groups::{Group, Member, ToldKey};
use super::membership::told_as;

impl Desk {
    /// An alert is on record anew: notes whom it leads its cause to.
    pub(super) fn follow(&mut self, slot: u32) {
        let next = self.leads(slot);
        if self.audience.led(slot) == next.as_ref() {
            return;
        }
        for (cause, receiver) in self.audience.note(slot, next) {
            self.bring(&cause, &receiver);
        }
    }

    /// Where a firing symptom leads: to the receivers of its own groups.
    fn leads(&self, slot: u32) -> Option<Led> {
        if self.groups.has_one_receiver() {
            return None;
        }
        let entry = self.book.get(slot)?;
        let alert = entry
            .alert
            .as_ref()
            .filter(|alert| alert.state == AlertState::Firing)?;
        let cause = alert.cause.clone()?;
        let mut routes: Vec<(Text, usize)> = if self.ungrouped.contains(&slot) {
            self.groups.destinations(&alert.labels)
        } else {
            let own = entry.live.groups.iter().filter_map(|number| {
                let group = self.groups.get(*number)?;
                (group.members.get(&slot) == Some(&Member::Now))
                    .then(|| (group.receiver.clone(), group.route))
            });
            own.collect()
        };
        routes.sort_unstable();
        routes.dedup_by(|later, first| later.0 == first.0);
        Some(Led {
            cause,
            since: alert.fired_at.unwrap_or(alert.active_at),
            id: alert.id.clone(),
            to: routes,
        })
    }

    /// Puts a cause into the group of a receiver that its symptoms lead to, and out of it once none does.
    fn bring(&mut self, cause: &str, receiver: &str) {
        let Some(slot) = self.book.find(cause) else {
            return;
        };
        let known = self.brought_to(slot, receiver);
        if let Some(number) = known {
            self.audience.set_group(cause, receiver, Some(number));
            if self.was_told(number, slot) {
                self.touch(number, self.now);
                return;
            }
        }
        let route = self
            .audience
            .of(cause, receiver)
            .and_then(|theirs| theirs.route());
        if let Some(number) = known {
            let stays = self
                .groups
                .get(number)
                .is_some_and(|group| Some(group.route) == route);
            if stays {
                self.touch(number, self.now);
                return;
            }
            self.leave(number, slot);
        }
        let fires = self.book.get(slot).is_some_and(Entry::is_firing);
        if let Some(route) = route.filter(|_| fires && !self.is_own_receiver(slot, receiver)) {
            self.join(slot, route, None);
        }
    }

    /// Brings a cause that is on record anew to everyone whom its symptoms lead to.
    pub(super) fn bring_to_all(&mut self, slot: u32) {
        let Some(id) = self.book.get(slot).map(|entry| entry.id.clone()) else {
            return;
        };
        for receiver in self.audience.receivers(&id) {
            self.bring(&id, &receiver);
        }
    }

    /// Puts an alert into the group that a route forms of its labels, or of those that it had before.
    fn join(&mut self, slot: u32, route: usize, labels: Option<&[Label]>) {
        let Some(alert) = self.book.get(slot).and_then(|entry| entry.alert.clone()) else {
            return;
        };
        let limit = self.options.limits.groups;
        let labels = labels.unwrap_or(&alert.labels);
        let Some(number) = self.groups.in_route(route, labels, limit) else {
            self.dropped.groups += 1;
            self.ungrouped.insert(slot);
            return;
        };
        let Some(group) = self.groups.get_mut(number) else {
            return;
        };
        let receiver = group.receiver.clone();
        group.members.insert(slot, Member::Brought);
        if let Some(entry) = self.book.get_mut(slot)
            && !entry.live.groups.contains(&number)
        {
            entry.live.groups.push(number);
        }
        self.audience.set_group(&alert.id, &receiver, Some(number));
        let since = self.brought_since(&alert.id, &receiver);
        let ready = alert.fired_at.unwrap_or(self.now).max(since);
        let at_once = self.book.get(slot).is_some_and(Entry::is_told_at_once);
        let at = if at_once {
            self.now
        } else {
            self.candidate(number, ready)
        };
        self.touch(number, at);
    }

    /// Since when something leads a receiver to a cause.
    pub(super) fn brought_since(&self, cause: &str, receiver: &str) -> Timestamp {
        let theirs = self.audience.of(cause, receiver);
        theirs
            .and_then(|theirs| theirs.since())
            .unwrap_or(Timestamp(i64::MIN))
    }

    /// Whether a receiver would hear of something that follows from a cause, were it not for the cause.
    pub(super) fn would_hear(&self, cause: &str, receiver: &str, now: Timestamp) -> bool {
        self.audience.of(cause, receiver).is_some_and(|theirs| {
            theirs.ids().any(|id| {
                self.book
                    .find(id)
                    .and_then(|slot| Some((slot, self.book.get(slot)?)))
                    .is_some_and(|(slot, entry)| entry.is_firing() && !self.is_held_itself(slot, entry, now))
            })
        })
    }

    /// The group of a receiver that an alert was brought to.
    fn brought_to(&self, slot: u32, receiver: &str) -> Option<u32> {
        let entry = self.book.get(slot)?;
        let known = self
            .audience
            .of(&entry.id, receiver)
            .and_then(|theirs| theirs.group);
        known.or_else(|| {
            entry.live.groups.iter().copied().find(|number| {
                self.groups.get(*number).is_some_and(|group| {
                    group.receiver == receiver && group.members.get(&slot) == Some(&Member::Brought)
                })
            })
        })
    }

    fn is_own_receiver(&self, slot: u32, receiver: &str) -> bool {
        let numbers = self.book.get(slot).map(|entry| entry.live.groups.as_slice());
        let mut groups = numbers
            .into_iter()
            .flatten()
            .filter_map(|number| self.groups.get(*number));
        groups.any(|group| group.receiver == receiver && group.members.get(&slot) == Some(&Member::Now))
    }

    /// Whether a channel of the group was told that the alert fires.
    fn was_told(&self, number: u32, slot: u32) -> bool {
        let Some((group, entry)) = self.groups.get(number).zip(self.book.get(slot)) else {
            return false;
        };
        self.groups.channels(&group.receiver).iter().any(|channel| {
            let told = self.groups.told(group, &channel.name);
            told.is_some_and(|told| told_as(told, channel, entry, Member::Brought).is_some())
        })
    }

    /// Looks at the groups that the cause of a symptom is in because of it.
    pub(super) fn touch_brought(&mut self, slot: u32) {
        let Some(led) = self.audience.led(slot) else {
            return;
        };
        let groups = led
            .to
            .iter()
            .filter_map(|(receiver, _)| self.audience.of(&led.cause, receiver)?.group);
        for number in groups.collect::<Vec<u32>>() {
            self.touch(number, self.now);
        }
    }

    /// After routes were read: whom a cause was told to stays told, also if nothing leads there any longer.
    pub(super) fn bring_again(&mut self) {
        self.audience.clear();
        if self.groups.has_one_receiver() {
            return;
        }
        let brought: Vec<(u32, ToldKey)> = self
            .book
            .iter()
            .flat_map(|(slot, entry)| entry.brought.iter().map(move |key| (slot, key.clone())))
            .collect();
        for (slot, key) in brought {
            self.rejoin(slot, &key);
        }
        let slots: Vec<u32> = self.book.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            self.follow(slot);
        }
    }

    /// Puts an alert back into the group in which it was told to somebody whom its own routes do not lead to.
    pub(super) fn rejoin(&mut self, slot: u32, key: &ToldKey) {
        let Some(entry) = self.book.get(slot) else {
            return;
        };
        // As what it was before, it would leave.
        let is_in = |group: &Group| {
            let member = group.members.get(&slot);
            member.is_some_and(|member| *member != Member::Before) && group.receiver == key.receiver
        };
        let numbers = self.groups.named(&key.group);
        if numbers
            .iter()
            .any(|number| self.groups.get(*number).is_some_and(is_in))
        {
            return;
        }
        let now = entry.alert.iter().map(|alert| &alert.labels);
        let labels: Vec<Vec<Label>> = now
            .chain(entry.former.iter().map(|alert| &alert.labels))
            .cloned()
            .collect();
        let routing = Arc::clone(&self.groups.routing);
        for labels in labels {
            let found = routing.routes().iter().position(|route| {
                route.receiver == key.receiver && route.group_key(&route.group_by.of(&labels)) == key.group
            });
            if let Some(route) = found {
                self.join(slot, route, Some(&labels));
                return;
            }
        }
    }

    /// Keeps in mind where alerts were told because of what follows from them.
    pub(super) fn remember_brought(&mut self, key: &ToldKey, notification: &Notification) {
        self.put_right(key, notification);
        for number in self.groups.named(&key.group) {
            let Some(group) = self
                .groups
                .get(number)
                .filter(|group| group.receiver == key.receiver)
            else {
                continue;
            };
            let brought = group
                .members
                .iter()
                .filter(|(_, member)| **member == Member::Brought);
            for slot in brought.map(|(slot, _)| *slot).collect::<Vec<u32>>() {
                let told = self.was_told(number, slot);
                if let Some(entry) = self.book.get_mut(slot) {
                    if told {
                        entry.brought.insert(key.clone());
                    } else {
                        entry.brought.remove(key);
                    }
                }
            }
        }
    }

    /// What was told of causes stands, also if another route became the first one to the receiver meanwhile.
    fn put_right(&mut self, key: &ToldKey, notification: &Notification) {
        for told in &notification.alerts {
            let alert = &told.alert;
            let Some(slot) = self.book.find(&alert.id) else {
                continue;
            };
            let fires =
                alert.state == AlertState::Firing && self.book.get(slot).is_some_and(Entry::is_firing);
            if !fires || self.audience.of(&alert.id, &key.receiver).is_none() {
                continue;
            }
            let Some(number) = self.brought_to(slot, &key.receiver) else {
                continue;
            };
            let elsewhere = self
                .groups
                .get(number)
                .is_some_and(|group| group.key != key.group);
            if elsewhere && !self.was_told(number, slot) {
                self.leave(number, slot);
                self.rejoin(slot, key);
            }
        }
    }

    /// The groups that an alert was brought to, without those that it is in by itself and those of receivers that its own
    /// routes lead to by now, unless they were told.
    pub(super) fn brought_beside(&self, slot: u32, own: &[u32]) -> Vec<u32> {
        let numbers = self.book.get(slot).map(|entry| entry.live.groups.as_slice());
        let receivers: Vec<&Text> = own
            .iter()
            .filter_map(|number| Some(&self.groups.get(*number)?.receiver))
            .collect();
        let stays = |number: &u32| {
            let group = self.groups.get(*number);
            !own.contains(number)
                && group.is_some_and(|group| {
                    group.members.get(&slot) == Some(&Member::Brought)
                        && (!receivers.contains(&&group.receiver) || self.was_told(*number, slot))
                })
        };
        numbers.into_iter().flatten().copied().filter(stays).collect()
    }

    /// An alert is about to leave a group.
    pub(super) fn bring_no_longer(&mut self, number: u32, slot: u32) {
        if let Some((group, entry)) = self.groups.get(number).zip(self.book.get(slot))
            && group.members.get(&slot) == Some(&Member::Brought)
        {
            let (key, receiver) = (group.key.clone(), group.receiver.clone());
            self.audience.set_group(&entry.id, &receiver, None);
            if let Some(entry) = self.book.get_mut(slot) {
                entry
                    .brought
                    .retain(|told| told.group != key || told.receiver != receiver);
            }
        }
    }
}
