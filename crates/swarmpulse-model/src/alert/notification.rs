//! Notifications: one group of alerts told to one channel, and what became of it.

use serde::{Deserialize, Serialize};

use super::{Alert, AlertState};
use crate::series::Label;
use crate::{EffectId, Text, Timestamp};

/// Why a group is told now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotifyReason {
    /// Alerts of the group began to fire.
    Fired,
    /// Alerts of the group ended.
    Resolved,
    /// Nothing changed, but it was told long ago.
    Repeated,
    /// Somebody tries the channel.
    Test,
}

impl NotifyReason {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Resolved => "resolved",
            Self::Repeated => "repeated",
            Self::Test => "test",
        }
    }
}

/// What follows from an alert that is told: another alert, told with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Symptom {
    /// The alert's id.
    pub alert: Text,
    /// Its name.
    pub name: Text,
    /// Its subject, as `KIND ID`; empty for the monitor itself.
    pub subject: Text,
    /// Since when it holds.
    pub since: Timestamp,
}

/// An alert with what follows from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotifiedAlert {
    /// The alert.
    pub alert: Alert,
    /// What follows from it, as many as fit.
    pub symptoms: Vec<Symptom>,
    /// What follows from it, all of it.
    pub symptoms_total: u64,
}

/// A group of alerts to be told to one channel. The id of the effect is the key by which the channel knows a repeat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// The group: the same for everything that is told of it, firing and resolved; names an incident to channels that
    /// keep one.
    pub group_key: Text,
    /// The receiver's name.
    pub receiver: Text,
    /// The channel within the receiver: `slack/0`, `email/1`, ...
    pub channel: Text,
    /// Why now.
    pub reason: NotifyReason,
    /// What the group was formed by.
    pub group_labels: Vec<Label>,
    /// Its alerts, as many as fit: those that fire first, the gravest first.
    pub alerts: Vec<NotifiedAlert>,
    /// Alerts of the group that did not fit.
    pub omitted: u64,
    /// Fingerprints of all that fire, for comparing with the next: sorted.
    pub firing: Vec<u64>,
    /// Fingerprints of all that ended, sorted.
    pub resolved: Vec<u64>,
    /// When it was decided.
    pub at: Timestamp,
}

impl Notification {
    /// Whether anything of it still fires.
    #[must_use]
    pub fn state(&self) -> AlertState {
        if self.firing.is_empty() {
            AlertState::Resolved
        } else {
            AlertState::Firing
        }
    }
}

/// What became of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// The channel took it.
    Delivered,
    /// It was given up: the channel refuses it, or did not answer for too long. It can be tried again.
    Dead,
    /// A person wants it to be tried again.
    Retried,
}

impl DeliveryOutcome {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Retried => "retried",
        }
    }
}

/// What became of a notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// The notification: the id of its effect, `partition-offset-n`.
    pub notification: EffectId,
    /// The receiver's name.
    pub receiver: Text,
    /// The channel.
    pub channel: Text,
    /// What became of it.
    pub outcome: DeliveryOutcome,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up, or what went otherwise than the settings want; without secrets.
    pub error: Option<Text>,
    /// When.
    pub at: Timestamp,
}
