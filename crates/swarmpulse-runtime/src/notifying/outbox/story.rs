//! A story of notifications, of channels that answer, refuse and hang, of crashes and reloads; and what must hold of what
//! was told and what is left.
//!
//! The outbox and the lanes are the real ones, time is tokio's and passes by itself. The journal is a list, and what a
//! crash leaves is that list and the outbox as it was kept last.

mod channels;
mod checks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::TestCaseError;
use swarmpulse_model::alert::{Delivery, DeliveryOutcome, Notification, NotifyReason};
use swarmpulse_model::{Effect, EffectId, Text, Timestamp};
use tokio::sync::{Semaphore, mpsc, watch};

use super::super::cases::{id, notification};
use super::super::lane::Surroundings;
use super::super::lanes::{Lanes, Work};
use super::super::receivers::LoadedReceiver;
use super::Outbox;
use channels::Channels;
pub(super) use channels::{Answer, CHANNELS};

/// Groups of alerts, each told to every channel by itself.
pub(super) const GROUPS: u8 = 3;
/// Outcomes that wait to be journaled: few, so that lanes wait for the journal, too.
const DELIVERIES: usize = 3;
/// Longer than any pause between attempts.
const LONG_S: u64 = 2_000;

/// Something that happens.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Of these alerts, a bit each, the channel is to be told that they fire; of others that it was told of, that they end.
    Tell {
        group: u8,
        channel: u8,
        firing: u8,
    },
    /// So the channel answers from here on.
    Answer {
        channel: u8,
        answer: Answer,
    },
    Wait {
        seconds: u32,
    },
    /// The channels that are configured from here on, a bit each.
    Configure {
        channels: u8,
    },
    /// Desk and outbox are kept.
    Keep,
    Crash,
    /// Whether the journal refuses what is to be journaled of outcomes.
    Refuse {
        refuses: bool,
    },
    /// Whether the sender has no room for what the outbox hands over.
    Full {
        full: bool,
    },
    /// A person wants a dead letter to be tried again.
    Retry {
        letter: u8,
    },
}

/// What runs between two crashes.
struct Life {
    lanes: Lanes,
    delivered: mpsc::Receiver<Delivery>,
    /// Outcomes that the journal refused.
    refused: Vec<Delivery>,
    stop: watch::Sender<bool>,
}

pub(super) struct Story {
    began: tokio::time::Instant,
    journal: Vec<(EffectId, Timestamp, Effect)>,
    outbox: Outbox,
    /// The outbox as it was kept last, with so many entries of the journal in it.
    kept: (usize, Vec<u8>),
    channels: Channels,
    configured: u8,
    life: Life,
    refuses: bool,
    full: bool,
    /// What the desk holds to be told, by channel and group.
    told: BTreeMap<(u8, u8), u8>,
    /// Ids that persons wanted to be tried again.
    retried: BTreeSet<EffectId>,
    /// Ids that a channel took without anybody knowing, because of a crash.
    unknown: BTreeSet<EffectId>,
    /// Ids that were passed over without anybody knowing: they were given up, and are tried again after newer news.
    passed_over: BTreeSet<EffectId>,
}

impl Story {
    /// Plays a story to its end and looks at what holds there.
    pub fn play(steps: &[Step]) -> Result<(), TestCaseError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        runtime.block_on(async {
            let mut story = Self::new();
            for step in steps {
                story.happen(step).await?;
            }
            story.end().await
        })
    }

    fn new() -> Self {
        let began = tokio::time::Instant::now();
        let channels = Channels::new(began);
        let mut story = Self {
            began,
            journal: Vec::new(),
            outbox: Outbox::default(),
            kept: (0, Outbox::default().save().unwrap()),
            life: Life::begin(began),
            channels,
            configured: u8::MAX,
            refuses: false,
            full: false,
            told: BTreeMap::new(),
            retried: BTreeSet::new(),
            unknown: BTreeSet::new(),
            passed_over: BTreeSet::new(),
        };
        story.configure();
        story
    }

    fn now(&self) -> Timestamp {
        at(self.began)
    }

    async fn happen(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Tell {
                group,
                channel,
                firing,
            } => self.tell(*group, *channel, *firing),
            Step::Answer { channel, answer } => self.channels.answer(*channel, *answer),
            Step::Wait { seconds } => self.wait(u64::from(*seconds)).await,
            Step::Configure { channels } => {
                self.configured = *channels;
                self.configure();
            }
            Step::Keep => self.kept = (self.journal.len(), self.outbox.save().unwrap()),
            Step::Crash => self.crash().await?,
            Step::Refuse { refuses } => {
                self.refuses = *refuses;
                self.journal_refused();
            }
            Step::Full { full } => self.full = *full,
            Step::Retry { letter } => self.retry(*letter),
        }
        self.hand_over();
        self.check_bounds()?;
        self.channels.verdict()
    }

    /// The desk tells what is new; nothing if nothing is.
    fn tell(&mut self, group: u8, channel: u8, firing: u8) {
        let told = self.told.get(&(channel, group)).copied().unwrap_or_default();
        let hears_ends = channels::hears_ends(channel);
        let ended = if hears_ends { told & !firing } else { 0 };
        if firing == 0 && ended == 0 {
            return;
        }
        self.told.insert((channel, group), firing);
        let alerts = |bits: u8| -> Vec<u64> { (0..8).filter(|bit| bits >> bit & 1 == 1).collect() };
        let notification = Notification {
            channel: channels::name(channel),
            reason: if firing == 0 {
                NotifyReason::Resolved
            } else {
                NotifyReason::Fired
            },
            at: self.now(),
            ..notification(&format!("g{group}"), &alerts(firing), &alerts(ended))
        };
        self.append(Effect::Notification(Box::new(notification)));
    }

    /// Journals an effect; from here on it is acknowledged.
    fn append(&mut self, effect: Effect) {
        let entry = (id(self.journal.len() as u64), self.now(), effect);
        self.outbox.apply(entry.0, entry.1, &entry.2);
        self.journal.push(entry);
    }

    fn take_outcome(&mut self, delivery: Delivery) {
        if self.refuses {
            self.life.refused.push(delivery);
        } else {
            self.append(Effect::Delivery(Box::new(delivery)));
        }
    }

    fn journal_refused(&mut self) {
        if !self.refuses {
            for delivery in std::mem::take(&mut self.life.refused) {
                self.append(Effect::Delivery(Box::new(delivery)));
            }
        }
    }

    fn hand_over(&mut self) {
        if self.full {
            return self.outbox.hand_over(|_, _| false);
        }
        let lanes = &mut self.life.lanes;
        self.outbox.hand_over(|id, waiting| {
            lanes.take(Work::Tell {
                id,
                notification: Arc::clone(&waiting.notification),
                since: waiting.since,
            });
            true
        });
    }

    async fn wait(&mut self, seconds: u64) {
        let until = tokio::time::Instant::now() + Duration::from_secs(seconds);
        loop {
            self.hand_over();
            // While the journal refuses, outcomes wait where they are.
            let room = !self.refuses || self.life.refused.is_empty();
            tokio::select! {
                biased;
                Some(delivery) = self.life.delivered.recv(), if room => self.take_outcome(delivery),
                () = tokio::time::sleep_until(until) => return,
            }
        }
    }

    fn configure(&mut self) {
        let channels = (0..CHANNELS).filter(|channel| self.configured >> channel & 1 == 1);
        let receiver = LoadedReceiver {
            name: Text::const_new("team"),
            channels: channels.map(|channel| self.channels.loaded(channel)).collect(),
        };
        self.life.lanes.take(Work::Channels(vec![receiver]));
    }

    fn retry(&mut self, letter: u8) {
        let dead = self.outbox.dead();
        let Some(letter) = dead.get(usize::from(letter) % dead.len().max(1)) else {
            return;
        };
        self.retried.insert(letter.id);
        self.channels.may_be_told_again(letter.id);
        self.append(Effect::Delivery(Box::new(Delivery {
            notification: letter.id,
            receiver: letter.notification.receiver.clone(),
            channel: letter.notification.channel.clone(),
            outcome: DeliveryOutcome::Retried,
            attempts: letter.attempts,
            error: None,
            at: self.now(),
        })));
    }

    /// The monitor dies: what was not journaled is gone. It starts again from what was kept.
    async fn crash(&mut self) -> Result<(), TestCaseError> {
        let life = std::mem::replace(&mut self.life, Life::begin(self.began));
        life.end().await;
        self.note_what_nobody_knows();
        self.channels.crashed();
        let (applied, body) = &self.kept;
        let mut outbox = Outbox::load(body).unwrap();
        for (id, at, effect) in &self.journal[*applied..] {
            outbox.apply(*id, *at, effect);
        }
        checks::same(&self.outbox, &outbox)?;
        self.outbox = outbox;
        self.refuses = false;
        self.configure();
        Ok(())
    }

    fn note_what_nobody_knows(&mut self) {
        let taken = self.channels.taken();
        let waiting = self.outbox.waiting.iter();
        for (id, told) in waiting.map(|(id, waiting)| (*id, &waiting.notification)) {
            let same = |one: &&channels::Taken| {
                one.notification.channel == told.channel && one.notification.group_key == told.group_key
            };
            let newest = taken.iter().filter(same).map(|one| one.id).max();
            if taken.iter().any(|one| one.id == id) {
                self.unknown.insert(id);
            } else if newest.is_some_and(|newest| newest > id) {
                self.passed_over.insert(id);
            }
        }
    }

    /// All is well from here on: then nothing may be left.
    async fn end(&mut self) -> Result<(), TestCaseError> {
        for channel in 0..CHANNELS {
            self.channels.answer(channel, Answer::Takes);
        }
        let calm = [
            Step::Full { full: false },
            Step::Refuse { refuses: false },
            Step::Configure { channels: u8::MAX },
        ];
        for step in &calm {
            self.happen(step).await?;
        }
        // Twice: what a lane had under way may only then be followed by what waits behind it.
        self.wait(LONG_S).await;
        self.wait(LONG_S).await;
        self.channels.verdict()?;
        self.check_end()?;
        self.happen(&Step::Crash).await
    }
}

impl Life {
    fn begin(began: tokio::time::Instant) -> Self {
        let (deliveries, delivered) = mpsc::channel(DELIVERIES);
        let (stop, stopped) = watch::channel(false);
        let around = Surroundings {
            now: Arc::new(move || at(began)),
            deliveries,
            turns: Arc::new(Semaphore::new(2)),
            turns_of_failing: Arc::new(Semaphore::new(1)),
            identity: Text::const_new("monitor"),
            external_url: "http://monitor".into(),
            stopped,
        };
        Self {
            lanes: Lanes::new(around, Box::new(|_| {})),
            delivered,
            refused: Vec::new(),
            stop,
        }
    }

    async fn end(self) {
        let Self { lanes, stop, .. } = self;
        lanes.into_tasks().shutdown().await;
        drop(stop);
    }
}

fn at(began: tokio::time::Instant) -> Timestamp {
    Timestamp::from_unix_s(1e9).plus_s(began.elapsed().as_secs_f64())
}
