//! The sender: one thread on which all channels are spoken to, and what becomes of it is journaled.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;
use swarmpulse_model::alert::Delivery;
use swarmpulse_model::{Record, Source, Text, entity};
use tokio::sync::{Semaphore, mpsc, watch};

use super::lane::Surroundings;
use super::lanes::{Lanes, Work};
use super::receivers::LoadedReceiver;
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
        let shared = Arc::clone(&handle.shared);
        let show = move |tallies| *shared.outbox.tallies.write() = tallies;
        let mut lanes = Lanes::new(around, Box::new(show));
        lanes.take(Work::Channels(receivers));
        if let Some(dead_man) = dead_man {
            lanes.spawn(super::dead_man::watch(handle, dead_man, stopped.clone()));
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
        let mut tasks = lanes.into_tasks();
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
