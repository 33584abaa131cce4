//! One alert with all that is known of it.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use swarmpulse_model::alert::{Acknowledgement, AlertOrigin, fingerprint};
use swarmpulse_model::{Alert, AlertState, EntityKey, EntityKind, Severity, Text, Timestamp};

use super::places::is_of_fall;
use super::posted::Sending;
use crate::identity::FLEET_DOWN;
use crate::nature::{Nature, Trouble};
use crate::options::FlappingOptions;

/// Label sets that an alert had before, of which ends may still have to be told.
const FORMER_MAX: usize = 3;

/// What the source of an alert, a condition or a rule, said last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Word {
    /// Of a condition that holds `Firing`, of one that does not `Resolved`; of a rule as it says.
    pub state: AlertState,
    pub severity: Severity,
    /// Since when it is true.
    pub since: Timestamp,
    /// When it was said first that it is, or is no longer.
    pub at: Timestamp,
    pub reason: Text,
    /// A condition's name.
    pub name: Text,
    /// A condition's subject.
    pub subject: Option<EntityKey>,
    /// The subject was forgotten: whatever was said of it is over.
    pub gone: bool,
    /// Since when a rule only keeps it firing.
    #[serde(default)]
    pub kept_since: Option<Timestamp>,
}

/// A person has it in hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct InHand {
    pub said: Acknowledgement,
    /// How grave it was then: if it gets worse, it is told again.
    pub severity: Severity,
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub id: Text,
    pub word: Option<Word>,
    /// As it was recorded last; `None`: nothing was recorded yet.
    pub alert: Option<Alert>,
    pub updated_at: Timestamp,
    /// As it was with other labels in this life, if that was told.
    pub former: Vec<Alert>,
    /// When it ended lately.
    pub ends: Vec<Timestamp>,
    pub flapping_until: Option<Timestamp>,
    pub in_hand: Option<InHand>,
    /// Of an alert that somebody else sends.
    #[serde(default)]
    pub sending: Option<Sending>,
    #[serde(skip)]
    pub live: Live,
}

/// What is derived, and built anew after a start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live {
    pub fingerprint: u64,
    pub subject: Option<EntityKey>,
    pub nature: Option<Nature>,
    /// Groups that it is in, as numbers.
    pub groups: Vec<u32>,
    /// Decided and not come back yet.
    pub awaiting: Option<Decided>,
    /// It fires, or is about to.
    pub fires: bool,
    /// An alert of a place that is about to be: its name, and since when.
    pub raised: Option<(Text, Timestamp)>,
    /// As somebody sent it last, if that may not be on record.
    pub sent: Option<Box<Alert>>,
    /// Entities whose alerts could become its cause.
    pub watches: Vec<Option<EntityKey>>,
}

impl PartialEq for Live {
    /// It says nothing that the rest does not.
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// What of an alert is decided; everything else are words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decided {
    pub state: AlertState,
    pub severity: Severity,
    pub active_at: Timestamp,
    pub cause: Option<Text>,
    pub flapping: bool,
    pub reason: Text,
}

impl Decided {
    pub fn of(alert: &Alert) -> Self {
        Self {
            state: alert.state,
            severity: alert.severity,
            active_at: alert.active_at,
            cause: alert.cause.clone(),
            flapping: alert.flapping,
            reason: alert.reason.clone(),
        }
    }
}

impl Entry {
    pub fn new(id: Text) -> Self {
        Self {
            id,
            word: None,
            alert: None,
            updated_at: Timestamp(0),
            former: Vec::new(),
            ends: Vec::new(),
            flapping_until: None,
            in_hand: None,
            sending: None,
            live: Live::default(),
        }
    }

    /// The state that is on record.
    pub fn state(&self) -> Option<AlertState> {
        self.alert.as_ref().map(|alert| alert.state)
    }

    /// It is on record as firing.
    pub fn is_firing(&self) -> bool {
        self.state() == Some(AlertState::Firing)
    }

    /// Nothing of it is on record but its end, and nothing is held to be true.
    pub fn is_over(&self) -> bool {
        let holds = |word: &Word| word.state != AlertState::Resolved && !word.gone;
        self.state().is_none_or(|state| state == AlertState::Resolved)
            && !self.word.as_ref().is_some_and(holds)
            && self.live.sent.is_none()
    }

    /// When it ended, of one that is over.
    pub fn over_at(&self) -> Timestamp {
        match &self.alert {
            Some(alert) => alert.ended_at.unwrap_or(self.updated_at),
            None => self.word.as_ref().map_or(self.updated_at, |word| word.at),
        }
    }

    pub fn origin(&self) -> AlertOrigin {
        self.alert
            .as_ref()
            .map_or(AlertOrigin::Condition, |alert| alert.origin)
    }

    pub fn name(&self) -> &str {
        match (&self.alert, &self.word) {
            (Some(alert), _) => &alert.name,
            (None, Some(word)) => &word.name,
            (None, None) => match (&self.live.raised, &self.live.sent) {
                (Some((name, _)), _) => name,
                (None, Some(sent)) => &sent.name,
                (None, None) => "",
            },
        }
    }

    /// Since when it is true.
    pub fn active_at(&self) -> Timestamp {
        if let Some((_, began)) = &self.live.raised {
            return *began;
        }
        match (&self.word, &self.alert) {
            (Some(word), _) if word.state != AlertState::Resolved => word.since,
            (_, Some(alert)) => alert.active_at,
            (Some(word), None) => word.since,
            (None, None) => Timestamp::NEVER,
        }
    }

    /// What it tells, for looking for causes.
    pub fn trouble(&self) -> Trouble<'_> {
        let name = self.name();
        Trouble {
            nature: self.live.nature.unwrap_or_else(|| Nature::of(name)),
            kind: self.kind(),
            name,
        }
    }

    pub fn kind(&self) -> Option<EntityKind> {
        self.live.subject.as_ref().map(|subject| subject.kind)
    }

    /// What it is true of was said to have ended.
    pub fn ended(&mut self, at: Timestamp, options: &FlappingOptions) {
        self.forget_ends(at, options);
        self.ends.push(at);
        // More than decide it need not be kept.
        let surplus = self.ends.len().saturating_sub(options.changes.max(1) as usize);
        self.ends.drain(..surplus);
        if options.changes > 0 && self.ends.len() >= options.changes as usize {
            self.flapping_until = Some(at.plus_s(options.hold_s));
        }
    }

    /// Whether another end now would be one too many.
    pub fn would_flap(&self, at: Timestamp, options: &FlappingOptions) -> bool {
        let from = at.plus_s(-options.window_s);
        let lately = self.ends.iter().filter(|end| **end >= from).count();
        options.changes > 0 && lately + 1 >= options.changes as usize
    }

    /// It was said to be true again.
    pub fn began(&mut self, at: Timestamp, options: &FlappingOptions) {
        self.forget_ends(at, options);
        if self.flaps(at) {
            self.flapping_until = Some(at.plus_s(options.hold_s));
        }
    }

    /// Takes what a record of an alert says for the word of whoever it comes from: its rule, or its sender. `gone` is whether
    /// that is because its subject was forgotten.
    pub fn hear(&mut self, alert: &Alert, gone: bool, now: Timestamp, options: &FlappingOptions) {
        match (self.word.as_ref().map(|word| word.state), alert.state) {
            (Some(AlertState::Firing), AlertState::Resolved) => self.ended(now, options),
            (Some(AlertState::Resolved), AlertState::Pending | AlertState::Firing) => {
                self.began(now, options);
            }
            _ => {}
        }
        self.word = Some(Word {
            state: alert.state,
            severity: alert.severity,
            since: alert.active_at,
            at: alert.ended_at.unwrap_or(now),
            reason: alert.reason.clone(),
            name: alert.name.clone(),
            subject: alert.subject.clone(),
            gone,
            kept_since: alert.kept_since,
        });
    }

    fn forget_ends(&mut self, at: Timestamp, options: &FlappingOptions) {
        let from = at.plus_s(-options.window_s);
        self.ends.retain(|end| *end >= from);
    }

    /// An alert of a place that was inferred is on record anew: the place fell, or is up again.
    pub fn place_changed(&mut self, alert: &Alert, at: Timestamp, options: &FlappingOptions) {
        let was_down = self.alert.as_ref().is_some_and(is_of_fall);
        match (was_down, is_of_fall(alert)) {
            (true, false) => self.ended(at, options),
            (false, true) => self.began(at, options),
            _ => {}
        }
    }

    /// The desk's record of a rule's alert with what the rule said last: the desk may have decided before it knew.
    pub fn with_rules_word<'a>(&self, decided: &'a Alert) -> Cow<'a, Alert> {
        let kept_since = self.word.as_ref().and_then(|word| word.kept_since);
        let mut whole = Cow::Borrowed(decided);
        if decided.state == AlertState::Firing && decided.kept_since != kept_since {
            whole.to_mut().kept_since = kept_since;
        }
        whole
    }

    /// A record that says of a firing alert that its rule only keeps it, or no longer only keeps it: such is the rule's,
    /// which knows neither cause nor flapping. With both as they are on record.
    pub fn with_desks_word<'a>(&self, said: &'a Alert) -> Cow<'a, Alert> {
        let mut whole = Cow::Borrowed(said);
        let is_rules_own = self
            .word
            .as_ref()
            .is_some_and(|word| word.state == AlertState::Firing && word.kept_since != said.kept_since);
        let known = self.alert.as_ref();
        if let Some(known) = known.filter(|known| is_rules_own && known.state == said.state)
            && said.state == AlertState::Firing
        {
            let alert = whole.to_mut();
            alert.cause.clone_from(&known.cause);
            alert.flapping = known.flapping;
        }
        whole
    }

    /// Nobody waits for more of its kind before it is told.
    pub fn is_told_at_once(&self) -> bool {
        self.id == FLEET_DOWN
    }

    /// Whether its coming and going is damped.
    pub fn flaps(&self, now: Timestamp) -> bool {
        self.flapping_until.is_some_and(|until| now < until)
    }

    /// Who has it in hand, unless it got worse since or the time is over.
    pub fn in_hand(&self, now: Timestamp) -> Option<&InHand> {
        self.in_hand.as_ref().filter(|hand| {
            let severity = self.alert.as_ref().map(|alert| alert.severity);
            hand.said.until.is_none_or(|until| now < until) && severity <= Some(hand.severity)
        })
    }

    /// Keeps what it was under other labels.
    pub fn remember(&mut self, old: Alert) {
        let known = fingerprint(&old.labels);
        self.former.retain(|other| fingerprint(&other.labels) != known);
        self.former.push(old);
        let surplus = self.former.len().saturating_sub(FORMER_MAX);
        self.former.drain(..surplus);
    }
}
