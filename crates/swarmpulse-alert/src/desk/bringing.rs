//! A cause is told to whom its symptoms would have been told: it joins the groups that their routes form of its labels.
//!
//! Each receiver hears a cause once: whom the cause's own routes lead to is left out, and of several routes that lead a
//! receiver to it the first one counts. What was told stays where it was told until the cause ends.

use swarmpulse_model::alert::fingerprint;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, AlertState, Text, Timestamp};

use super::Desk;
use super::audience::Led;
use super::entry::Entry;
use super::groups::{Group, Member};
use super::membership::told_as;

/// Where an alert is among the groups of a receiver.
#[derive(Default)]
struct Places {
    /// In one by its labels.
    own: bool,
    /// By what follows from it.
    brought: Vec<u32>,
    /// Where a channel was told of it and its labels do not lead.
    told: Vec<u32>,
}

impl Desk {
    /// An alert is on record anew: notes whom it leads its cause to.
    pub(super) fn follow(&mut self, slot: u32) {
        let next = self.leads(slot);
        if self.audience.led(slot) == next.as_ref() {
            return;
        }
        for (cause, receiver) in self.audience.note(slot, next) {
            if let Some(slot) = self.book.find(&cause) {
                self.bring(slot, &receiver);
            }
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

    /// Puts a cause into the group of a receiver that its symptoms lead to, and out of it once none does. Where the
    /// receiver was told of it, it stays until its end was told.
    pub(super) fn bring(&mut self, slot: u32, receiver: &str) {
        let Some(entry) = self.book.get(slot) else {
            return;
        };
        let Places { own, brought, told } = self.places(slot, entry, receiver);
        let leads = entry.is_firing() && !own && told.is_empty();
        let theirs = self.audience.of(&entry.id, receiver).filter(|_| leads);
        let led = theirs
            .and_then(|theirs| theirs.route())
            .zip(entry.alert.as_ref())
            .map(|(route, alert)| (route, alert.labels.clone()));
        let is_led = |number: &u32| {
            let group = self.groups.get(*number).zip(led.as_ref());
            group.is_some_and(|(group, (route, labels))| {
                let formed_by = self.groups.route(group).filter(|_| group.route == *route);
                formed_by.is_some_and(|route| route.forms(labels, &group.key))
            })
        };
        let wanted = brought.iter().copied().find(is_led);
        for number in brought {
            if wanted == Some(number) {
                self.touch(number, self.now);
            } else if !told.contains(&number) {
                self.step_back(number, slot);
            }
        }
        for number in told {
            self.put(number, slot, Member::Brought);
            self.touch(number, self.now);
        }
        if let Some((route, labels)) = led.filter(|_| wanted.is_none()) {
            self.join(slot, route, Member::Brought, &labels);
        }
    }

    fn places(&self, slot: u32, entry: &Entry, receiver: &str) -> Places {
        let mut places = Places::default();
        for number in &entry.live.groups {
            let group = self.groups.get(*number);
            let Some(group) = group.filter(|group| group.receiver == receiver) else {
                continue;
            };
            let member = group.members.get(&slot);
            if member == Some(&Member::Now) {
                places.own = true;
                continue;
            }
            if member == Some(&Member::Brought) {
                places.brought.push(*number);
            }
            if self.was_told_beside_labels(group, entry) {
                places.told.push(*number);
            }
        }
        places
    }

    /// Whether a channel was told that an alert fires, and that not by labels for which it is in the group by itself.
    fn was_told_beside_labels(&self, group: &Group, entry: &Entry) -> bool {
        self.groups.channels(&group.receiver).iter().any(|channel| {
            let told = self.groups.told(group, &channel.name);
            let Some((told, known)) =
                told.and_then(|told| Some((told, told_as(told, channel, entry, Member::Brought)?)))
            else {
                return false;
            };
            let is_former = |former: &Alert| {
                told.has(fingerprint(&former.labels)) && !self.groups.leads(&former.labels, group)
            };
            known == entry.live.fingerprint || entry.former.iter().any(is_former)
        })
    }

    /// Nothing leads the receiver to a cause any longer. If it was told of it by labels that led there by themselves, the
    /// end of those is left to tell.
    fn step_back(&mut self, number: u32, slot: u32) {
        let Some((group, entry)) = self.groups.get(number).zip(self.book.get(slot)) else {
            return;
        };
        if !entry
            .former
            .iter()
            .any(|former| self.groups.leads(&former.labels, group))
        {
            self.leave(number, slot);
            return;
        }
        self.bring_no_longer(number, slot);
        self.put(number, slot, Member::Before);
        self.touch(number, self.now);
        self.let_go(number, slot);
    }

    /// Brings an alert to everyone whom its symptoms lead to, and to nobody else.
    pub(super) fn bring_to_all(&mut self, slot: u32) {
        let Some(entry) = self.book.get(slot) else {
            return;
        };
        let mut receivers = self.audience.receivers(&entry.id);
        let groups = entry.live.groups.iter();
        receivers.extend(groups.filter_map(|number| {
            let group = self.groups.get(*number)?;
            (group.members.get(&slot) != Some(&Member::Now)).then(|| group.receiver.clone())
        }));
        receivers.sort_unstable();
        receivers.dedup();
        for receiver in receivers {
            self.bring(slot, &receiver);
        }
    }

    /// Puts an alert into the group that a route forms of its labels, or of those that it had before.
    pub(super) fn join(&mut self, slot: u32, route: usize, member: Member, labels: &[Label]) {
        let limit = self.options.limits.groups;
        let Some(number) = self.groups.in_route(route, labels, limit) else {
            self.dropped.groups += 1;
            self.ungrouped.insert(slot);
            return;
        };
        self.put(number, slot, member);
        let ready = self.groups.get(number).zip(self.book.get(slot));
        let at = ready.map_or(self.now, |(group, entry)| {
            if member != Member::Brought || entry.is_told_at_once() {
                return self.now;
            }
            let fired_at = entry.alert.as_ref().and_then(|alert| alert.fired_at);
            let since = self.brought_since(&entry.id, &group.receiver);
            self.candidate(number, fired_at.unwrap_or(self.now).max(since))
        });
        self.touch(number, at);
    }

    fn put(&mut self, number: u32, slot: u32, member: Member) {
        let Some((group, entry)) = self.groups.get_mut(number).zip(self.book.get_mut(slot)) else {
            return;
        };
        group.members.insert(slot, member);
        if !entry.live.groups.contains(&number) {
            entry.live.groups.push(number);
        }
        if member == Member::Brought {
            self.audience.set_group(&entry.id, &group.receiver, Some(number));
        }
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

    /// After routes were read.
    pub(super) fn follow_all(&mut self) {
        if self.groups.has_one_receiver() {
            return;
        }
        let slots: Vec<u32> = self.book.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            self.follow(slot);
        }
    }

    /// The groups that an alert was brought to.
    pub(super) fn brought(&self, slot: u32) -> Vec<u32> {
        let numbers = self.book.get(slot).map(|entry| entry.live.groups.as_slice());
        let is_brought = |number: &u32| {
            let group = self.groups.get(*number);
            group.is_some_and(|group| group.members.get(&slot) == Some(&Member::Brought))
        };
        numbers
            .into_iter()
            .flatten()
            .copied()
            .filter(is_brought)
            .collect()
    }

    /// What a receiver knows of a group changed: that it was told no longer keeps an alert there.
    pub(super) fn bring_as_told(&mut self, number: u32) {
        let Some(group) = self.groups.get(number) else {
            return;
        };
        let receiver = group.receiver.clone();
        let brought = group
            .members
            .iter()
            .filter(|(_, member)| **member == Member::Brought);
        for slot in brought.map(|(slot, _)| *slot).collect::<Vec<u32>>() {
            self.bring(slot, &receiver);
        }
    }

    /// An alert is about to leave a group.
    pub(super) fn bring_no_longer(&mut self, number: u32, slot: u32) {
        if let Some((group, entry)) = self.groups.get(number).zip(self.book.get(slot))
            && group.members.get(&slot) == Some(&Member::Brought)
        {
            self.audience.set_group(&entry.id, &group.receiver, None);
        }
    }
}
