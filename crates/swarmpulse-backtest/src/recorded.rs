//! What history has for the desk: what it was given, and what was told.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::alert::{AlertOrigin, Notification, NotifyReason};
use swarmpulse_model::{Alert, AlertState, Effect, EntityKey, Text, Timestamp};

use crate::message::Message;

/// What the desk was given, in the order of time, and what came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// Conditions, alerts of rules and of others, silences, acknowledgements, subjects that were forgotten.
    pub(crate) effects: Vec<(Timestamp, Effect)>,
    /// What was told, by time.
    pub(crate) told: Vec<Message>,
    /// What alerts' subjects stood on, as far as an alert of it was their cause.
    pub(crate) stood_on: BTreeMap<EntityKey, BTreeSet<EntityKey>>,
    /// Hosts and sandboxes that were found to be down: from when until when.
    pub(crate) fell: BTreeMap<EntityKey, Vec<Fall>>,
    /// Subjects of alerts by the alerts' ids.
    subjects: BTreeMap<Text, EntityKey>,
}

/// A time for which a host or a sandbox was found to be down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fall {
    pub from: Timestamp,
    /// `None`: it went on.
    pub to: Option<Timestamp>,
}

impl Recorded {
    /// Takes an effect of history, the earlier ones first.
    pub(crate) fn take(&mut self, at: Timestamp, effect: &Effect) {
        match effect {
            Effect::Alert(alert) => self.take_alert(at, alert),
            Effect::Notification(told) => self.take_told(told),
            Effect::Condition(_) | Effect::Silence(_) | Effect::Acknowledgement(_) | Effect::Forgotten(_) => {
                self.effects.push((at, effect.clone()));
            }
            Effect::Verdict(_)
            | Effect::Task(_)
            | Effect::Sandbox(_)
            | Effect::Restart(_)
            | Effect::Event(_)
            | Effect::Failure(_)
            | Effect::Joined(_)
            | Effect::Delivery(_) => {}
        }
    }

    fn take_alert(&mut self, at: Timestamp, alert: &Alert) {
        if let Some(subject) = &alert.subject {
            self.subjects.insert(alert.id.clone(), subject.clone());
            let below = alert.cause.as_ref().and_then(|cause| self.subjects.get(cause));
            if let Some(below) = below.filter(|below| *below != subject) {
                let all = self.stood_on.entry(subject.clone()).or_default();
                all.insert(below.clone());
            }
        }
        match alert.origin {
            // Decided anew from the conditions.
            AlertOrigin::Condition => {}
            AlertOrigin::Cause => self.take_cause(alert),
            // What names a cause or flaps is the desk's word, not the rule's.
            AlertOrigin::Rule | AlertOrigin::External => {
                if alert.cause.is_none() && !alert.flapping {
                    self.effects.push((at, Effect::Alert(Box::new(alert.clone()))));
                }
            }
        }
    }

    fn take_cause(&mut self, alert: &Alert) {
        let Some(subject) = &alert.subject else {
            return;
        };
        let falls = self.fell.entry(subject.clone()).or_default();
        let open = falls.last_mut().filter(|fall| fall.to.is_none());
        match (alert.state, open) {
            (AlertState::Resolved, Some(fall)) => fall.to = alert.ended_at,
            (AlertState::Resolved, None) => falls.push(Fall {
                from: alert.active_at,
                to: alert.ended_at,
            }),
            (AlertState::Pending | AlertState::Firing, Some(_)) => {}
            (AlertState::Pending | AlertState::Firing, None) => falls.push(Fall {
                from: alert.active_at,
                to: None,
            }),
        }
    }

    fn take_told(&mut self, told: &Notification) {
        if told.reason != NotifyReason::Test {
            self.told.push(Message::of(told));
        }
    }
}
