//! Taking effects in: the one way in which the desk's state changes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use swarmpulse_model::alert::{
    Acknowledgement, AlertOrigin, Notification, NotifyReason, Silence, fingerprint,
};
use swarmpulse_model::{Alert, AlertState, Condition, EntityKey};

use super::Desk;
use super::agenda::Due;
use super::entry::{Decided, Entry, InHand, Word};
use super::groups::{Told, ToldKey};
use crate::identity::{BLIND, alert_id, subject_of};
use crate::nature::Nature;

/// What the fleet says of conditions whose subject it forgets.
const FORGOTTEN: &str = "it is forgotten";

impl Desk {
    pub(super) fn apply_condition(&mut self, condition: &Condition) {
        let id = alert_id(&condition.name, condition.subject.as_ref());
        let slot = match self.book.find(&id) {
            Some(slot) => slot,
            None if !condition.active => return,
            None => {
                let Some(slot) = self.room(Entry::new(id)) else {
                    return;
                };
                self.book.place(slot, condition.subject.clone());
                slot
            }
        };
        let (now, flapping) = (self.now, self.options.flapping);
        let Some(entry) = self.book.get_mut(slot) else {
            return;
        };
        let known = entry
            .word
            .as_ref()
            .filter(|word| word.state == AlertState::Firing);
        if condition.active {
            let (since, at) = match known {
                Some(word) => (word.since, word.at),
                None => (condition.since.min(now), now),
            };
            if known.is_none() {
                entry.began(now, &flapping);
            }
            entry.word = Some(Word {
                state: AlertState::Firing,
                severity: condition.severity,
                since,
                at,
                reason: condition.reason.clone(),
                name: condition.name.clone(),
                subject: condition.subject.clone(),
                gone: false,
                kept_since: None,
            });
            entry.live.nature = Some(Nature::of(&condition.name));
        } else {
            if known.is_none() {
                return;
            }
            if entry.is_firing() {
                entry.ended(now, &flapping);
            }
            if let Some(word) = &mut entry.word {
                word.state = AlertState::Resolved;
                word.at = now;
                word.reason = condition.reason.clone();
                word.gone = condition.reason == FORGOTTEN;
            }
        }
        self.dirty.insert(slot);
        self.keep_for_a_while(slot);
    }

    pub(super) fn apply_alert(&mut self, alert: &Alert) {
        let slot = match self.book.find(&alert.id) {
            Some(slot) => slot,
            // Of a life that nothing is known of there is nothing to do.
            None if alert.state == AlertState::Resolved => return,
            None => {
                let Some(slot) = self.room(Entry::new(alert.id.clone())) else {
                    return;
                };
                self.book.place(slot, subject_of(alert));
                slot
            }
        };
        self.dirty.insert(slot);
        let Some(entry) = self.book.get_mut(slot) else {
            return;
        };
        if entry.live.awaiting.as_ref() == Some(&Decided::of(alert)) {
            entry.live.awaiting = None;
        }
        if alert.origin == AlertOrigin::External {
            self.keep_external(slot);
            self.heed_sender(slot, alert);
        }
        if alert.origin != AlertOrigin::Rule {
            self.record(slot, alert);
        } else if let Some(alert) = self.heed_rule(slot, alert) {
            self.record(slot, &alert);
        }
        if self.passed_over.remove(&slot) {
            self.touch_groups_of(slot);
        }
    }

    /// Takes a rule's word out of a record of its alert; gives the record as it is to be kept, if it is. Rules and the
    /// desk write alerts of rules both: what names a cause or flaps is the desk's. The desk may have decided before it knew
    /// what the rule said last: a life, named by the time it began, does not come back, and an older one does not replace
    /// it. Of what only the other side knows, the record gets what was said last.
    fn heed_rule<'a>(&mut self, slot: u32, alert: &'a Alert) -> Option<Cow<'a, Alert>> {
        let (now, flapping) = (self.now, self.options.flapping);
        let entry = self.book.get_mut(slot)?;
        let own = alert.cause.is_some() || alert.flapping;
        let same_life = match &entry.word {
            Some(word) if alert.active_at < word.since => {
                self.dropped.late_words += u64::from(!own);
                return None;
            }
            Some(word) => alert.active_at == word.since,
            None => false,
        };
        if same_life && let Some(word) = &entry.word {
            let back = alert.state < word.state && !alert.flapping;
            let again = alert.state == AlertState::Resolved && entry.state() == Some(AlertState::Resolved);
            if back || again {
                if again && let Some(word) = &mut entry.word {
                    word.state = AlertState::Resolved;
                }
                return None;
            }
        }
        if own && same_life {
            return Some(entry.with_rules_word(alert));
        }
        let kept = if same_life {
            entry.with_desks_word(alert)
        } else {
            Cow::Borrowed(alert)
        };
        let gone = same_life && entry.word.as_ref().is_some_and(|word| word.gone);
        entry.hear(alert, gone, now, &flapping);
        Some(kept)
    }

    /// Keeps an alert as it is from here on.
    fn record(&mut self, slot: u32, alert: &Alert) {
        let now = self.now;
        let routing = Arc::clone(&self.groups.routing);
        let mut held = BTreeSet::new();
        let Some(entry) = self.book.get_mut(slot) else {
            return;
        };
        let new = fingerprint(&alert.labels);
        let relabelled = entry.alert.is_some() && new != entry.live.fingerprint;
        let (was, is) = (entry.is_firing(), alert.state == AlertState::Firing);
        if alert.origin == AlertOrigin::Cause {
            entry.place_changed(alert, now, &self.options.flapping);
        }
        let before = entry.live.fingerprint;
        let old = entry.alert.replace(alert.clone());
        // Its end may still have to be told, also if it was over before it came back with other labels.
        if relabelled && let Some(old) = old.clone().filter(|old| old.fired_at.is_some()) {
            entry.remember(old);
        }
        if relabelled {
            self.alike.remove(before, slot);
        }
        self.alike.insert(new, slot);
        entry.former.retain(|former| fingerprint(&former.labels) != new);
        entry.updated_at = now;
        entry.live.fingerprint = new;
        entry.live.fires = is;
        entry.live.raised = None;
        entry.live.nature = Some(Nature::of(&alert.name));
        if alert.state == AlertState::Resolved {
            entry.in_hand = None;
        }
        let is_blind = entry.id == BLIND;
        let old_cause = old.as_ref().and_then(|old| old.cause.clone());
        if was && (relabelled || !is) {
            self.inhibitor.end(slot, &mut held);
        }
        if is && (relabelled || !was) {
            self.inhibitor.begin(&routing, slot, alert, &mut held);
        }
        self.causes
            .keep(old.as_ref().filter(|_| was), Some(alert).filter(|_| is));
        if was != is || relabelled {
            self.regroup(slot);
        } else if old_cause != alert.cause || old.is_some_and(|old| old.severity != alert.severity) {
            self.touch_groups_of(slot);
        }
        if was != is || relabelled {
            self.heed_alike(slot, new);
        }
        if was && !is {
            self.agenda
                .add(now.plus_s(self.options.cause.outlive_s), Due::Outlived(slot));
            self.reconsider_cause_of(alert);
        }
        if alert.cause.is_some() && old_cause != alert.cause {
            self.reconsider_symptoms(slot);
        }
        if !is {
            self.stop_watching(slot);
            self.keep_for_a_while(slot);
        }
        self.follow(slot);
        if is_blind {
            self.touch_all_groups();
        }
        for other in held {
            self.touch_groups_of(other);
        }
    }

    pub(super) fn apply_silence(&mut self, silence: &Silence) {
        let before = self
            .silences
            .get(&silence.id)
            .map(|known| known.silence.id.clone());
        if let Some(id) = before {
            self.touch_silenced(&id);
        }
        let limit = self.options.limits.silences;
        if self
            .silences
            .take(silence.clone(), self.now, limit, &mut self.dropped)
        {
            self.touch_silenced(&silence.id);
            let next = self.silences.next_change(self.now.min(self.decided_until));
            self.agenda.add(next, Due::Silences);
        }
    }

    pub(super) fn apply_acknowledgement(&mut self, said: &Acknowledgement) {
        let slot = self.book.find(&said.alert);
        let entry = slot.and_then(|slot| self.book.get_mut(slot)).filter(|entry| {
            !entry.is_over()
                && entry
                    .alert
                    .as_ref()
                    .is_some_and(|alert| alert.namespace == said.namespace)
        });
        let (Some(slot), Some(entry)) = (slot, entry) else {
            self.dropped.acknowledgements += 1;
            return;
        };
        let severity = entry.alert.as_ref().map(|alert| alert.severity);
        entry.in_hand = severity.filter(|_| said.active).map(|severity| InHand {
            said: said.clone(),
            severity,
        });
        if let Some(until) = said.until.filter(|_| said.active) {
            self.agenda.add(until, Due::Alert(slot));
        }
        self.touch_groups_of(slot);
    }

    pub(super) fn apply_notification(&mut self, notification: &Notification) {
        if notification.reason == NotifyReason::Test {
            return;
        }
        let key = ToldKey {
            group: notification.group_key.clone(),
            receiver: notification.receiver.clone(),
            channel: notification.channel.clone(),
        };
        self.inflight.remove(&key);
        let mut firing = notification.firing.clone();
        firing.sort_unstable();
        let told = Told {
            firing,
            at: notification.at,
        };
        self.groups.told.insert(key.clone(), told);
        self.account_for(&key);
        for number in self.groups.named(&notification.group_key) {
            let theirs = self.groups.get(number).map(|group| &group.receiver);
            if theirs == Some(&notification.receiver) {
                self.bring_as_told(number);
                self.tidy_group(number);
                self.touch(number, self.now);
            }
        }
    }

    /// Whatever is held to be true of an entity that was forgotten is over.
    pub(super) fn apply_forgotten(&mut self, subject: &EntityKey) {
        let slots: Vec<u32> = self.book.about(&Some(subject.clone())).collect();
        for slot in slots {
            let Some(entry) = self.book.get_mut(slot).filter(|entry| {
                let holds = entry.state().is_some_and(|state| state != AlertState::Resolved)
                    || entry
                        .word
                        .as_ref()
                        .is_some_and(|word| word.state != AlertState::Resolved);
                // Whoever else holds something to be true says so again and again.
                holds && entry.origin() != AlertOrigin::External
            }) else {
                continue;
            };
            if let Some(word) = &mut entry.word {
                word.gone = true;
            }
            self.dirty.insert(slot);
        }
    }
}
