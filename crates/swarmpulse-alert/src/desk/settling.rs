//! What each alert comes to: its next state, its cause, and the record that says so.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::{Alert, AlertState, Record, Severity, Text, Timestamp};

use super::Desk;
use super::agenda::Due;
use super::causes::Round;
use super::entry::{Decided, Entry, Word};
use super::places::summary;
use crate::identity::{labels, namespace_of, with_severity};
use crate::surroundings::Surroundings;

/// What an alert is to be.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub state: AlertState,
    pub severity: Severity,
    pub active_at: Timestamp,
    pub fired_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub reason: Text,
    pub flapping: bool,
    /// How many agents of a place fell.
    pub value: Option<f64>,
}

impl Target {
    /// As it is.
    pub fn of(alert: &Alert) -> Self {
        Self {
            state: alert.state,
            severity: alert.severity,
            active_at: alert.active_at,
            fired_at: alert.fired_at,
            ended_at: alert.ended_at,
            reason: alert.reason.clone(),
            flapping: alert.flapping,
            value: alert.value,
        }
    }

    /// It is over.
    pub fn end(&mut self, at: Timestamp, reason: Text) {
        self.state = AlertState::Resolved;
        self.ended_at = Some(at);
        self.reason = reason;
        self.flapping = false;
    }
}

impl Desk {
    /// The records of every alert that is to change.
    pub(super) fn settle(&mut self, now: Timestamp, around: &dyn Surroundings) -> Vec<Record> {
        if self.dirty.is_empty() {
            return Vec::new();
        }
        let mut decided: Vec<Alert> = self.speak(now);
        let mut round = Round::new(now, around);
        let mut targets = BTreeMap::new();
        let (mut begun, mut touched) = (Vec::new(), BTreeSet::new());
        for slot in std::mem::take(&mut self.dirty) {
            let Some(target) = self.target(slot, &round) else {
                continue;
            };
            let firing = target.state == AlertState::Firing;
            if let Some(entry) = self.book.get_mut(slot) {
                entry.live.fires = firing;
            }
            if firing {
                self.count_fallen(slot, &mut round, &mut touched);
                begun.push(slot);
            }
            targets.insert(slot, target);
        }
        for (slot, alert) in self.infer(touched, &mut round) {
            begun.push(slot);
            decided.push(alert);
        }
        for slot in begun {
            self.pull_in_watchers(slot, &mut targets);
        }
        for (slot, target) in targets {
            decided.extend(self.decide_alert(slot, target, &mut round));
        }
        // Causes before what follows from them, ends as they came, and one order whatever the numbers are.
        decided.sort_by(|a, b| {
            let order = |alert: &Alert| (alert.cause.is_some(), alert.ended_at);
            order(a).cmp(&order(b)).then_with(|| a.id.cmp(&b.id))
        });
        decided
            .into_iter()
            .map(|alert| Record::Alert(Box::new(alert)))
            .collect()
    }

    /// Firing alerts that an alert could be the cause of are looked at as well when it begins.
    fn pull_in_watchers(&self, slot: u32, targets: &mut BTreeMap<u32, Target>) {
        let Some(entry) = self.book.get(slot).filter(|entry| !entry.is_firing()) else {
            return;
        };
        for other in self.causes.watching(&entry.live.subject) {
            let known = self.book.get(other).filter(|entry| entry.live.awaiting.is_none());
            if let Some(alert) = known.and_then(|entry| entry.alert.as_ref()) {
                targets.entry(other).or_insert_with(|| Target::of(alert));
            }
        }
    }

    /// What an alert is to be, but for its cause; `None` if nothing is to be said of it now.
    fn target(&mut self, slot: u32, round: &Round<'_>) -> Option<Target> {
        let entry = self.book.get(slot)?;
        if entry.live.awaiting.is_some() {
            return None;
        }
        if entry.origin() == AlertOrigin::Cause {
            return self.target_of_place(slot, round);
        }
        let now = round.now;
        let recorded = entry.alert.as_ref();
        let Some(word) = &entry.word else {
            let mut target = recorded
                .filter(|alert| alert.state != AlertState::Resolved)
                .map(Target::of)?;
            target.end(now, "it no longer holds".into());
            return Some(target);
        };
        let mut wake = Timestamp::NEVER;
        let mut target = if matches!(entry.origin(), AlertOrigin::Rule | AlertOrigin::External) {
            recorded.map(|alert| of_rule(alert, word))?
        } else {
            let for_s = self.options.for_s.get(&word.name).copied().unwrap_or(0.0);
            of_condition(entry, word, for_s, now, &mut wake)?
        };
        if word.gone {
            if recorded.is_none_or(|alert| alert.state == AlertState::Resolved) {
                return None;
            }
            target.end(now, "its subject is gone".into());
        } else if entry.flaps(now) && recorded.is_some() {
            wake = wake.min(entry.flapping_until.unwrap_or(Timestamp::NEVER));
            if target.state != AlertState::Firing
                && let Some(alert) = recorded
            {
                target = Target::of(alert);
                target.state = AlertState::Firing;
                target.fired_at = alert.fired_at.or(Some(alert.active_at));
                target.ended_at = None;
            }
            target.flapping = true;
        } else {
            target.flapping = false;
        }
        if let Some(until) = entry
            .in_hand
            .as_ref()
            .and_then(|hand| hand.said.until)
            .filter(|until| *until > now)
        {
            wake = wake.min(until);
        }
        self.agenda.add(wake, Due::Alert(slot));
        Some(target)
    }

    /// The alert's next record, if it differs from the last in what matters.
    fn decide_alert(&mut self, slot: u32, target: Target, round: &mut Round<'_>) -> Option<Alert> {
        let recorded_cause = self
            .book
            .get(slot)?
            .alert
            .as_ref()
            .and_then(|alert| alert.cause.clone());
        let cause = match target.state {
            AlertState::Firing => self.cause_of(slot, round),
            AlertState::Pending => None,
            AlertState::Resolved => recorded_cause,
        };
        let entry = self.book.get_mut(slot)?;
        let rewords = entry.origin() == AlertOrigin::Cause;
        let alert = match &entry.alert {
            Some(alert) => {
                let same = alert.state == target.state
                    && alert.severity == target.severity
                    && alert.cause == cause
                    && alert.flapping == target.flapping
                    && !(rewords && alert.reason != target.reason);
                if same {
                    return None;
                }
                changed(alert, entry.word.as_ref(), target, cause)
            }
            None if target.state == AlertState::Resolved => return None,
            None => begun(entry, target, cause)?,
        };
        entry.live.awaiting = Some(Decided::of(&alert));
        Some(alert)
    }
}

/// The word of a rule, or of somebody else, on its alert.
fn of_rule(alert: &Alert, word: &Word) -> Target {
    let mut target = Target::of(alert);
    target.state = word.state;
    if word.state == AlertState::Resolved {
        target.end(word.at, word.reason.clone());
    }
    target
}

/// What a condition comes to; `None` if there is nothing to say.
fn of_condition(
    entry: &Entry,
    word: &Word,
    for_s: f64,
    now: Timestamp,
    wake: &mut Timestamp,
) -> Option<Target> {
    let recorded = entry
        .alert
        .as_ref()
        .filter(|alert| alert.state != AlertState::Resolved);
    if word.state == AlertState::Resolved {
        let mut target = Target::of(recorded?);
        target.end(word.at, word.reason.clone());
        return Some(target);
    }
    let due = if for_s > 0.0 {
        word.since.plus_s(for_s)
    } else {
        word.at
    };
    let mut target = Target {
        state: AlertState::Firing,
        severity: word.severity,
        active_at: recorded.map_or(word.since, |alert| alert.active_at),
        fired_at: recorded
            .and_then(|alert| alert.fired_at)
            .or(Some(due.max(word.at))),
        ended_at: None,
        reason: word.reason.clone(),
        flapping: false,
        value: None,
    };
    let fires = recorded.is_some_and(|alert| alert.state == AlertState::Firing);
    if !fires && due > now {
        target.state = AlertState::Pending;
        target.fired_at = None;
        *wake = due;
    }
    Some(target)
}

/// The first record of an alert of a condition.
fn begun(entry: &Entry, target: Target, cause: Option<Text>) -> Option<Alert> {
    let word = entry.word.as_ref()?;
    let subject = word.subject.as_ref();
    Some(Alert {
        id: entry.id.clone(),
        name: word.name.clone(),
        state: target.state,
        severity: target.severity,
        namespace: namespace_of(subject),
        subject: subject.cloned(),
        origin: AlertOrigin::Condition,
        group: Text::default(),
        labels: labels(&word.name, target.severity, subject),
        annotations: summary(&target.reason),
        value: None,
        active_at: target.active_at,
        fired_at: target.fired_at,
        ended_at: target.ended_at,
        reason: target.reason,
        cause,
        flapping: target.flapping,
        expires_at: None,
        source_url: None,
        kept_since: None,
    })
}

/// The next record of an alert.
fn changed(alert: &Alert, word: Option<&Word>, target: Target, cause: Option<Text>) -> Alert {
    let mut next = alert.clone();
    if alert.severity != target.severity {
        next.labels = with_severity(&alert.labels, target.severity);
    }
    let own_words =
        alert.origin == AlertOrigin::Cause || alert.origin == AlertOrigin::Condition && word.is_some();
    if alert.origin == AlertOrigin::Cause {
        next.value = target.value;
    }
    if own_words && target.state != AlertState::Resolved {
        next.annotations = summary(&target.reason);
    }
    next.state = target.state;
    next.severity = target.severity;
    next.active_at = target.active_at;
    next.fired_at = target.fired_at;
    next.ended_at = target.ended_at;
    next.reason = target.reason;
    next.cause = cause;
    next.flapping = target.flapping;
    next
}
