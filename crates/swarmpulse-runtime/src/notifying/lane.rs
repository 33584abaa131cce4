//! A lane: one channel's notifications, sent one after the other, each until the channel takes it or it is given up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use swarmpulse_model::alert::{Delivery, DeliveryOutcome};
use swarmpulse_model::{EffectId, Text, Timestamp};
use swarmpulse_notify::{Message, Notifier, Remarks, SendError};
use tokio::sync::{Notify, Semaphore, mpsc, watch};

use super::backoff::wait_s;
use super::board::{Tally, one};
use super::queue::{Item, Queue};

/// One attempt may take this long.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(30);
/// A notification that no attempt delivered for so long is given up, in seconds.
const GIVE_UP_S: f64 = 6.0 * 3600.0;

/// What all lanes share.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// Receipt time.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Where outcomes go, to be journaled.
    pub deliveries: mpsc::Sender<Delivery>,
    /// So many channels are spoken to at once.
    pub turns: Arc<Semaphore>,
    /// So many of those at once whose last attempt failed: channels that do not answer keep none of the others waiting.
    pub turns_of_failing: Arc<Semaphore>,
    /// Who this monitor is.
    pub identity: Text,
    /// Where this monitor is reached.
    pub external_url: Arc<str>,
    /// Whether it is over.
    pub stopped: watch::Receiver<bool>,
}

pub(crate) struct Lane {
    pub tally: Arc<Tally>,
    /// `None` once it is no longer configured.
    notifier: RwLock<Option<Arc<dyn Notifier>>>,
    queue: Mutex<Queue>,
    changed: Notify,
    around: Surroundings,
}

impl Lane {
    pub fn new(receiver: &Text, channel: &Text, around: Surroundings) -> Arc<Self> {
        let tally = Tally {
            receiver: receiver.clone(),
            channel: channel.clone(),
            ..Tally::default()
        };
        Arc::new(Self {
            tally: Arc::new(tally),
            notifier: RwLock::default(),
            queue: Mutex::default(),
            changed: Notify::new(),
            around,
        })
    }

    /// By what it sends from here on.
    pub fn use_notifier(&self, notifier: Option<Arc<dyn Notifier>>) {
        let mut last = self.tally.last.lock();
        last.kind = notifier.as_ref().map_or("", |notifier| notifier.kind());
        last.alertmanagers = notifier
            .as_ref()
            .map(|notifier| notifier.alertmanagers())
            .unwrap_or_default();
        drop(last);
        *self.notifier.write() = notifier;
        self.changed.notify_one();
    }

    /// By what it sends.
    pub fn notifier(&self) -> Option<Arc<dyn Notifier>> {
        self.notifier.read().clone()
    }

    /// Adds a notification at the end.
    pub fn push(&self, item: Item) {
        let mut queue = self.queue.lock();
        let superseded = queue.push(item);
        self.tally
            .superseded
            .fetch_add(superseded as u64, std::sync::atomic::Ordering::Relaxed);
        self.count(&queue);
        drop(queue);
        self.changed.notify_one();
    }

    fn count(&self, queue: &Queue) {
        self.tally
            .waiting
            .store(queue.len() as u64, std::sync::atomic::Ordering::Relaxed);
    }

    /// Sends until told to stop.
    pub async fn run(self: Arc<Self>) {
        let mut stopped = self.around.stopped.clone();
        loop {
            if *stopped.borrow() {
                return;
            }
            // Made before looking, so that what comes meanwhile is not missed.
            let changed = self.changed.notified();
            match self.begin() {
                Ok(item) => self.attempt(item).await,
                Err(None) => tokio::select! {
                    () = changed => {}
                    _ = stopped.wait_for(|stopped| *stopped) => return,
                },
                Err(Some(at)) => {
                    let wait_ns = at.since((self.around.now)()).max(0);
                    let wait = Duration::from_nanos(u64::try_from(wait_ns).unwrap_or(0));
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = changed => {}
                        _ = stopped.wait_for(|stopped| *stopped) => return,
                    }
                }
            }
        }
    }

    fn begin(&self) -> Result<Item, Option<Timestamp>> {
        self.queue.lock().begin((self.around.now)())
    }

    async fn attempt(&self, item: Item) {
        let Some(notifier) = self.notifier() else {
            let error = Text::const_new("the channel is no longer configured");
            return self.settle(DeliveryOutcome::Dead, Some(error)).await;
        };
        if item.attempts > 1 {
            one(&self.tally.retried);
        }
        let remarks = Remarks::default();
        let sent = self.send(&item, &*notifier, &remarks).await;
        let now = (self.around.now)();
        match sent {
            Ok(()) => {
                self.note_sent(now);
                let remark = remarks.told().map(Text::from);
                if let Some(remark) = &remark {
                    self.note_remark(&item, remark);
                }
                self.settle(DeliveryOutcome::Delivered, remark).await;
            }
            Err(error) => self.failed(&item, &error, now).await,
        }
    }

    fn note_sent(&self, now: Timestamp) {
        one(&self.tally.sent);
        let mut last = self.tally.last.lock();
        (last.error, last.sent_at) = (None, Some(now));
    }

    /// It was told, but otherwise than the settings want.
    fn note_remark(&self, item: &Item, remark: &Text) {
        one(&self.tally.reworded);
        self.tally.last.lock().remark = Some(remark.clone());
        tracing::warn!(
            id = %item.id, receiver = %self.tally.receiver, channel = %self.tally.channel, %remark,
            "a notification was sent in our own words"
        );
    }

    fn note_failure(&self, words: &Text, now: Timestamp) {
        one(&self.tally.failed);
        let mut last = self.tally.last.lock();
        (last.error, last.failed_at) = (Some(words.clone()), Some(now));
    }

    async fn failed(&self, item: &Item, error: &SendError, now: Timestamp) {
        let words = Text::from(error.to_string());
        self.note_failure(&words, now);
        let asked_s = match error {
            SendError::Later { after_s, .. } => *after_s,
            SendError::Refused { .. } => {
                tracing::error!(
                    id = %item.id, receiver = %self.tally.receiver, channel = %self.tally.channel, error = %words,
                    "a notification is refused"
                );
                return self.settle(DeliveryOutcome::Dead, Some(words)).await;
            }
        };
        let mut until = now;
        self.queue.lock().postpone(|failures| {
            until = now.plus_s(wait_s(item.id, failures, asked_s));
            until
        });
        if until.seconds_since(item.since) > GIVE_UP_S {
            let error = Text::from(format!("given up after {} attempts: {words}", item.attempts));
            tracing::error!(
                id = %item.id, receiver = %self.tally.receiver, channel = %self.tally.channel, %error,
                "a notification is given up"
            );
            return self.settle(DeliveryOutcome::Dead, Some(error)).await;
        }
        tracing::warn!(
            id = %item.id, receiver = %self.tally.receiver, channel = %self.tally.channel, error = %words,
            attempts = item.attempts, again_in_s = until.seconds_since(now), "a notification is tried again"
        );
    }

    /// One attempt, bounded.
    async fn send(&self, item: &Item, notifier: &dyn Notifier, remarks: &Remarks) -> Result<(), SendError> {
        let turns = if self.queue.lock().is_failing() {
            &self.around.turns_of_failing
        } else {
            &self.around.turns
        };
        // Turns are never taken away.
        let _turn = turns.acquire().await;
        self.tally.sending.store(1, std::sync::atomic::Ordering::Relaxed);
        let message = Message {
            id: item.id,
            identity: &self.around.identity,
            notification: &item.notification,
            external_url: &self.around.external_url,
            now: (self.around.now)(),
            remarks,
        };
        let sent = attempt(notifier, message).await;
        self.tally.sending.store(0, std::sync::atomic::Ordering::Relaxed);
        sent
    }

    /// The first of the queue is over, and what it carried with it.
    async fn settle(&self, outcome: DeliveryOutcome, error: Option<Text>) {
        let Some(item) = self.finish(outcome) else { return };
        if outcome == DeliveryOutcome::Dead {
            one(&self.tally.dead);
        }
        let delivery = |notification: EffectId, attempts: u32, error: Option<Text>| Delivery {
            notification,
            receiver: self.tally.receiver.clone(),
            channel: self.tally.channel.clone(),
            outcome,
            attempts,
            error,
            at: (self.around.now)(),
        };
        for older in &item.carried {
            let why = match outcome {
                DeliveryOutcome::Delivered => format!("told with {}", item.id),
                _ => format!(
                    "given up with {}: {}",
                    item.id,
                    error.as_deref().unwrap_or_default()
                ),
            };
            self.journal(delivery(*older, 0, Some(why.into()))).await;
        }
        self.journal(delivery(item.id, item.attempts, error)).await;
    }

    fn finish(&self, outcome: DeliveryOutcome) -> Option<Item> {
        let mut queue = self.queue.lock();
        let finished = queue.finish(outcome == DeliveryOutcome::Delivered);
        self.count(&queue);
        finished
    }

    async fn journal(&self, delivery: Delivery) {
        // Nobody is left to journal only at the end; then it is sent again at the next start, under the same id.
        drop(self.around.deliveries.send(delivery).await);
    }
}

/// One attempt of a channel, bounded. One that panics is refused: else its lane would end, and all that waits in it would
/// wait for ever.
pub(crate) async fn attempt(notifier: &dyn Notifier, message: Message<'_>) -> Result<(), SendError> {
    let mut sending = None;
    let sent = std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let sending = sending.get_or_insert_with(|| notifier.send(message));
            sending.as_mut().poll(context)
        }));
        polled.unwrap_or_else(|_| {
            Poll::Ready(Err(SendError::Refused {
                detail: "sending it failed by a fault of ours; the log says where".to_owned(),
            }))
        })
    });
    match tokio::time::timeout(ATTEMPT_LIMIT, sent).await {
        Ok(sent) => sent,
        Err(_) => Err(SendError::Later {
            detail: format!("no answer within {} s", ATTEMPT_LIMIT.as_secs()),
            after_s: None,
        }),
    }
}

#[cfg(test)]
mod tests;
