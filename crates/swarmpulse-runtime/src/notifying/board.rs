//! How sending is: what waits, what was given up, and how each channel does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};
use swarmpulse_model::alert::Notification;
use swarmpulse_model::{EffectId, Text, Timestamp};

/// How sending is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutboxBoard {
    /// Notifications that are journaled and not yet delivered, those under way included.
    pub waiting: u64,
    /// Those of them that are being sent at this moment.
    pub sending: u64,
    /// What was given up, the newest last; at most 1,000.
    pub dead: Vec<DeadLetter>,
    /// The channels, by receiver and name.
    pub channels: Vec<ChannelFigures>,
}

/// A notification that was given up. It can be tried again.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// The notification's id.
    pub id: EffectId,
    /// What was to be told.
    pub notification: Arc<Notification>,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up, without secrets.
    pub error: Text,
    /// When.
    pub at: Timestamp,
}

/// How one channel does, since the start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChannelFigures {
    /// The receiver's name.
    pub receiver: Text,
    /// The channel: `slack/0`.
    pub channel: Text,
    /// Its kind; empty if it is no longer configured.
    pub kind: &'static str,
    /// The Alertmanagers that it forwards to, without credentials.
    pub alertmanagers: Vec<String>,
    /// Notifications that it took.
    pub sent: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Attempts beyond a notification's first.
    pub retried: u64,
    /// Notifications that were not sent by themselves, because a newer one told all that they would have.
    pub superseded: u64,
    /// Notifications that were given up.
    pub dead: u64,
    /// Notifications that were sent in our own words, because templates of theirs failed.
    pub reworded: u64,
    /// Notifications that wait for it.
    pub waiting: u64,
    /// Whether one is being sent.
    pub sending: bool,
    /// Why the last attempt that failed did, without secrets; `None` once one has succeeded since.
    pub last_error: Option<Text>,
    /// Why one was sent in our own words, the last time.
    pub last_remark: Option<Text>,
    /// When an attempt failed last.
    pub failed_at: Option<Timestamp>,
    /// When it took one last.
    pub sent_at: Option<Timestamp>,
}

/// The figures of a channel while they change.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub receiver: Text,
    pub channel: Text,
    pub sent: AtomicU64,
    pub failed: AtomicU64,
    pub retried: AtomicU64,
    pub superseded: AtomicU64,
    pub dead: AtomicU64,
    pub reworded: AtomicU64,
    pub waiting: AtomicU64,
    pub sending: AtomicU64,
    pub last: Mutex<Last>,
}

/// What happened to a channel last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Last {
    pub kind: &'static str,
    pub alertmanagers: Vec<String>,
    pub error: Option<Text>,
    pub remark: Option<Text>,
    pub failed_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
}

impl Tally {
    pub fn figures(&self) -> ChannelFigures {
        let last = self.last.lock().clone();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ChannelFigures {
            receiver: self.receiver.clone(),
            channel: self.channel.clone(),
            kind: last.kind,
            alertmanagers: last.alertmanagers,
            sent: count(&self.sent),
            failed: count(&self.failed),
            retried: count(&self.retried),
            superseded: count(&self.superseded),
            dead: count(&self.dead),
            reworded: count(&self.reworded),
            waiting: count(&self.waiting),
            sending: count(&self.sending) > 0,
            last_error: last.error,
            last_remark: last.remark,
            failed_at: last.failed_at,
            sent_at: last.sent_at,
        }
    }
}

/// Counts one more.
pub(crate) fn one(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// What is shown of sending, shared by those who change it.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub waiting: AtomicU64,
    pub dead: RwLock<Arc<Vec<DeadLetter>>>,
    pub tallies: RwLock<Vec<Arc<Tally>>>,
}

impl Shown {
    /// As it is now.
    pub fn board(&self) -> OutboxBoard {
        let channels: Vec<ChannelFigures> = self.tallies.read().iter().map(|tally| tally.figures()).collect();
        OutboxBoard {
            waiting: self.waiting.load(Ordering::Relaxed),
            sending: channels.iter().filter(|channel| channel.sending).count() as u64,
            dead: self.dead.read().to_vec(),
            channels,
        }
    }
}
