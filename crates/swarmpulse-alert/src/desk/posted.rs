//! Alerts of others: taken as an Alertmanager takes them, and over when they are not sent again.
//!
//! What begins, changes its words or ends is a record, as everything else. That an alert is merely sent again is none: a
//! Prometheus does so every minute with each. It moves the end, which is known to this desk alone; a start gives every
//! sender time to come back.

use serde::{Deserialize, Serialize};
use swarmpulse_model::alert::{AlertOrigin, FORWARDED_BY, PostedAlert, fingerprint};
use swarmpulse_model::evidence::Duration;
use swarmpulse_model::{Alert, AlertState, Text, Timestamp};

use super::Desk;
use super::agenda::Due;
use super::entry::{Decided, Entry};
use crate::identity::{external_alert, subject_of};
use crate::nature::Nature;

/// Words that change again and again, as those with a figure in them, are recorded at most so often, in seconds.
const REWORD_EVERY_S: f64 = 300.0;
/// The shortest time after which an alert is over that is not sent again, in seconds.
const TIMEOUT_MIN_S: f64 = 1.0;

/// Until when an alert of somebody else fires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sending {
    /// It is over then, unless it is sent again.
    pub until: Timestamp,
    /// When it was sent last.
    pub at: Timestamp,
    /// Its sender named no end.
    pub assumed: bool,
    /// Its sender said that it is over.
    pub over: bool,
}

/// What became of an alert that was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// There is nothing to journal.
    Known,
    /// It is taken once [`Desk::is_said`] of this id.
    Unsaid(Text),
    /// There is no room for it.
    Refused,
}

impl Desk {
    /// After how long alerts that are posted without an end are over.
    pub fn expire_after(&mut self, seconds: f64) {
        self.options.resolve_timeout_s = seconds.max(TIMEOUT_MIN_S);
    }

    /// Takes an alert of somebody else. New ones are refused unless they may begin.
    pub fn post(&mut self, namespace: &str, posted: &PostedAlert, now: Timestamp, may_begin: bool) -> Posted {
        let now = now.max(self.now).max(self.decided_until);
        let said = external_alert(namespace, posted, now);
        let returned = posted.annotation(FORWARDED_BY).is_some();
        if returned && self.has_own(fingerprint(&said.labels)) {
            self.refused.returned += 1;
            return Posted::Known;
        }
        if let Some(ended_at) = posted.ends_at.filter(|end| *end <= now) {
            return self.post_end(&said.id, ended_at, now);
        }
        let open = self.book.find(&said.id).filter(|slot| self.is_open(*slot));
        if open.is_none() && !may_begin {
            self.refused.disk_low += 1;
            return Posted::Refused;
        }
        let Some(slot) = open.or_else(|| self.place_external(&said)) else {
            return Posted::Refused;
        };
        let (end, expire_s) = (posted.ends_at, self.options.resolve_timeout_s);
        let Some(entry) = self.book.get_mut(slot) else {
            return Posted::Refused;
        };
        let mut sending = Sending {
            until: end.unwrap_or_else(|| now.plus_s(expire_s)),
            at: now,
            assumed: end.is_none(),
            over: false,
        };
        let mut said = said;
        if open.is_some() {
            // An end that was named stands against an earlier one.
            if let Some(before) = entry
                .sending
                .as_ref()
                .filter(|before| !before.over && !before.assumed)
                && before.until > sending.until
            {
                (sending.until, sending.assumed) = (before.until, false);
            }
            if entry.says_it_fires() {
                said.active_at = said.active_at.min(entry.active_at());
            }
            if let Some(before) = &entry.live.sent {
                said.active_at = said.active_at.min(before.active_at);
            }
            said.fired_at = Some(said.active_at);
        }
        entry.live.sent = Some(Box::new(said));
        self.send(slot, sending);
        self.prolonged += 1;
        self.outcome(slot, now)
    }

    /// Whether everything that was posted of an alert is on record, as far as it is to be.
    #[must_use]
    pub fn is_said(&self, id: &str, now: Timestamp) -> bool {
        let now = now.max(self.now).max(self.decided_until);
        self.book.find(id).is_none_or(|slot| !self.is_unsaid(slot, now))
    }

    /// Grows whenever the end of an alert of others moves, which is shown and need not be kept.
    #[must_use]
    pub fn prolonged(&self) -> u64 {
        self.prolonged
    }

    /// After a start: nobody could send while nobody was there. What fires goes on for a while at least.
    pub fn resume(&mut self, now: Timestamp) {
        let until = now.plus_s(self.options.resolve_timeout_s);
        let open: Vec<(u32, Sending)> = self
            .book
            .iter()
            .filter(|(_, entry)| entry.says_it_fires())
            .filter_map(|(slot, entry)| Some((slot, entry.sending.clone()?)))
            .filter(|(_, sending)| !sending.over && sending.until < until)
            .collect();
        for (slot, sending) in open {
            self.send(
                slot,
                Sending {
                    until,
                    at: now,
                    ..sending
                },
            );
        }
    }

    /// The records of what others said, of alerts of which something changed.
    pub(super) fn speak(&mut self, now: Timestamp) -> Vec<Alert> {
        let slots: Vec<u32> = self.dirty.iter().copied().collect();
        let mut said = Vec::new();
        for slot in slots {
            let Some(alert) = self.unsaid(slot, now) else {
                continue;
            };
            if let Some(entry) = self.book.get_mut(slot) {
                entry.live.awaiting = Some(Decided::of(&alert));
                entry.live.fires = alert.state == AlertState::Firing;
                said.push(alert);
            }
        }
        said
    }

    /// Takes what its sender said out of a record of an alert. What names a cause or flaps is the desk's own.
    pub(super) fn heed_sender(&mut self, slot: u32, alert: &Alert) {
        let (now, flapping) = (self.now, self.options.flapping);
        let expire_s = self.options.resolve_timeout_s;
        let Some(entry) = self.book.get_mut(slot) else {
            return;
        };
        if let Some(word) = entry
            .word
            .as_mut()
            .filter(|_| alert.cause.is_some() || alert.flapping)
        {
            word.since = alert.active_at;
            return;
        }
        entry.hear(alert, false, now, &flapping);
        let until = entry.sending.as_ref().map(|sending| sending.until);
        if alert.state == AlertState::Resolved {
            // What came while that was journaled begins it anew.
            if entry.live.sent.is_none() || until.is_none_or(|until| until <= now) {
                entry.sending = None;
                entry.live.sent = None;
            }
            return;
        }
        // Nobody sent it to this desk: it is from before the start.
        let is_over = entry.sending.as_ref().is_some_and(|sending| sending.over);
        if entry.live.sent.is_none() && !is_over {
            let recorded = alert.expires_at.unwrap_or(now);
            let known = entry.sending.take();
            let from_before = Sending {
                until: recorded,
                at: now,
                // Nobody else gives so much time.
                assumed: recorded <= now.plus_s(expire_s),
                over: false,
            };
            let later = known.filter(|known| known.until >= recorded);
            self.send(slot, later.unwrap_or(from_before));
        }
    }

    /// Its sender says that an alert is over.
    fn post_end(&mut self, id: &str, ended_at: Timestamp, now: Timestamp) -> Posted {
        let Some(slot) = self.book.find(id).filter(|slot| self.is_open(*slot)) else {
            return Posted::Known;
        };
        let Some(entry) = self.book.get_mut(slot) else {
            return Posted::Known;
        };
        entry.live.sent = None;
        if entry.alert.is_none() && entry.live.awaiting.is_none() {
            // Begun and over before anything was decided.
            self.dirty.remove(&slot);
            let until = entry.sending.as_ref().map(|sending| sending.until);
            self.agenda.remove(until.unwrap_or_default(), Due::Expires(slot));
            self.book.remove(slot);
            return Posted::Known;
        }
        if !entry.says_it_fires() && entry.live.awaiting.is_none() {
            // It is over on record, too: what came since is taken back.
            if let Some(before) = entry.sending.take() {
                self.agenda.remove(before.until, Due::Expires(slot));
            }
            return Posted::Known;
        }
        let sending = Sending {
            until: ended_at,
            at: now,
            assumed: false,
            over: true,
        };
        self.send(slot, sending);
        self.outcome(slot, now)
    }

    /// Whether an alert fires by what its sender said last, be it on record or not.
    fn is_open(&self, slot: u32) -> bool {
        self.book.get(slot).is_some_and(|entry| {
            let over = entry.sending.as_ref().is_none_or(|sending| sending.over);
            !over && (entry.says_it_fires() || entry.live.sent.is_some())
                || over && entry.says_it_fires() && entry.live.awaiting.is_none()
        })
    }

    /// A place in the book for an alert that begins.
    fn place_external(&mut self, alert: &Alert) -> Option<u32> {
        if let Some(slot) = self.book.find(&alert.id) {
            return Some(slot);
        }
        // Those that are over make room once this one is on record.
        let known = self.book.externals().len();
        if known >= self.options.limits.external
            && known - self.leaving_externals() >= self.options.limits.external
        {
            self.refused.external += 1;
            return None;
        }
        let mut entry = Entry::new(alert.id.clone());
        entry.live.nature = Some(Nature::of(&alert.name));
        if self.book.len() >= self.options.limits.alerts && self.leaving.is_empty() {
            self.refused.alerts += 1;
            return None;
        }
        let slot = self.room(entry)?;
        self.book.place(slot, subject_of(alert));
        self.book.mark_external(slot);
        Some(slot)
    }

    /// When an alert is over, from here on.
    fn send(&mut self, slot: u32, sending: Sending) {
        let Some(entry) = self.book.get_mut(slot) else {
            return;
        };
        let until = sending.until;
        if let Some(before) = entry.sending.replace(sending) {
            self.agenda.remove(before.until, Due::Expires(slot));
        }
        self.agenda.add(until, Due::Expires(slot));
    }

    fn outcome(&mut self, slot: u32, now: Timestamp) -> Posted {
        if !self.is_unsaid(slot, now) {
            self.rest(slot, now);
            return Posted::Known;
        }
        self.dirty.insert(slot);
        match self.book.get(slot) {
            Some(entry) => Posted::Unsaid(entry.id.clone()),
            None => Posted::Known,
        }
    }

    fn is_unsaid(&self, slot: u32, now: Timestamp) -> bool {
        let waits = self
            .book
            .get(slot)
            .is_some_and(|entry| entry.live.awaiting.is_some());
        waits || self.unsaid(slot, now).is_some()
    }

    /// Everything is on record, but perhaps for words that may wait: they are looked at again.
    fn rest(&mut self, slot: u32, now: Timestamp) {
        let Some(entry) = self.book.get_mut(slot) else {
            return;
        };
        let same = match (&entry.live.sent, &entry.alert) {
            (Some(sent), Some(alert)) => is_worded_as(alert, sent),
            _ => true,
        };
        if same {
            entry.live.sent = None;
        } else {
            let due = entry.updated_at.plus_s(REWORD_EVERY_S).max(now);
            self.agenda.add(due, Due::Alert(slot));
        }
    }

    /// What is to be recorded of what its sender said, if anything is.
    fn unsaid(&self, slot: u32, now: Timestamp) -> Option<Alert> {
        let entry = self.book.get(slot)?;
        let sending = entry.sending.as_ref().filter(|_| entry.live.awaiting.is_none())?;
        if !entry.says_it_fires() {
            let mut begun = entry
                .live
                .sent
                .as_deref()
                .filter(|_| sending.until > now)?
                .clone();
            begun.expires_at = Some(sending.until);
            return Some(begun);
        }
        let mut next = entry.alert.clone()?;
        if sending.until <= now {
            next.state = AlertState::Resolved;
            next.ended_at = Some(sending.until.max(next.active_at));
            next.reason = sending.end_reason();
            next.cause = None;
            next.flapping = false;
            return Some(next);
        }
        let recorded_until = next.expires_at.unwrap_or_default();
        // Only what a start could not make up for: then a sender has that long to come back.
        let expire_s = self.options.resolve_timeout_s;
        let moved = sending.until > now.plus_s(expire_s * 2.0) && recorded_until < now.plus_s(expire_s);
        let rested = now >= entry.updated_at.plus_s(REWORD_EVERY_S);
        let reworded = entry
            .live
            .sent
            .as_deref()
            .filter(|sent| !is_worded_as(&next, sent));
        if !(moved || rested && reworded.is_some()) {
            return None;
        }
        if let Some(sent) = reworded {
            reword(&mut next, sent);
        }
        next.expires_at = Some(sending.until);
        Some(next)
    }
}

impl Sending {
    fn end_reason(&self) -> Text {
        if self.over {
            return Text::const_new("its sender says that it is over");
        }
        let span = Duration(self.until.seconds_since(self.at));
        format!("it was not sent again within {span}").into()
    }
}

impl Entry {
    /// Its sender's word on record is that it fires.
    fn says_it_fires(&self) -> bool {
        self.origin() == AlertOrigin::External
            && self
                .word
                .as_ref()
                .is_some_and(|word| word.state == AlertState::Firing)
    }

    /// The alert as it is to be shown: with what its sender said last.
    pub(super) fn shown(&self) -> Option<Alert> {
        let mut alert = self.alert.clone()?;
        if !self.says_it_fires() {
            return Some(alert);
        }
        if let Some(sent) = &self.live.sent {
            reword(&mut alert, sent);
        }
        alert.expires_at = self.sending.as_ref().map(|sending| sending.until);
        Some(alert)
    }
}

fn is_worded_as(alert: &Alert, sent: &Alert) -> bool {
    alert.annotations == sent.annotations
        && alert.source_url == sent.source_url
        && alert.active_at <= sent.active_at
}

fn reword(alert: &mut Alert, sent: &Alert) {
    alert.annotations.clone_from(&sent.annotations);
    alert.source_url.clone_from(&sent.source_url);
    alert.reason.clone_from(&sent.reason);
    alert.active_at = alert.active_at.min(sent.active_at);
    alert.fired_at = Some(alert.active_at);
}
