//! The outbox: notifications that are journaled and not yet delivered, and those that were given up.
//!
//! A projection of the journal, as the desk is: [`Outbox::apply`] is given every effect in order, and the whole is kept in
//! `state.db` with its offset. So a crash loses none, and what was on its way is sent again under the same id.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swarmpulse_model::alert::{Delivery, DeliveryOutcome, Notification, NotifiedAlert};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Effect, EffectId, Text, Timestamp};

use super::board::DeadLetter;

/// Notifications that may wait for one channel; further ones are given up at once, visibly.
const WAITING_OF_CHANNEL_MAX: usize = 10_000;
/// Notifications that may wait at once, and the bytes of memory that they may take, about. Beyond, only a channel for which
/// few wait is given more: those that do not answer take no room from those that do.
const WAITING_MAX: usize = 100_000;
const BYTES_MAX: usize = 256 << 20;
/// So few may always wait for a channel.
const FEW: usize = 100;
/// Dead letters that are kept, and the bytes of memory that they may take, about; the newest always is.
const DEAD_MAX: usize = 1_000;
const DEAD_BYTES_MAX: usize = 64 << 20;
/// The form in which it is kept.
const VERSION: u32 = 1;

/// A notification on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// What is to be told.
    #[serde(with = "shared")]
    pub notification: Arc<Notification>,
    /// When it was decided, or a person wanted it to be tried again.
    pub since: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Dead {
    id: EffectId,
    waiting: Waiting,
    attempts: u32,
    error: Text,
    at: Timestamp,
}

impl Waiting {
    fn channel(&self) -> (Text, Text) {
        (
            self.notification.receiver.clone(),
            self.notification.channel.clone(),
        )
    }

    /// About how much memory it takes.
    fn bytes(&self) -> usize {
        let of_labels = |labels: &[Label]| -> usize {
            labels
                .iter()
                .map(|label| 64 + label.name.len() + label.value.len())
                .sum()
        };
        let of_alert = |told: &NotifiedAlert| -> usize {
            let alert = &told.alert;
            let symptoms = told
                .symptoms
                .iter()
                .map(|symptom| 128 + symptom.alert.len() + symptom.subject.len());
            512 + of_labels(&alert.labels)
                + of_labels(&alert.annotations)
                + alert.id.len()
                + alert.reason.len()
                + symptoms.sum::<usize>()
        };
        let told = &*self.notification;
        512 + told.group_key.len()
            + of_labels(&told.group_labels)
            + 8 * (told.firing.len() + told.resolved.len())
            + told.alerts.iter().map(of_alert).sum::<usize>()
    }
}

/// What waits and what was given up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outbox {
    waiting: BTreeMap<EffectId, Waiting>,
    dead: VecDeque<Dead>,
    /// Those that the sender has not been handed yet.
    #[serde(skip)]
    fresh: BTreeSet<EffectId>,
    /// How many wait for each channel, by receiver and channel.
    #[serde(skip)]
    by_channel: HashMap<(Text, Text), usize>,
    /// What waits takes so much memory, about.
    #[serde(skip)]
    bytes: usize,
    /// The dead letters take so much, about.
    #[serde(skip)]
    dead_bytes: usize,
    /// How often they have changed.
    #[serde(skip)]
    dead_changes: u64,
    /// Dead letters that gave way to newer ones since this was last asked.
    #[serde(skip)]
    dead_dropped: u64,
}

/// Why a kept outbox cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboxError {
    #[error("it is of form {0}, this release knows {VERSION}")]
    Version(u32),
    #[error(transparent)]
    Damaged(#[from] rmp_serde::decode::Error),
    #[error(transparent)]
    Unwritable(#[from] rmp_serde::encode::Error),
}

impl Outbox {
    /// The outbox as it was kept; everything in it is to be handed to the sender anew.
    pub fn load(body: &[u8]) -> Result<Self, OutboxError> {
        let (version, rest) = body.split_first_chunk::<4>().unwrap_or((&[0; 4], body));
        let version = u32::from_le_bytes(*version);
        if version != VERSION {
            return Err(OutboxError::Version(version));
        }
        let mut outbox: Self = rmp_serde::from_slice(rest)?;
        outbox.fresh = outbox.waiting.keys().copied().collect();
        for waiting in outbox.waiting.values() {
            *outbox.by_channel.entry(waiting.channel()).or_default() += 1;
            outbox.bytes += waiting.bytes();
        }
        outbox.dead_bytes = outbox.dead.iter().map(|dead| dead.waiting.bytes()).sum();
        Ok(outbox)
    }

    /// As it is to be kept.
    pub fn save(&self) -> Result<Vec<u8>, OutboxError> {
        let mut body = VERSION.to_le_bytes().to_vec();
        rmp_serde::encode::write_named(&mut body, self)?;
        Ok(body)
    }

    /// Takes an effect; true if it changed anything.
    pub fn apply(&mut self, id: EffectId, at: Timestamp, effect: &Effect) -> bool {
        match effect {
            Effect::Notification(notification) => self.take_in(id, at, notification),
            Effect::Delivery(delivery) => self.settle(at, delivery),
            _ => false,
        }
    }

    fn take_in(&mut self, id: EffectId, at: Timestamp, notification: &Notification) -> bool {
        if self.waiting.contains_key(&id) {
            return false;
        }
        let waiting = Waiting {
            notification: Arc::new(notification.clone()),
            since: at,
        };
        if let Err(error) = self.room(&waiting) {
            self.bury(Dead {
                id,
                waiting,
                attempts: 0,
                error,
                at,
            });
        } else {
            self.add(id, waiting);
        }
        true
    }

    /// Whether one more may wait.
    fn room(&self, waiting: &Waiting) -> Result<(), Text> {
        let channel = waiting.channel();
        let of_channel = self.by_channel.get(&channel).copied().unwrap_or_default();
        if of_channel >= WAITING_OF_CHANNEL_MAX {
            let (receiver, channel) = channel;
            return Err(
                format!("{of_channel} notifications wait for {channel} of {receiver} already").into(),
            );
        }
        let full = self.waiting.len() >= WAITING_MAX || self.bytes + waiting.bytes() > BYTES_MAX;
        if full && of_channel >= FEW {
            let (total, mib) = (self.waiting.len(), self.bytes >> 20);
            return Err(format!("{total} notifications of {mib} MiB wait already").into());
        }
        Ok(())
    }

    fn add(&mut self, id: EffectId, waiting: Waiting) {
        *self.by_channel.entry(waiting.channel()).or_default() += 1;
        self.bytes += waiting.bytes();
        self.waiting.insert(id, waiting);
        self.fresh.insert(id);
    }

    fn remove(&mut self, id: EffectId) -> Option<Waiting> {
        self.fresh.remove(&id);
        let waiting = self.waiting.remove(&id)?;
        self.bytes = self.bytes.saturating_sub(waiting.bytes());
        if let Entry::Occupied(mut count) = self.by_channel.entry(waiting.channel()) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        Some(waiting)
    }

    fn settle(&mut self, at: Timestamp, delivery: &Delivery) -> bool {
        let id = delivery.notification;
        match delivery.outcome {
            DeliveryOutcome::Delivered => {
                // What waits is not among the dead.
                self.remove(id).is_some() || self.unbury(id).is_some()
            }
            DeliveryOutcome::Dead => {
                let Some(waiting) = self.remove(id) else {
                    return false;
                };
                self.bury(Dead {
                    id,
                    waiting,
                    attempts: delivery.attempts,
                    error: delivery.error.clone().unwrap_or_default(),
                    at,
                });
                true
            }
            DeliveryOutcome::Retried => {
                let Some(dead) = self.unbury(id) else {
                    return false;
                };
                let waiting = Waiting {
                    since: at,
                    ..dead.waiting
                };
                self.add(id, waiting);
                true
            }
        }
    }

    fn unbury(&mut self, id: EffectId) -> Option<Dead> {
        let place = self.dead.iter().position(|dead| dead.id == id)?;
        self.dead_changes += 1;
        let dead = self.dead.remove(place)?;
        self.dead_bytes -= dead.waiting.bytes();
        Some(dead)
    }

    fn bury(&mut self, dead: Dead) {
        self.dead_changes += 1;
        self.dead_bytes += dead.waiting.bytes();
        self.dead.push_back(dead);
        while self.dead.len() > DEAD_MAX || (self.dead_bytes > DEAD_BYTES_MAX && self.dead.len() > 1) {
            if let Some(oldest) = self.dead.pop_front() {
                self.dead_bytes -= oldest.waiting.bytes();
                self.dead_dropped += 1;
            }
        }
    }

    /// Hands what is fresh to `take`, the oldest first, until it refuses.
    pub fn hand_over(&mut self, mut take: impl FnMut(EffectId, &Waiting) -> bool) {
        while let Some(id) = self.fresh.first().copied() {
            if self.waiting.get(&id).is_some_and(|waiting| !take(id, waiting)) {
                return;
            }
            self.fresh.remove(&id);
        }
    }

    /// How many wait.
    pub fn waiting(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// Whether some were not handed over yet.
    pub fn has_fresh(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// Grows with each change of what was given up.
    pub fn dead_changes(&self) -> u64 {
        self.dead_changes
    }

    /// How many dead letters gave way to newer ones since the last call.
    pub fn take_dead_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dead_dropped)
    }

    /// What was given up, the newest last.
    pub fn dead(&self) -> Vec<DeadLetter> {
        let letter = |dead: &Dead| DeadLetter {
            id: dead.id,
            notification: Arc::clone(&dead.waiting.notification),
            attempts: dead.attempts,
            error: dead.error.clone(),
            at: dead.at,
        };
        self.dead.iter().map(letter).collect()
    }
}

/// A shared value as the value itself.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(value: &Arc<T>, to: S) -> Result<S::Ok, S::Error> {
        (**value).serialize(to)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Arc<T>, D::Error> {
        T::deserialize(from).map(Arc::new)
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod story;
#[cfg(test)]
mod tests;
