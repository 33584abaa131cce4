//! The sender: one thread on which all channels are spoken to, each a lane of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;
use swarmpulse_model::alert::{Delivery, Notification};
use swarmpulse_model::{EffectId, Record, Source, Text, Timestamp, entity};
use swarmpulse_notify::{Message, Remarks};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::lane::{Lane, Surroundings, attempt};
use super::queue::Item;
use super::receivers::LoadedReceiver;
use super::trial::{self, ChannelTest};
use crate::batch::Batch;
use crate::handle::Handle;

/// Channels that are spoken to at once.
const TURNS: usize = 32;
/// Channels that failed the last time that are spoken to at once.
const TURNS_OF_FAILING: usize = 16;
/// Outcomes that wait to be journaled.
const DELIVERIES: usize = 4096;
/// Outcomes journaled at once.
const DELIVERIES_AT_ONCE: usize = 1000;
/// Time between attempts to journal outcomes.
const JOURNAL_AGAIN: Duration = Duration::from_secs(1);
/// What is under way at the end gets so long.
const END_LIMIT: Duration = Duration::from_secs(5);
/// Attempts to tell what cannot be journaled, and the time between them.
const DIRECT_ATTEMPTS: u32 = 20;
const DIRECT_AGAIN: Duration = Duration::from_secs(30);

/// What the sender is asked to do.
pub(crate) enum Work {
    /// Tell this, until the channel takes it or it is given up.
    Tell {
        id: EffectId,
        notification: Arc<Notification>,
        since: Timestamp,
    },
    /// Tell this though it is not journaled: nothing can be.
    TellDirectly {
        id: EffectId,
        notification: Arc<Notification>,
    },
    /// These are the channels from here on.
    Channels(Vec<LoadedReceiver>),
    /// Try the channels of this receiver; `None` if there is no such receiver.
    Test {
        receiver: Text,
        reply: oneshot::Sender<Option<Vec<ChannelTest>>>,
    },
}

pub(crate) struct Sender {
    pub handle: Handle,
    pub works: mpsc::Receiver<Work>,
    pub receivers: Vec<LoadedReceiver>,
    pub identity: Text,
    pub external_url: Arc<str>,
    pub dead_man: Option<super::dead_man::DeadManOptions>,
    pub stop: Receiver<()>,
}

impl Sender {
    /// Runs until told to stop.
    pub fn run(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => {
                runtime.block_on(self.follow());
                // What is still under way then may not hold the end up.
                runtime.shutdown_background();
            }
            Err(error) => tracing::error!(%error, "nothing is notified"),
        }
    }

    async fn follow(self) {
        let Self {
            handle,
            mut works,
            receivers,
            identity,
            external_url,
            dead_man,
            stop,
        } = self;
        let (stopping, mut stopped) = watch::channel(false);
        let (deliveries, delivered) = mpsc::channel(DELIVERIES);
        let journal = tokio::spawn(journal(handle.clone(), delivered, stopped.clone()));
        let clock = handle.clone();
        let around = Surroundings {
            now: Arc::new(move || clock.now()),
            deliveries,
            turns: Arc::new(Semaphore::new(TURNS)),
            turns_of_failing: Arc::new(Semaphore::new(TURNS_OF_FAILING)),
            identity,
            external_url,
            stopped: stopped.clone(),
        };
        let mut lanes = Lanes {
            lanes: BTreeMap::new(),
            tasks: JoinSet::new(),
            receivers: Vec::new(),
            around,
            handle: handle.clone(),
        };
        lanes.configure(receivers);
        if let Some(dead_man) = dead_man {
            lanes
                .tasks
                .spawn(super::dead_man::watch(handle, dead_man, stopped.clone()));
        }
        let told = tokio::task::spawn_blocking(move || {
            // An error means that nobody is left to tell: then it is over, too.
            let _ = stop.recv();
            stopping.send_replace(true);
        });
        loop {
            tokio::select! {
                work = works.recv() => match work {
                    Some(work) => lanes.take(work),
                    None => break,
                },
                _ = stopped.wait_for(|stopped| *stopped) => break,
            }
        }
        // A desk that ended first does not end the sending.
        drop(told.await);
        let Lanes {
            lanes,
            mut tasks,
            around,
            ..
        } = lanes;
        drop(lanes);
        drop(around);
        let ended = tokio::time::timeout(END_LIMIT, async { while tasks.join_next().await.is_some() {} });
        if ended.await.is_err() {
            tracing::warn!(
                channels = tasks.len(),
                "notifications under way are cut off; they are sent again at the next start"
            );
            tasks.shutdown().await;
        }
        drop(tokio::time::timeout(END_LIMIT, journal).await);
    }
}

/// The lanes, by receiver and channel.
struct Lanes {
    lanes: BTreeMap<(Text, Text), Arc<Lane>>,
    tasks: JoinSet<()>,
    receivers: Vec<LoadedReceiver>,
    around: Surroundings,
    handle: Handle,
}

impl Lanes {
    fn take(&mut self, work: Work) {
        // What ended by itself is let go of.
        while self.tasks.try_join_next().is_some() {}
        match work {
            Work::Tell {
                id,
                notification,
                since,
            } => {
                let lane = self.lane(&notification.receiver, &notification.channel);
                lane.push(Item::new(id, notification, since));
            }
            Work::TellDirectly { id, notification } => self.tell_directly(id, notification),
            Work::Channels(receivers) => self.configure(receivers),
            Work::Test { receiver, reply } => self.test(&receiver, reply),
        }
    }

    /// The lane of a channel; a new one if need be.
    fn lane(&mut self, receiver: &Text, channel: &Text) -> Arc<Lane> {
        let key = (receiver.clone(), channel.clone());
        if let Some(lane) = self.lanes.get(&key) {
            return Arc::clone(lane);
        }
        let lane = Lane::new(receiver, channel, self.around.clone());
        self.tasks.spawn(Arc::clone(&lane).run());
        self.lanes.insert(key, Arc::clone(&lane));
        self.show();
        lane
    }

    fn configure(&mut self, receivers: Vec<LoadedReceiver>) {
        for lane in self.lanes.values() {
            let (receiver, channel) = (&lane.tally.receiver, &lane.tally.channel);
            let known = receivers.iter().find(|known| known.name == *receiver);
            let stays = known.is_some_and(|known| known.channels.iter().any(|one| one.name == *channel));
            if !stays {
                lane.use_notifier(None);
            }
        }
        for receiver in &receivers {
            for channel in &receiver.channels {
                self.lane(&receiver.name, &channel.name)
                    .use_notifier(Some(Arc::clone(&channel.notifier)));
            }
        }
        self.receivers = receivers;
        self.show();
    }

    /// Shows the channels.
    fn show(&self) {
        let tallies = self.lanes.values().map(|lane| Arc::clone(&lane.tally)).collect();
        *self.handle.shared.outbox.tallies.write() = tallies;
    }

    fn tell_directly(&mut self, id: EffectId, notification: Arc<Notification>) {
        let lane = self.lane(&notification.receiver, &notification.channel);
        let Some(notifier) = lane.notifier() else { return };
        let around = self.around.clone();
        self.tasks.spawn(async move {
            let mut stopped = around.stopped.clone();
            for _ in 0..DIRECT_ATTEMPTS {
                let remarks = Remarks::default();
                let message = Message {
                    id,
                    identity: &around.identity,
                    notification: &notification,
                    external_url: &around.external_url,
                    now: (around.now)(),
                    remarks: &remarks,
                };
                match attempt(&*notifier, message).await {
                    Ok(()) => return,
                    Err(error) => {
                        tracing::error!(
                            receiver = %notification.receiver, channel = %notification.channel, %error,
                            "what cannot be journaled is not told"
                        );
                    }
                }
                tokio::select! {
                    () = tokio::time::sleep(DIRECT_AGAIN) => {}
                    _ = stopped.wait_for(|stopped| *stopped) => return,
                }
            }
        });
    }

    fn test(&mut self, receiver: &Text, reply: oneshot::Sender<Option<Vec<ChannelTest>>>) {
        let Some(found) = self.receivers.iter().find(|known| known.name == *receiver) else {
            // Whoever asked and left does not care.
            drop(reply.send(None));
            return;
        };
        let (found, around) = (found.clone(), self.around.clone());
        self.tasks.spawn(async move {
            let mut results = Vec::new();
            for channel in &found.channels {
                results.push(trial::of(channel, &found.name, &around).await);
            }
            drop(reply.send(Some(results)));
        });
    }
}

/// Journals outcomes. While that is refused they wait; after a crash what they are about is sent again.
async fn journal(
    handle: Handle,
    mut delivered: mpsc::Receiver<Delivery>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut waiting = Vec::new();
    while delivered.recv_many(&mut waiting, DELIVERIES_AT_ONCE).await > 0 {
        while let Err(error) = submit(&handle, &waiting).await {
            if *stopped.borrow() {
                tracing::warn!(%error, outcomes = waiting.len(), "outcomes of notifications are not journaled");
                return;
            }
            tracing::warn!(%error, "outcomes of notifications are journaled later");
            tokio::select! {
                () = tokio::time::sleep(JOURNAL_AGAIN) => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
        }
        waiting.clear();
    }
}

async fn submit(handle: &Handle, deliveries: &[Delivery]) -> Result<(), crate::SubmitError> {
    let record = |delivery: &Delivery| Record::Delivery(Box::new(delivery.clone()));
    let batch = Batch {
        namespace: Text::const_new(entity::DEFAULT_NAMESPACE),
        principal: Text::default(),
        source: Source::Monitor,
        records: deliveries.iter().map(record).collect(),
    };
    handle.submit_own(batch).await.map(drop)
}
