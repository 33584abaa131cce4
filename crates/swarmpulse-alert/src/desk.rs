//! The desk: the one place where alerts live, and the one way in which they change.
//!
//! [`Desk::apply`] takes effects in the journal's order and alone changes what is kept; [`Desk::decide`] says what
//! follows from it by now, as records. They do nothing until they come back as effects: a desk that is restored, or that
//! applies the journal again, never decides anew what is on record.

mod accounting;
mod agenda;
mod alike;
mod applying;
mod audience;
mod book;
mod bringing;
mod causes;
mod entry;
mod groups;
mod holding;
mod inhibitor;
mod kept;
mod membership;
mod places;
mod posted;
mod pruning;
mod settling;
mod showing;
mod silences;
mod telling;
mod told;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::{Effect, EffectId, Record, Text, Timestamp};

use crate::drops::Drops;
use crate::options::DeskOptions;
use crate::surroundings::Surroundings;
use agenda::{Agenda, Due};
use alike::Alike;
use audience::Audience;
use book::Book;
use causes::Causes;
use groups::{Groups, ToldKey};
use inhibitor::Inhibitor;
use silences::Silences;

pub use kept::KEPT_VERSION;
pub use posted::Posted;

/// If more silences than this begin or end at once, all groups are looked at, not those of each silence.
const SINGLE_SILENCES: usize = 32;

/// The desk. Serialized it is all that must survive a restart; [`Desk::configure`] and [`Desk::route`] give a
/// deserialized one its options, routes and receivers again, before any further effect is applied.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    options: DeskOptions,
    /// Of the newest effect.
    now: Timestamp,
    /// Up to when was decided.
    decided_until: Timestamp,
    /// The last effect of each partition.
    applied: BTreeMap<u32, EffectId>,
    book: Book,
    silences: Silences,
    groups: Groups,
    inhibitor: Inhibitor,
    causes: Causes,
    audience: Audience,
    agenda: Agenda,
    /// Alerts of which something changed that nothing was decided on yet.
    dirty: BTreeSet<u32>,
    /// Alerts that found no room for a group.
    ungrouped: BTreeSet<u32>,
    /// Groups that have fallen due.
    due_groups: BTreeSet<u32>,
    /// Alerts that were not told when their group was looked at, because a record of them had not come back.
    passed_over: BTreeSet<u32>,
    /// Notifications that were decided and have not come back yet.
    inflight: BTreeSet<ToldKey>,
    /// Alerts that are over and in no group, by when they are forgotten.
    leaving: BTreeSet<(Timestamp, u32)>,
    /// All of them by the fingerprint of their labels.
    alike: Alike,
    looked_through_at: Timestamp,
    dropped: Drops,
    /// What was posted and not taken; no effect tells of it.
    refused: Drops,
    changes: u64,
    prolonged: u64,
}

impl Desk {
    /// A desk that knows nothing. Until [`Desk::route`] is called nobody is told anything.
    #[must_use]
    pub fn new(options: DeskOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Gives a deserialized desk its options, and any desk other ones.
    pub fn configure(&mut self, options: DeskOptions) {
        self.options = options;
        self.changes += 1;
        self.reconsider();
    }

    /// Takes an effect in. All effects must be given, in the journal's order; those given before are passed over, and so
    /// are those that say nothing of alerts.
    pub fn apply(&mut self, id: EffectId, at: Timestamp, effect: &Effect) {
        let partition = id.position.partition;
        if self.applied.get(&partition).is_some_and(|last| id <= *last) {
            return;
        }
        self.applied.insert(partition, id);
        self.now = self.now.max(at);
        match effect {
            Effect::Condition(condition) => self.apply_condition(condition),
            Effect::Alert(alert) => self.apply_alert(alert),
            Effect::Silence(silence) => self.apply_silence(silence),
            Effect::Acknowledgement(said) => self.apply_acknowledgement(said),
            Effect::Notification(notification) => self.apply_notification(notification),
            Effect::Forgotten(subject) => self.apply_forgotten(subject),
            Effect::Verdict(_)
            | Effect::Task(_)
            | Effect::Sandbox(_)
            | Effect::Restart(_)
            | Effect::Event(_)
            | Effect::Failure(_)
            | Effect::Joined(_)
            | Effect::Delivery(_) => return,
        }
        self.changes += 1;
        self.prune();
    }

    /// What must be journaled by now: changes of alerts, causes first, then notifications. None of it is decided again
    /// before it came back through [`Desk::apply`], or [`Desk::withdraw`] was called.
    pub fn decide(&mut self, now: Timestamp, around: &dyn Surroundings) -> Vec<Record> {
        let now = now.max(self.now).max(self.decided_until);
        self.wake(now);
        let mut records = self.settle(now, around);
        self.tell(now, &mut records);
        records
    }

    /// What was decided and did not come back could not be journaled: it is decided again. Records of the same decision
    /// that were journaled must have been applied before.
    pub fn withdraw(&mut self) {
        self.changes += 1;
        self.inflight.clear();
        let slots: Vec<u32> = self
            .book
            .iter()
            .filter(|(_, entry)| entry.live.awaiting.is_some())
            .map(|(slot, _)| slot)
            .collect();
        for slot in slots {
            let Some(entry) = self.book.get_mut(slot) else {
                continue;
            };
            entry.live.awaiting = None;
            entry.live.fires = entry.is_firing();
            // Of a place that was found to be down nothing else is known.
            if entry.live.raised.take().is_some() && entry.alert.is_none() {
                self.book.remove(slot);
            } else {
                self.dirty.insert(slot);
            }
        }
        self.touch_all_groups();
    }

    /// When [`Desk::decide`] has something to do at the latest.
    #[must_use]
    pub fn next_due(&self) -> Timestamp {
        if self.dirty.is_empty() {
            self.agenda.next()
        } else {
            self.now
        }
    }

    /// Grows with every change of what [`Desk::alerts`] and the like show.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// What was dropped, by reason.
    #[must_use]
    pub fn dropped(&self) -> Drops {
        self.dropped.and(self.refused)
    }

    /// Looks at whatever has fallen due.
    fn wake(&mut self, now: Timestamp) {
        let before = self.decided_until;
        self.decided_until = now;
        while let Some(due) = self.agenda.pop(now) {
            match due {
                Due::Alert(slot) => {
                    self.changes += 1;
                    self.dirty.insert(slot);
                    self.touch_groups_of(slot);
                }
                Due::Expires(slot) => {
                    self.dirty.insert(slot);
                }
                Due::Outlived(slot) => self.reconsider_symptoms(slot),
                Due::Silences => {
                    self.changes += 1;
                    let changed = self.silences.changed(before, now);
                    if changed.len() > SINGLE_SILENCES {
                        self.touch_all_groups();
                    } else {
                        changed.iter().for_each(|id| self.touch_silenced(id));
                    }
                    self.agenda.add(self.silences.next_change(now), Due::Silences);
                }
                Due::Group(number) => {
                    if let Some(group) = self.groups.get_mut(number) {
                        group.next = Timestamp::NEVER;
                        self.due_groups.insert(number);
                    }
                }
            }
        }
    }

    fn touch_all_groups(&mut self) {
        let numbers: Vec<u32> = self.groups.iter().map(|(number, _)| number).collect();
        for number in numbers {
            self.touch(number, self.now);
        }
    }

    /// Looks at the groups of everything that a silence matches.
    fn touch_silenced(&mut self, id: &Text) {
        let Some(known) = self.silences.get(id) else {
            return;
        };
        let slots: Vec<u32> = self
            .book
            .iter()
            .filter(|(_, entry)| !entry.live.groups.is_empty())
            .filter(|(_, entry)| entry.alert.as_ref().is_some_and(|alert| known.matches(alert)))
            .map(|(slot, _)| slot)
            .collect();
        for slot in slots {
            self.touch_groups_of(slot);
        }
    }
}
