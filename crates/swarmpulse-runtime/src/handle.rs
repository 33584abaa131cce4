//! The runtime as others hold it: send records in, look at the fleet, listen to what happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Sender, TrySendError};
use parking_lot::{Mutex, RwLock};
use swarmpulse_fleet::Fleet;
use swarmpulse_model::alert::PostedAlert;
use swarmpulse_model::{Position, Text, Timestamp};
use swarmpulse_probe::HostSample;
use swarmpulse_store::{History, HistoryRow, JournalReader, MetricStore, State};
use swarmpulse_wire::envelope;
use tokio::sync::{broadcast, oneshot};

use crate::alerting::{self, AlertBoard, Post, PostFigures, PostReceipt};
use crate::batch::{Batch, Receipt};
use crate::clock::{Clock, Stopwatch};
use crate::counters::{Counter, Counters};
use crate::detecting::Detections;
use crate::error::NotifyTestError;
use crate::error::SubmitError;
use crate::ingest_figures::IngestFigures;
use crate::intake::Intake;
use crate::latency::Latency;
use crate::log_files::LogFile;
use crate::notifying::{self, ChannelTest, OutboxBoard, Work};
use crate::ruling::{ReloadError, ReloadReport, Reloader, RulesBoard};
use crate::scraping::{Board, ScrapeTargetStatus};
use crate::sequencer::{Reply, Submission};
use crate::status::Status;

/// Bytes waiting to be made durable; beyond, senders are told to come again.
const WAITING_BYTES_MAX: usize = 64 << 20;
/// The largest batch as journaled.
const BATCH_BYTES_MAX: usize = 48 << 20;

pub(crate) struct Shared {
    pub began: Timestamp,
    pub clock: Clock,
    pub fleet: RwLock<Fleet>,
    pub counters: Arc<Counters>,
    pub status: Arc<Status>,
    pub history: Arc<dyn History>,
    pub state: Arc<dyn State>,
    pub journal: Arc<dyn JournalReader>,
    pub metrics: Arc<dyn MetricStore>,
    pub metrics_latency: Arc<Latency>,
    pub maintenance: Latency,
    pub ingest: IngestFigures,
    pub intake: Intake,
    pub scrapes: Board,
    pub detections: RwLock<Arc<Detections>>,
    pub alerts: alerting::Shown,
    pub posted: PostFigures,
    pub rules: RwLock<Arc<RulesBoard>>,
    pub outbox: notifying::Shown,
    pub live: broadcast::Sender<Arc<Vec<HistoryRow>>>,
    pub host: RwLock<HostSample>,
    pub waiting_bytes: AtomicUsize,
}

/// The runtime as others hold it. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) submissions: Sender<Submission>,
    pub(crate) log: Option<Arc<Mutex<LogFile>>>,
    pub(crate) reloader: Arc<Reloader>,
    pub(crate) posts: Sender<Post>,
}

impl Handle {
    /// Makes a batch durable and applies it. Returns once both are done.
    ///
    /// # Errors
    /// If it was not accepted; then nothing of it is kept.
    pub async fn submit(&self, batch: Batch) -> Result<Receipt, SubmitError> {
        if self.shared.status.is_low_on_space() {
            self.shared.counters.add(Counter::StorageRefusedTotal, 1);
            let detail = "the disk is nearly full: free some space, or lower data.min_free_bytes".to_owned();
            return Err(SubmitError::Storage { detail });
        }
        let watch = Stopwatch::start();
        let receipt = self.submit_own(batch).await;
        if receipt.is_ok() {
            self.shared.ingest.acknowledged.observe(watch.seconds());
        }
        receipt
    }

    /// The same for what the monitor itself has to say, which is taken while the disk is nearly full, too.
    pub(crate) async fn submit_own(&self, batch: Batch) -> Result<Receipt, SubmitError> {
        let (reply, receipt) = oneshot::channel();
        self.send(batch, Reply::Async(reply))?;
        receipt.await.unwrap_or(Err(SubmitError::Stopping))
    }

    /// The same for threads; must not be called on an asynchronous worker.
    ///
    /// # Errors
    /// As [`Handle::submit`].
    pub fn submit_blocking(&self, batch: Batch) -> Result<Receipt, SubmitError> {
        let (reply, receipt) = crossbeam_channel::bounded(1);
        self.send(batch, Reply::Blocking(reply))?;
        receipt.recv().unwrap_or(Err(SubmitError::Stopping))
    }

    fn send(&self, batch: Batch, reply: Reply) -> Result<(), SubmitError> {
        let mut body = Vec::with_capacity(64 * batch.records.len() + 64);
        envelope::encode_body(
            &batch.namespace,
            &batch.principal,
            batch.source,
            &batch.records,
            &mut body,
        );
        let bytes = body.len();
        if bytes > BATCH_BYTES_MAX {
            return Err(SubmitError::TooLarge {
                bytes,
                limit_bytes: BATCH_BYTES_MAX,
            });
        }
        let waiting = self.shared.waiting_bytes.fetch_add(bytes, Ordering::AcqRel);
        let sent = if waiting + bytes > WAITING_BYTES_MAX && waiting > 0 {
            Err(SubmitError::Overloaded { retry_after_s: 1 })
        } else {
            self.submissions
                .try_send(Submission { batch, body, reply })
                .map_err(|error| match error {
                    TrySendError::Full(_) => SubmitError::Overloaded { retry_after_s: 1 },
                    TrySendError::Disconnected(_) => SubmitError::Stopping,
                })
        };
        if let Err(error) = &sent {
            self.shared.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
            if matches!(error, SubmitError::Overloaded { .. }) {
                self.shared.counters.add(Counter::OverloadedTotal, 1);
            }
        }
        sent
    }

    /// Looks at the fleet. Keep it short: records wait meanwhile.
    pub fn fleet<R>(&self, look: impl FnOnce(&Fleet) -> R) -> R {
        look(&self.shared.fleet.read())
    }

    /// Receipt time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// History.
    #[must_use]
    pub fn history(&self) -> &Arc<dyn History> {
        &self.shared.history
    }

    /// Tokens, cursors and snapshots.
    #[must_use]
    pub fn state(&self) -> &Arc<dyn State> {
        &self.shared.state
    }

    /// The journal, to read.
    #[must_use]
    pub fn journal(&self) -> &Arc<dyn JournalReader> {
        &self.shared.journal
    }

    /// Samples of series: append them, find them again.
    #[must_use]
    pub fn metrics(&self) -> &Arc<dyn MetricStore> {
        &self.shared.metrics
    }

    /// From a batch of samples handed over to its being durable.
    #[must_use]
    pub fn metrics_latency(&self) -> &Latency {
        &self.shared.metrics_latency
    }

    /// What goes through, as figures.
    #[must_use]
    pub fn ingest(&self) -> &IngestFigures {
        &self.shared.ingest
    }

    /// The rounds of chores of the metric store.
    #[must_use]
    pub fn maintenance(&self) -> &Latency {
        &self.shared.maintenance
    }

    /// What happens from here on, in groups. A listener that falls too far behind loses groups and is told so.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<Vec<HistoryRow>>> {
        self.shared.live.subscribe()
    }

    /// What was counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.shared.counters
    }

    /// Samples that came in, by protocol.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.shared.intake
    }

    /// How the targets of scrapes are, in the order of the configuration.
    #[must_use]
    pub fn scrape_targets(&self) -> Vec<ScrapeTargetStatus> {
        self.shared.scrapes.all()
    }

    /// What detectors said the last time they were asked.
    #[must_use]
    pub fn detections(&self) -> Arc<Detections> {
        Arc::clone(&self.shared.detections.read())
    }

    /// Alerts, silences and groups as they are.
    #[must_use]
    pub fn alerting(&self) -> Arc<AlertBoard> {
        self.shared.alerts.board()
    }

    /// The same once what was journaled there is in it; waits for some seconds at most.
    pub async fn alerting_at(&self, position: Position) -> Arc<AlertBoard> {
        self.shared.alerts.at(position).await
    }

    /// Gives alerts that somebody else sent to the desk. Once this returns, whatever of them is to be on record is, and is
    /// shown.
    ///
    /// # Errors
    /// If it could not be journaled: then they are to be sent again.
    pub async fn post_alerts(
        &self,
        namespace: Text,
        alerts: Vec<PostedAlert>,
    ) -> Result<PostReceipt, SubmitError> {
        self.shared.posted.receive(&alerts, self.now());
        let (reply, answered) = oneshot::channel();
        let post = Post {
            namespace,
            alerts,
            reply,
        };
        self.posts.try_send(post).map_err(|error| match error {
            TrySendError::Full(_) => {
                self.shared.counters.add(Counter::OverloadedTotal, 1);
                SubmitError::Overloaded { retry_after_s: 1 }
            }
            TrySendError::Disconnected(_) => SubmitError::Stopping,
        })?;
        let receipt = answered.await.unwrap_or(Err(SubmitError::Stopping))?;
        if let Some(offset) = receipt.next_offset.checked_sub(1) {
            let position = Position { partition: 0, offset };
            drop(self.shared.alerts.at(position).await);
        }
        Ok(receipt)
    }

    /// Alerts of others that were received, counted.
    #[must_use]
    pub fn posted(&self) -> &PostFigures {
        &self.shared.posted
    }

    /// How rules are.
    #[must_use]
    pub fn rules(&self) -> Arc<RulesBoard> {
        Arc::clone(&self.shared.rules.read())
    }

    /// How sending notifications is.
    #[must_use]
    pub fn outbox(&self) -> OutboxBoard {
        self.shared.outbox.board()
    }

    /// Loads rules, routes and receivers anew. Blocks: must not be called on an asynchronous worker.
    ///
    /// # Errors
    /// If what was to be loaded is wrong; then everything stays as it was.
    pub fn reload(&self) -> Result<ReloadReport, ReloadError> {
        self.reloader.reload(&self.shared)
    }

    /// Sends one message to every channel of a receiver, directly.
    ///
    /// # Errors
    /// If there is no such receiver.
    pub async fn notify_test(&self, receiver: &str) -> Result<Vec<ChannelTest>, NotifyTestError> {
        let (reply, tested) = oneshot::channel();
        let work = Work::Test {
            receiver: receiver.into(),
            reply,
        };
        let asked = self.reloader.channels.send(work).await;
        asked.map_err(|_| NotifyTestError::Stopping)?;
        let tested = tested.await.map_err(|_| NotifyTestError::Stopping)?;
        tested.ok_or_else(|| NotifyTestError::Unknown {
            receiver: receiver.to_owned(),
            known: self
                .alerting()
                .receivers
                .iter()
                .map(|known| known.name.to_string())
                .collect(),
        })
    }

    /// How the runtime itself is.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.shared.status
    }

    /// When this run began.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        self.shared.began
    }

    /// The last look at the machine.
    #[must_use]
    pub fn host(&self) -> HostSample {
        self.shared.host.read().clone()
    }
}
