//! Notifications: what was told to whom, and what became of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One group of alerts told to one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    /// Its id: the key by which the channel knows a repeat.
    pub id: String,
    /// When it was decided.
    pub at: String,
    /// The receiver.
    pub receiver: String,
    /// The channel within it: `slack/0`, ...
    pub channel: String,
    /// Why then: fired, resolved, repeated or test.
    pub reason: String,
    /// firing, or resolved if nothing of it fired any more.
    pub state: String,
    /// The group, the same for everything that is told of it.
    pub group_key: String,
    /// What the group was formed by.
    pub group_labels: BTreeMap<String, String>,
    /// Its alerts, as many as fit.
    pub alerts: Vec<NotifiedAlert>,
    /// How many of its alerts fired.
    pub firing: u64,
    /// How many had ended.
    pub resolved: u64,
    /// waiting, delivered, dead (given up, can be tried again), or unknown if that is no longer known.
    pub outcome: String,
    /// How often it was tried, where that is known.
    pub attempts: Option<u32>,
    /// What went wrong the last time, without secrets.
    pub error: Option<String>,
    /// When it was delivered or given up.
    pub settled_at: Option<String>,
}

/// An alert as a notification tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotifiedAlert {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// critical, warning or info.
    pub severity: String,
    /// firing or resolved.
    pub state: String,
    /// One sentence.
    pub message: String,
    /// How many others were told as following from it.
    pub symptoms: u64,
}

/// `GET /api/v1/notifications`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notifications {
    /// What was told, the newest first.
    pub items: Vec<Notification>,
    /// Pass it as `cursor` for the next page; null at the end. Opaque.
    pub next: Option<String>,
    /// Those that wait for their turn or for a channel that does not answer, in all.
    pub waiting: u64,
    /// Those that were given up and can be tried again, in all.
    pub dead: u64,
}

/// Who is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Receiver {
    /// Its name.
    pub name: String,
    /// How it is told.
    pub channels: Vec<Channel>,
}

/// A channel and how it does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    /// Its name: `slack/0`, ...
    pub name: String,
    /// Whether it is told that alerts are over.
    pub send_resolved: bool,
    /// Notifications that it took.
    pub sent: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Attempts beyond the first.
    pub retried: u64,
    /// Notifications given up.
    pub dead: u64,
    /// Notifications sent in our own words, because templates of theirs failed.
    #[serde(default)]
    pub reworded: u64,
    /// Notifications that wait for it.
    pub waiting: u64,
    /// What went wrong the last time, without secrets.
    pub last_error: Option<String>,
}

/// `POST /api/v1/receivers/{name}/test`: what became of one message to each channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiverTest {
    /// The receiver.
    pub receiver: String,
    /// Its channels.
    pub channels: Vec<ChannelTest>,
}

/// What became of a message to one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelTest {
    /// Its name.
    pub name: String,
    /// It took the message.
    pub delivered: bool,
    /// Why it did not, without secrets.
    pub error: Option<String>,
    /// What the message opened there, an incident or an alert, was closed again.
    #[serde(default)]
    pub closed: bool,
    /// What the message said otherwise than the settings want: templates that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}
