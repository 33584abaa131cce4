//! The outbox: notifications that are journaled and not yet delivered, and those that were given up.
//!
//! A projection of the journal, as the desk is: [`Outbox::apply`] is given every effect in order, and the whole is kept in
//! `state.db` with its offset. So a crash loses none, and what was on its way is sent again under the same id.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swarmpulse_model::alert::{Delivery, DeliveryOutcome, Notification};
use swarmpulse_model::{Effect, EffectId, Text, Timestamp};

use super::board::DeadLetter;

/// Notifications that may wait at once; further ones are given up at once, visibly.
const WAITING_MAX: usize = 10_000;
/// Dead letters that are kept.
const DEAD_MAX: usize = 1_000;
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

/// What waits and what was given up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outbox {
    waiting: BTreeMap<EffectId, Waiting>,
    dead: VecDeque<Dead>,
    /// Those that the sender has not been handed yet.
    #[serde(skip)]
    fresh: BTreeSet<EffectId>,
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
        if self.waiting.len() >= WAITING_MAX {
            let error = Text::from(format!("{WAITING_MAX} notifications wait already"));
            self.bury(Dead {
                id,
                waiting,
                attempts: 0,
                error,
                at,
            });
        } else {
            self.waiting.insert(id, waiting);
            self.fresh.insert(id);
        }
        true
    }

    fn settle(&mut self, at: Timestamp, delivery: &Delivery) -> bool {
        let id = delivery.notification;
        match delivery.outcome {
            DeliveryOutcome::Delivered => {
                self.fresh.remove(&id);
                let dead = self.dead.len();
                self.dead.retain(|dead| dead.id != id);
                self.waiting.remove(&id).is_some() || self.dead.len() < dead
            }
            DeliveryOutcome::Dead => {
                self.fresh.remove(&id);
                let Some(waiting) = self.waiting.remove(&id) else {
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
                let Some(place) = self.dead.iter().position(|dead| dead.id == id) else {
                    return false;
                };
                if let Some(dead) = self.dead.remove(place) {
                    let waiting = Waiting {
                        since: at,
                        ..dead.waiting
                    };
                    self.waiting.insert(id, waiting);
                    self.fresh.insert(id);
                }
                true
            }
        }
    }

    fn bury(&mut self, dead: Dead) {
        self.dead.push_back(dead);
        while self.dead.len() > DEAD_MAX {
            self.dead.pop_front();
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
mod tests {
    use super::super::cases::{id, notification};
    use super::*;

    fn told(id: EffectId, outcome: DeliveryOutcome) -> Effect {
        Effect::Delivery(Box::new(Delivery {
            notification: id,
            receiver: "team".into(),
            channel: "webhook/0".into(),
            outcome,
            attempts: 3,
            error: (outcome == DeliveryOutcome::Dead).then(|| "the channel refuses it".into()),
            at: Timestamp(5),
        }))
    }

    fn handed(outbox: &mut Outbox) -> Vec<EffectId> {
        let mut all = Vec::new();
        outbox.hand_over(|id, _| {
            all.push(id);
            true
        });
        all
    }

    #[test]
    fn what_waits_survives_and_is_handed_over_anew() {
        let mut outbox = Outbox::default();
        for offset in 1..=3 {
            let effect = Effect::Notification(Box::new(notification("g", &[offset], &[])));
            assert!(outbox.apply(id(offset), Timestamp(offset as i64), &effect));
        }
        assert_eq!(handed(&mut outbox), [id(1), id(2), id(3)]);
        assert!(handed(&mut outbox).is_empty(), "each once");
        assert!(outbox.apply(id(9), Timestamp(9), &told(id(2), DeliveryOutcome::Delivered)));
        let mut again = Outbox::load(&outbox.save().unwrap()).unwrap();
        assert_eq!(handed(&mut again), [id(1), id(3)]);
        assert_eq!(again.waiting(), 2);
        assert!(
            !again.apply(id(9), Timestamp(9), &told(id(2), DeliveryOutcome::Delivered)),
            "a repeat changes nothing"
        );
    }

    #[test]
    fn dead_letters_are_seen_and_can_be_tried_again() {
        let mut outbox = Outbox::default();
        let effect = Effect::Notification(Box::new(notification("g", &[1], &[])));
        outbox.apply(id(1), Timestamp(1), &effect);
        handed(&mut outbox);
        outbox.apply(id(2), Timestamp(2), &told(id(1), DeliveryOutcome::Dead));
        assert_eq!((outbox.waiting(), outbox.dead().len()), (0, 1));
        let letter = &outbox.dead()[0];
        assert_eq!((letter.id, letter.attempts), (id(1), 3));
        assert_eq!(letter.error, "the channel refuses it");
        outbox.apply(id(3), Timestamp(3), &told(id(1), DeliveryOutcome::Retried));
        assert!(outbox.dead().is_empty());
        assert_eq!(handed(&mut outbox), [id(1)], "under the same id");
    }

    #[test]
    fn a_full_sender_is_asked_again_later() {
        let mut outbox = Outbox::default();
        for offset in 1..=2 {
            let effect = Effect::Notification(Box::new(notification("g", &[offset], &[])));
            outbox.apply(id(offset), Timestamp(1), &effect);
        }
        outbox.hand_over(|_, _| false);
        assert!(outbox.has_fresh());
        assert_eq!(handed(&mut outbox), [id(1), id(2)]);
        assert!(!outbox.has_fresh());
    }

    #[test]
    fn the_outbox_is_bounded_and_what_does_not_fit_is_seen() {
        let mut outbox = Outbox::default();
        let effect = Effect::Notification(Box::new(notification("g", &[1], &[])));
        for offset in 0..WAITING_MAX as u64 + DEAD_MAX as u64 + 5 {
            outbox.apply(id(offset), Timestamp(1), &effect);
        }
        assert_eq!(outbox.waiting(), WAITING_MAX as u64);
        assert_eq!(outbox.dead().len(), DEAD_MAX);
        assert!(outbox.dead()[0].error.contains("10000 notifications wait"));
    }

    #[test]
    fn another_form_is_refused() {
        let mut body = Outbox::default().save().unwrap();
        body[0] = 9;
        assert!(matches!(Outbox::load(&body), Err(OutboxError::Version(9))));
        assert!(Outbox::load(&[]).is_err());
    }
}
