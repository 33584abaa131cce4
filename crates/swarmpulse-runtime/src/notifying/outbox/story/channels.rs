//! Channels that answer as a story says, remember what they were sent, and notice what they should not have been.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use proptest::prelude::TestCaseError;
use swarmpulse_model::alert::Notification;
use swarmpulse_model::{EffectId, Text};
use swarmpulse_notify::{Message, Notifier, SendError, Sending};

use super::super::super::receivers::LoadedChannel;

/// Channels of the one receiver; the last hears of no ends.
pub(in super::super) const CHANNELS: u8 = 3;
/// The shortest pause after an attempt that failed, in seconds.
const PAUSE_S: f64 = 0.75;
/// The longest that a channel may ask for, in seconds.
const ASKED_MAX_S: f64 = 900.0;
/// Pauses are measured in floating point.
const CLOSE_S: f64 = 0.001;

/// How a channel answers.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Answer {
    Takes,
    /// A 500, a 429, a connection refused: it is to be tried again, perhaps not before so long.
    Fails {
        asked_s: Option<u16>,
    },
    /// It never will take this.
    Refuses,
    Hangs,
}

pub(super) fn hears_ends(channel: u8) -> bool {
    channel + 1 < CHANNELS
}

pub(super) fn name(channel: u8) -> Text {
    Text::from(format!("webhook/{channel}"))
}

/// What a channel took.
#[derive(Clone)]
pub(super) struct Taken {
    /// How many crashes there were before.
    pub life: usize,
    pub id: EffectId,
    pub notification: Arc<Notification>,
}

/// What all channels remember.
#[derive(Default)]
pub(super) struct Memory {
    answers: BTreeMap<Text, Answer>,
    /// What was taken, in order.
    taken: Vec<Taken>,
    /// Ids that were taken since the last crash.
    of_life: BTreeSet<EffectId>,
    life: usize,
    /// Channels are left alone until then, in seconds, since they failed.
    pauses: BTreeMap<Text, f64>,
    wrong: Vec<String>,
}

pub(super) struct Channels {
    began: tokio::time::Instant,
    memory: Arc<Mutex<Memory>>,
}

impl Channels {
    pub fn new(began: tokio::time::Instant) -> Self {
        Self {
            began,
            memory: Arc::default(),
        }
    }

    pub fn answer(&self, channel: u8, answer: Answer) {
        self.memory.lock().answers.insert(name(channel), answer);
    }

    pub fn loaded(&self, channel: u8) -> LoadedChannel {
        let notifier = Channel {
            name: name(channel),
            began: self.began,
            memory: Arc::clone(&self.memory),
        };
        LoadedChannel {
            name: name(channel),
            notifier: Arc::new(notifier),
        }
    }

    /// Repeats are forgiven from here on, and nobody knows who failed.
    pub fn crashed(&self) {
        let mut memory = self.memory.lock();
        memory.pauses.clear();
        memory.of_life.clear();
        memory.life += 1;
    }

    pub fn may_be_told_again(&self, id: EffectId) {
        self.memory.lock().of_life.remove(&id);
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.memory.lock().taken.clone()
    }

    /// Whether something came that should not have.
    pub fn verdict(&self) -> Result<(), TestCaseError> {
        match self.memory.lock().wrong.first() {
            None => Ok(()),
            Some(wrong) => Err(TestCaseError::fail(wrong.clone())),
        }
    }
}

struct Channel {
    name: Text,
    began: tokio::time::Instant,
    memory: Arc<Mutex<Memory>>,
}

impl Channel {
    fn take(&self, message: &Message<'_>) -> Answer {
        let now_s = self.began.elapsed().as_secs_f64();
        let mut memory = self.memory.lock();
        let (id, name) = (message.id, self.name.clone());
        if message.notification.channel != name {
            let wrong = format!("{id} is for {}, and came to {name}", message.notification.channel);
            memory.wrong.push(wrong);
        }
        let pause_s = memory.pauses.remove(&name).unwrap_or_default();
        if now_s < pause_s - CLOSE_S {
            let wrong =
                format!("{name} was to be left alone until {pause_s} s and was sent {id} at {now_s} s");
            memory.wrong.push(wrong);
        }
        let answer = memory.answers.get(&name).copied().unwrap_or(Answer::Takes);
        match answer {
            Answer::Takes => {
                if !memory.of_life.insert(id) {
                    memory.wrong.push(format!("{id} came again without a crash"));
                }
                let life = memory.life;
                memory.taken.push(Taken {
                    life,
                    id,
                    notification: Arc::new(message.notification.clone()),
                });
            }
            Answer::Fails { asked_s } => {
                let asked_s = f64::from(asked_s.unwrap_or_default()).min(ASKED_MAX_S);
                memory.pauses.insert(name, now_s + asked_s.max(PAUSE_S));
            }
            Answer::Hangs => drop(memory.pauses.insert(name, now_s + 30.0 + PAUSE_S)),
            Answer::Refuses => {}
        }
        answer
    }
}

impl Notifier for Channel {
    fn kind(&self) -> &'static str {
        "story"
    }

    fn send_resolved(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(async move {
            match self.take(&message) {
                Answer::Takes => Ok(()),
                Answer::Fails { asked_s } => Err(SendError::Later {
                    detail: "answered 503".to_owned(),
                    after_s: asked_s.map(f64::from),
                }),
                Answer::Refuses => Err(SendError::Refused {
                    detail: "answered 404".to_owned(),
                }),
                Answer::Hangs => std::future::pending().await,
            }
        })
    }
}
