//! Starting and stopping: recovery, then the threads, each owned here and joined at the end.

mod alerts;

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};
use parking_lot::{Mutex, RwLock};
use swarmpulse_alert::DeskOptions;
use swarmpulse_model::record::{FleetSettings, MonitorEvent};
use swarmpulse_model::{Record, Source, Text, Timestamp, entity};
use swarmpulse_store::{History, Journal, MetricStore, State};

use crate::alerting::{self, NewRoutes, Projections};
use crate::batch::Batch;
use crate::clock::{Clock, Stopwatch};
use crate::counters::Counters;
use crate::detecting::{DetectionOptions, Engine, Logs, Tap, Tapped, Worker};
use crate::endpoints::{Endpoint, EndpointProber};
use crate::error::StartError;
use crate::handle::{Handle, Shared};
use crate::historian::Historian;
use crate::ingest_figures::IngestFigures;
use crate::latency::Latency;
use crate::log_files::{LogFile, LogOptions};
use crate::maintainer::Maintainer;
use crate::metered::MeteredMetrics;
use crate::notifying::{self, DeadManOptions};
use crate::owner::Owner;
use crate::probing::{ProbeOptions, Prober};
use crate::recovery::{self, RecoveryReport};
use crate::retention::RetentionOptions;
use crate::ruling::RulesOptions;
use crate::scraping::{ScrapeTarget, Scraper};
use crate::sequencer::Sequencer;
use crate::shadow::{JournalChores, Keeper, SpaceFloor, keep_snapshot};
use crate::statsd::{StatsdListener, StatsdOptions};
use crate::status::Status;
use alerts::AlertParts;

/// Batches waiting to be made durable.
const SUBMISSIONS: usize = 4096;
/// Groups waiting to be applied: one being applied, one ready.
const GROUPS: usize = 4;
/// Groups of effects waiting to be written to history, and as many waiting for the desk.
const CHAPTERS: usize = 1024;
/// Groups of effects that a live listener may be behind.
const LIVE: usize = 4096;

/// Where everything is kept.
pub struct Stores {
    /// What was received.
    pub journal: Box<dyn Journal>,
    /// Chores of the journal's own, done beside the write path.
    pub journal_chores: Option<JournalChores>,
    /// What people look up.
    pub history: Arc<dyn History>,
    /// Snapshots, cursors, tokens.
    pub state: Arc<dyn State>,
    /// Samples of series.
    pub metrics: Arc<dyn MetricStore>,
}

/// How the runtime runs.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What verdicts are decided by.
    pub settings: FleetSettings,
    /// What is kept, and until when.
    pub retention: RetentionOptions,
    /// Where logs go; none are written without.
    pub logs: Option<LogOptions>,
    /// Records are refused below this much free space; at any without.
    pub space_floor: Option<SpaceFloor>,
    /// What is looked at; nothing without.
    pub probes: Option<ProbeOptions>,
    /// What is scraped.
    pub scrapes: Vec<ScrapeTarget>,
    /// HTTP endpoints that are probed.
    pub endpoints: Vec<Endpoint>,
    /// Where StatsD is listened to; nowhere without.
    pub statsd: Option<StatsdOptions>,
    /// What is detected; nothing without.
    pub detection: Option<DetectionOptions>,
    /// Which rules are evaluated, and who is told of alerts.
    pub rules: RulesOptions,
    /// How alerts are made, held and told.
    pub alerts: DeskOptions,
    /// Whom to tell that all is well; nobody without.
    pub dead_man: Option<DeadManOptions>,
}

/// The running engine. Dropping it without [`Runtime::stop`] ends it as a crash would: nothing acknowledged is lost.
pub struct Runtime {
    handle: Handle,
    /// Ends the sequencer, and with it all that follows from records.
    end: Sender<()>,
    stop: Vec<Sender<()>>,
    writers: Vec<JoinHandle<()>>,
    helpers: Vec<JoinHandle<()>>,
}

impl Runtime {
    /// Recovers what was there, then starts taking records.
    ///
    /// # Errors
    /// If a store cannot be read or a thread not started.
    pub fn start(stores: Stores, options: Options) -> Result<Self, StartError> {
        let Stores {
            journal,
            journal_chores,
            history,
            state,
            metrics,
        } = stores;
        let loaded = (options.rules.load)().map_err(|error| StartError::Rules(error.0))?;
        let reader = journal.reader();
        let mut projections = Projections::load(
            options.alerts.clone(),
            &NewRoutes::of(&loaded),
            &*state,
            &*history,
        )?;
        let kept_next = projections.needed_from();
        let (fleet, report) = recovery::recover(&*state, &reader, &*history, &mut projections)?;
        tracing::info!(
            entries = report.entries,
            history_rows = report.history_rows,
            agents = fleet.counts().total(),
            seconds = report.seconds,
            "recovered"
        );
        let last_seen_at = (journal.next_offset() > 0)
            .then(|| last_entry_at(&*reader))
            .flatten();
        let known_settings = (fleet.settings() == &options.settings).then_some(());
        let clock = Clock::new(last_seen_at.unwrap_or_default());
        let written = history.next_offset()?;
        let (counters, status) = (Arc::new(Counters::default()), Arc::new(Status::default()));
        let metrics_latency = Arc::new(Latency::default());
        let metered = MeteredMetrics {
            store: metrics,
            status: Arc::clone(&status),
            counters: Arc::clone(&counters),
            latency: Arc::clone(&metrics_latency),
        };
        let shared = Arc::new(Shared {
            began: clock.now(),
            clock,
            fleet: RwLock::new(fleet),
            counters,
            status,
            metrics: Arc::new(metered),
            metrics_latency,
            maintenance: Latency::default(),
            ingest: IngestFigures::default(),
            history,
            state,
            journal: reader,
            intake: crate::intake::Intake::default(),
            scrapes: crate::scraping::Board::default(),
            detections: RwLock::default(),
            alerts: alerting::Shown::default(),
            posted: alerting::PostFigures::default(),
            rules: RwLock::default(),
            outbox: notifying::Shown::default(),
            live: tokio::sync::broadcast::Sender::new(LIVE),
            host: RwLock::default(),
            waiting_bytes: std::sync::atomic::AtomicUsize::new(0),
        });
        shared.status.set_journal_next(journal.next_offset());
        shared.status.set_history_next(written);
        shared.status.set_desk_next(kept_next);
        shared.status.set_next_due(Timestamp::NEVER);
        if written < journal.next_offset() && report.skipped.reason.is_some() {
            shared.status.fault(
                "history",
                report.skipped.reason.clone().unwrap_or_default(),
                shared.clock.now(),
            );
        }
        shared.status.set_recovery(report);
        let journaled = journal.next_offset();
        let (tap, tapped) = Tap::new(Arc::clone(&shared.counters));
        let alerts = AlertParts::new(&shared, &options, loaded, projections, last_seen_at)?;
        let mut runtime = Self::start_writers(&shared, journal, &options, written, tap, alerts)?;
        runtime.say_first(
            known_settings.is_none().then_some(options.settings.clone()),
            last_seen_at,
        );
        if let Some(detection) = &options.detection {
            runtime.start_detectors(detection, options.logs.as_ref(), tapped, journaled)?;
        }
        runtime.start_helpers(options, journal_chores)?;
        shared.status.set_ready(true);
        Ok(runtime)
    }

    fn start_writers(
        shared: &Arc<Shared>,
        journal: Box<dyn Journal>,
        options: &Options,
        written: u64,
        tap: Tap,
        alerts: AlertParts,
    ) -> Result<Self, StartError> {
        let (submissions, submitted) = bounded(SUBMISSIONS);
        let (groups, grouped) = bounded(GROUPS);
        let (chapters, chaptered) = bounded(CHAPTERS);
        let (for_desk, to_desk) = bounded(CHAPTERS);
        let (end, stopped) = bounded(1);
        let log = options
            .logs
            .as_ref()
            .map(|logs| Arc::new(Mutex::new(LogFile::new(logs, "bot-process-health.jsonl"))));
        let sequencer = Sequencer {
            journal,
            shared: Arc::clone(shared),
            submissions: submitted,
            groups,
            stop: stopped,
            retention: options.retention,
            gap: None,
            retired_at: shared.clock.now(),
            ticking: false,
        };
        let owner = Owner {
            shared: Arc::clone(shared),
            groups: grouped,
            chapters,
            desk: for_desk,
            tap,
        };
        let historian = Historian {
            shared: Arc::clone(shared),
            chapters: chaptered,
            log: log.clone(),
            written,
            marked: Stopwatch::start(),
            behind: false,
        };
        let handle = Handle {
            shared: Arc::clone(shared),
            submissions,
            log,
            reloader: Arc::clone(&alerts.reloader),
            posts: alerts.posting.clone(),
        };
        let (stop_rules, rules_stopped) = bounded(1);
        let (stop_sending, sending_stopped) = bounded(1);
        let (desk, (ruler, evaluators), sender) =
            alerts.threads(&handle, options, to_desk, (rules_stopped, sending_stopped));
        let writers = vec![
            spawn("sequencer", move || sequencer.run())?,
            spawn("owner", move || owner.run())?,
            spawn("historian", move || historian.run())?,
            spawn("desk", move || desk.run())?,
        ];
        let mut helpers = vec![
            spawn("rules", move || ruler.run())?,
            spawn("notifications", move || sender.run())?,
        ];
        for evaluator in evaluators {
            helpers.push(spawn("evaluator", move || evaluator.run())?);
        }
        Ok(Self {
            handle,
            end,
            stop: vec![stop_rules, stop_sending],
            writers,
            helpers,
        })
    }

    /// The first records of a run: by what it decides, and that it was away.
    fn say_first(&self, settings: Option<FleetSettings>, last_seen_at: Option<Timestamp>) {
        let mut records = vec![Record::Monitor(MonitorEvent::Started { last_seen_at })];
        records.extend(settings.map(|settings| Record::Settings(Box::new(settings))));
        // Settings first: the freeze is bounded by them.
        records.reverse();
        let namespace = Text::const_new(entity::DEFAULT_NAMESPACE);
        let batch = Batch {
            namespace,
            principal: Text::default(),
            source: Source::Monitor,
            records,
        };
        if let Err(error) = self.handle.submit_blocking(batch) {
            tracing::error!(%error, "the start is not journaled");
        }
    }

    fn start_helpers(&mut self, options: Options, chores: Option<JournalChores>) -> Result<(), StartError> {
        let (stop, stopped) = bounded(1);
        let keeper = Keeper {
            shared: Arc::clone(&self.handle.shared),
            chores,
            retention: options.retention,
            stop: stopped,
            floor: options.space_floor,
        };
        self.stop.push(stop);
        self.helpers.push(spawn("keeper", move || keeper.run())?);
        let (stop, stopped) = bounded(1);
        let maintainer = Maintainer {
            shared: Arc::clone(&self.handle.shared),
            stop: stopped,
        };
        self.stop.push(stop);
        self.helpers.push(spawn("maintainer", move || maintainer.run())?);
        self.start_collectors(options.scrapes, options.statsd)?;
        self.start_endpoints(options.endpoints)?;
        let Some(probes) = options.probes else {
            return Ok(());
        };
        let (stop, stopped) = bounded(1);
        match Prober::new(self.handle.clone(), probes, self.handle.log.clone(), stopped) {
            Ok(prober) => {
                self.stop.push(stop);
                self.helpers.push(spawn("prober", move || prober.run())?);
            }
            // Where processes cannot be looked at, what agents say is still worth watching.
            Err(error) => tracing::error!(%error, "processes on this machine are not looked at"),
        }
        Ok(())
    }

    /// Starts what looks for leaks, anomalies, cascades and the like.
    fn start_detectors(
        &mut self,
        options: &DetectionOptions,
        logs: Option<&LogOptions>,
        tapped: Tapped,
        journaled: u64,
    ) -> Result<(), StartError> {
        let engine = match Engine::new(&options.off) {
            Ok(engine) => engine,
            Err(error) => {
                tracing::error!(%error, "nothing is detected");
                return Ok(());
            }
        };
        let (stop, stopped) = bounded(1);
        let worker = Worker {
            handle: self.handle.clone(),
            engine,
            tapped,
            logs: Logs::new(self.handle.log.clone(), logs),
            stop: stopped,
            journaled,
            failing: false,
            round_s: options.round_s,
        };
        self.stop.push(stop);
        self.helpers.push(spawn("detectors", move || worker.run())?);
        Ok(())
    }

    /// Starts what brings samples in by itself.
    fn start_collectors(
        &mut self,
        scrapes: Vec<ScrapeTarget>,
        statsd: Option<StatsdOptions>,
    ) -> Result<(), StartError> {
        if !scrapes.is_empty() {
            let (stop, stopped) = bounded(1);
            match Scraper::new(self.handle.clone(), scrapes, stopped) {
                Ok(scraper) => {
                    self.stop.push(stop);
                    self.helpers.push(spawn("scraper", move || scraper.run())?);
                }
                Err(error) => tracing::error!(%error, "targets are not scraped"),
            }
        }
        if let Some(options) = statsd {
            let (stop, stopped) = bounded(1);
            let listener = StatsdListener {
                handle: self.handle.clone(),
                options,
                stop: stopped,
            };
            self.stop.push(stop);
            self.helpers.push(spawn("statsd", move || listener.run())?);
        }
        Ok(())
    }

    /// Starts probing endpoints.
    fn start_endpoints(&mut self, endpoints: Vec<Endpoint>) -> Result<(), StartError> {
        if endpoints.is_empty() {
            return Ok(());
        }
        let (stop, stopped) = bounded(1);
        let prober = EndpointProber::new(self.handle.clone(), endpoints, stopped);
        self.stop.push(stop);
        self.helpers.push(spawn("endpoints", move || prober.run())?);
        Ok(())
    }

    /// The runtime as others hold it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// What the start recovered.
    #[must_use]
    pub fn recovery(&self) -> RecoveryReport {
        self.handle.shared.status.recovery()
    }

    /// Stops in order: probes, rules and notifications, then the write path to its end, then a snapshot, so that the next
    /// start is quick.
    pub fn stop(self) {
        let Self {
            handle,
            end,
            stop,
            writers,
            helpers,
        } = self;
        handle.shared.status.set_ready(false);
        for sender in stop.iter().rev() {
            // Full means told already; disconnected means ended already.
            let _ = sender.try_send(());
        }
        let shared = Arc::clone(&handle.shared);
        for helper in helpers {
            join(helper);
        }
        // What the helpers journaled at their end is taken, too.
        let _ = end.try_send(());
        drop(handle);
        for writer in writers {
            join(writer);
        }
        if let Err(error) = shared.metrics.close(shared.clock.now()) {
            tracing::error!(%error, "metrics are not closed: the next start reads their journal");
        }
        let fleet = shared.fleet.read();
        if shared.status.performed_next() >= fleet.next_offset() {
            keep_snapshot(&shared, &fleet);
        }
    }
}

fn spawn(name: &'static str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StartError> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .map_err(|source| StartError::Thread { name, source })
}

fn join(thread: JoinHandle<()>) {
    let name = thread.thread().name().unwrap_or_default().to_owned();
    if thread.join().is_err() {
        tracing::error!(name, "a thread ended by a panic");
    }
}

/// When the journal's last entry was received.
fn last_entry_at(journal: &dyn swarmpulse_store::JournalReader) -> Option<Timestamp> {
    journal
        .segments()
        .iter()
        .rev()
        .find(|segment| segment.next_offset > segment.first_offset)
        .map(|last| last.last_at)
}
