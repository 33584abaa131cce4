//! Messages: what was told to whom when, as it would have been, as it was, or both.

use std::collections::BTreeMap;

use swarmpulse_model::alert::{Notification, NotifyReason};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Text, Timestamp};

use crate::comparison::Seen;

/// Two messages of one group and reason are the same if they lie no further apart than this.
const APART_MAX_NS: i64 = 120 * SECOND_NS;
/// Alerts that a message names.
const NAMED_MAX: usize = 5;

/// A group of alerts, told to one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// When it was decided.
    pub at: Timestamp,
    /// The receiver.
    pub receiver: Text,
    /// The channel within the receiver.
    pub channel: Text,
    /// Why then.
    pub reason: NotifyReason,
    /// The group's key.
    pub group: Text,
    /// What the group was formed by.
    pub group_labels: BTreeMap<Text, Text>,
    /// Alerts of it that fired.
    pub firing: usize,
    /// Alerts of it that had ended.
    pub ended: usize,
    /// Names of the first few alerts, each once.
    pub names: Vec<Text>,
}

impl Message {
    pub(crate) fn of(told: &Notification) -> Self {
        let mut names: Vec<Text> = Vec::new();
        for notified in &told.alerts {
            if names.len() < NAMED_MAX && !names.contains(&notified.alert.name) {
                names.push(notified.alert.name.clone());
            }
        }
        Self {
            at: told.at,
            receiver: told.receiver.clone(),
            channel: told.channel.clone(),
            reason: told.reason,
            group: told.group_key.clone(),
            group_labels: told
                .group_labels
                .iter()
                .map(|label| (label.name.clone(), label.value.clone()))
                .collect(),
            firing: told.firing.len(),
            ended: told.resolved.len(),
            names,
        }
    }

    fn is_of(&self) -> (&str, &str, &str, NotifyReason) {
        (&self.receiver, &self.channel, &self.group, self.reason)
    }
}

/// A message as it would have been, as it was, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedMessage {
    /// In which of the two.
    pub seen: Seen,
    /// It, as it would have been where there is that.
    pub message: Message,
    /// When it was told, if it was.
    pub did_at: Option<Timestamp>,
}

/// How much one receiver would have been told, and was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiverCount {
    /// Messages that it would have got.
    pub would: u64,
    /// Of these, that something fired.
    pub fired: u64,
    /// Of these, that all of something ended.
    pub ended: u64,
    /// Of these, that nothing had changed for long.
    pub repeated: u64,
    /// Messages that it got.
    pub did: u64,
}

/// Who would have been told what, beside who was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Every receiver that would have got a message or got one.
    pub receivers: BTreeMap<Text, ReceiverCount>,
    /// The messages, by time.
    pub messages: Vec<ComparedMessage>,
}

/// Pairs the messages of each group in the order of time.
pub(crate) fn compare(would: Vec<Message>, did: Vec<Message>) -> Told {
    let mut told = Told::default();
    for message in &would {
        let count = told.receivers.entry(message.receiver.clone()).or_default();
        count.would += 1;
        match message.reason {
            NotifyReason::Fired => count.fired += 1,
            NotifyReason::Resolved => count.ended += 1,
            NotifyReason::Repeated | NotifyReason::Test => count.repeated += 1,
        }
    }
    type Of = (Text, Text, Text, NotifyReason);
    let own = |message: &Message| -> Of {
        let (receiver, channel, group, reason) = message.is_of();
        (receiver.into(), channel.into(), group.into(), reason)
    };
    let mut open: BTreeMap<Of, Vec<Message>> = BTreeMap::new();
    for message in did {
        told.receivers.entry(message.receiver.clone()).or_default().did += 1;
        open.entry(own(&message)).or_default().push(message);
    }
    for message in would {
        let partner = open.get_mut(&own(&message)).and_then(|others| {
            let near = |other: &Message| message.at.since(other.at).abs() <= APART_MAX_NS;
            let found = others.iter().position(near)?;
            Some(others.remove(found))
        });
        told.messages.push(ComparedMessage {
            seen: if partner.is_some() { Seen::Both } else { Seen::New },
            did_at: partner.map(|partner| partner.at),
            message,
        });
    }
    told.messages
        .extend(open.into_values().flatten().map(|message| ComparedMessage {
            seen: Seen::Gone,
            did_at: Some(message.at),
            message,
        }));
    told.messages.sort_by(|a, b| {
        let key = |one: &ComparedMessage| (one.message.at, own(&one.message), one.seen);
        key(a).cmp(&key(b))
    });
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(receiver: &str, group: &str, reason: NotifyReason, at_s: f64) -> Message {
        Message {
            at: Timestamp::from_unix_s(at_s),
            receiver: receiver.into(),
            channel: "slack/0".into(),
            reason,
            group: group.into(),
            group_labels: BTreeMap::new(),
            firing: 1,
            ended: 0,
            names: Vec::new(),
        }
    }

    #[test]
    fn messages_are_paired_by_receiver_group_and_reason() {
        use NotifyReason::{Fired, Repeated, Resolved};
        let told = compare(
            vec![
                message("a", "g", Fired, 1000.0),
                message("a", "g", Resolved, 2000.0),
                message("b", "g", Repeated, 3000.0),
            ],
            vec![
                message("a", "g", Fired, 1090.0),
                message("a", "g", Resolved, 2200.0),
                message("c", "g", Fired, 4000.0),
            ],
        );
        let seen: Vec<(Seen, &str)> = told
            .messages
            .iter()
            .map(|one| (one.seen, one.message.receiver.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (Seen::Both, "a"),
                (Seen::New, "a"),
                (Seen::Gone, "a"),
                (Seen::New, "b"),
                (Seen::Gone, "c")
            ]
        );
        assert_eq!(told.messages[0].did_at, Some(Timestamp::from_unix_s(1090.0)));
        let a = told.receivers["a"];
        assert_eq!((a.would, a.fired, a.ended, a.repeated, a.did), (2, 1, 1, 0, 2));
        assert_eq!((told.receivers["b"].repeated, told.receivers["c"].did), (1, 1));
    }
}
