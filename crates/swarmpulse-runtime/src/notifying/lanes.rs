//! All lanes: what is to be told goes to its channel's, which is made if it is not there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use swarmpulse_model::alert::Notification;
use swarmpulse_model::{EffectId, Text, Timestamp};
use swarmpulse_notify::{Message, Remarks};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::board::Tally;
use super::lane::{Lane, Surroundings, attempt};
use super::queue::Item;
use super::receivers::LoadedReceiver;
use super::trial::{self, ChannelTest};

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

/// Where the figures of all lanes are shown.
pub(crate) type Show = Box<dyn Fn(Vec<Arc<Tally>>) + Send>;

/// The lanes, by receiver and channel.
pub(crate) struct Lanes {
    lanes: BTreeMap<(Text, Text), Arc<Lane>>,
    tasks: JoinSet<()>,
    receivers: Vec<LoadedReceiver>,
    around: Surroundings,
    show: Show,
}

impl Lanes {
    /// None yet.
    pub fn new(around: Surroundings, show: Show) -> Self {
        Self {
            lanes: BTreeMap::new(),
            tasks: JoinSet::new(),
            receivers: Vec::new(),
            around,
            show,
        }
    }

    /// Runs something else beside the lanes.
    pub fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// What is under way; nothing else is begun.
    pub fn into_tasks(self) -> JoinSet<()> {
        self.tasks
    }

    /// Does what is asked, or begins to.
    pub fn take(&mut self, work: Work) {
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
        (self.show)(tallies);
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
