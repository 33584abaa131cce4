//! What a run through the past came to.

use std::collections::BTreeMap;

use swarmpulse_api::{
    Backtest, BacktestFiring, BacktestMessage, BacktestReceiver, BacktestSummary, FiringTimes,
};
use swarmpulse_model::{Text, Timestamp};

use crate::comparison::{Compared, Seen};
use crate::firing::Firing;
use crate::message::{ComparedMessage, ReceiverCount, Told};

/// Messages that are shown one by one; all are counted.
const MESSAGES_SHOWN: usize = 1_000;

/// What a run through the past came to. The same for the same past, rules and span.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestReport {
    /// The beginning, inclusive.
    pub from: Timestamp,
    /// The end, exclusive.
    pub to: Timestamp,
    /// Groups that were run.
    pub groups: usize,
    /// Their rules.
    pub rules: usize,
    /// Moments at which groups were evaluated, those included at which no rule had anything to say.
    pub evaluations: u64,
    /// Samples that were read.
    pub samples_read: u64,
    /// What fired, as it would have been, as it was, or both; by time.
    pub firings: Vec<Compared>,
    /// Alerts of conditions that fired in the span: detectors and verdicts raise them, and the desk decides what becomes of
    /// them.
    pub of_conditions: usize,
    /// Who would have been told what, beside who was.
    pub told: Told,
    /// Rules that could not be evaluated, with the first reason of each.
    pub errors: BTreeMap<String, String>,
}

impl BacktestReport {
    /// How many firings were seen so.
    #[must_use]
    pub fn count(&self, seen: Seen) -> usize {
        self.firings
            .iter()
            .filter(|compared| compared.seen == seen)
            .count()
    }

    /// As the API and the command show it.
    #[must_use]
    pub fn shape(&self) -> Backtest {
        let count = |seen| self.count(seen) as u64;
        Backtest {
            from: self.from.to_string(),
            to: self.to.to_string(),
            groups: self.groups as u64,
            rules: self.rules as u64,
            evaluations: self.evaluations,
            samples_read: self.samples_read,
            summary: BacktestSummary {
                both: count(Seen::Both),
                new: count(Seen::New),
                gone: count(Seen::Gone),
                of_conditions: self.of_conditions as u64,
            },
            firings: self.firings.iter().filter_map(shape_of).collect(),
            receivers: self.told.receivers.iter().map(receiver_of).collect(),
            messages: self
                .told
                .messages
                .iter()
                .take(MESSAGES_SHOWN)
                .map(message_of)
                .collect(),
            messages_omitted: self.told.messages.len().saturating_sub(MESSAGES_SHOWN) as u64,
            errors: self.errors.clone(),
        }
    }
}

fn shape_of(compared: &Compared) -> Option<BacktestFiring> {
    let firing = compared.firing()?;
    Some(BacktestFiring {
        seen: compared.seen.as_str().to_owned(),
        id: firing.id.to_string(),
        name: firing.name.to_string(),
        origin: firing.origin.as_str().to_owned(),
        severity: firing.severity.as_str().to_owned(),
        labels: firing
            .labels
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        message: firing.reason.to_string(),
        would: compared.would.as_ref().map(times_of),
        did: compared.did.as_ref().map(times_of),
    })
}

fn receiver_of((name, count): (&Text, &ReceiverCount)) -> BacktestReceiver {
    BacktestReceiver {
        receiver: name.to_string(),
        would: count.would,
        fired: count.fired,
        resolved: count.ended,
        repeated: count.repeated,
        did: count.did,
    }
}

fn message_of(compared: &ComparedMessage) -> BacktestMessage {
    let message = &compared.message;
    BacktestMessage {
        seen: compared.seen.as_str().to_owned(),
        would_at: (compared.seen != Seen::Gone).then(|| message.at.to_string()),
        did_at: compared.did_at.map(|at| at.to_string()),
        receiver: message.receiver.to_string(),
        channel: message.channel.to_string(),
        reason: message.reason.as_str().to_owned(),
        group: message
            .group_labels
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        firing: message.firing as u64,
        resolved: message.ended as u64,
        alerts: message.names.iter().map(ToString::to_string).collect(),
    }
}

fn times_of(firing: &Firing) -> FiringTimes {
    FiringTimes {
        active_at: firing.active_at.to_string(),
        fired_at: firing.fired_at.to_string(),
        ended_at: firing.ended_at.map(|ended_at| ended_at.to_string()),
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Up to here.
    pub at: Timestamp,
    /// From 0 to 1.
    pub ratio: f64,
}
