//! The detectors' thread: takes what the owner hands over, asks every so often, and tells what was found.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, select};
use parking_lot::Mutex;
use swarmpulse_detect::{Log, LogLine};
use swarmpulse_model::{Condition, Record, Source, Text, Timestamp, entity};

use super::engine::Engine;
use super::surroundings;
use super::tap::{Observed, Tapped};
use super::warm_up;
use crate::batch::Batch;
use crate::clock::{ProcessorWatch, Stopwatch};
use crate::counters::Counter;
use crate::handle::Handle;
use crate::log_files::{LogFile, LogOptions};

/// How entities hang together is copied so often, in seconds.
const GRAPH_EVERY_S: f64 = 60.0;
/// Conditions told at once.
const CONDITIONS_AT_ONCE: usize = 1_000;

/// The logs that detectors write.
pub(crate) struct Logs {
    process: Option<Arc<Mutex<LogFile>>>,
    others: Option<[LogFile; 3]>,
}

impl Logs {
    pub fn new(process: Option<Arc<Mutex<LogFile>>>, options: Option<&LogOptions>) -> Self {
        let others = options.map(|options| {
            [
                "api-health.jsonl",
                "queue-analytics.jsonl",
                "failure-analysis.jsonl",
            ]
            .map(|name| LogFile::new(options, name))
        });
        Self { process, others }
    }

    /// Writes lines; gives how many were written, and how many were lost.
    fn write(&mut self, lines: &[LogLine], now: Timestamp) -> (u64, u64) {
        let (mut written, mut lost) = (0, 0);
        for line in lines {
            let went = match (line.log, &self.process, &mut self.others) {
                (Log::ProcessHealth, Some(process), _) => process.lock().write_line(line, now),
                (Log::ApiHealth, _, Some([api, _, _])) => api.write_line(line, now),
                (Log::QueueAnalytics, _, Some([_, queue, _])) => queue.write_line(line, now),
                (Log::FailureAnalysis, _, Some([_, _, failure])) => failure.write_line(line, now),
                // Logs are not kept.
                _ => continue,
            };
            *(if went { &mut written } else { &mut lost }) += 1;
        }
        (written, lost)
    }
}

/// The detectors' thread.
pub(crate) struct Worker {
    pub handle: Handle,
    pub engine: Engine,
    pub tapped: Tapped,
    pub logs: Logs,
    pub stop: Receiver<()>,
    /// The journal's end at the start: what came before is learned from there.
    pub journaled: u64,
    pub failing: bool,
    /// Seconds between rounds.
    pub round_s: f64,
}

impl Worker {
    /// Runs until told to stop.
    pub fn run(mut self) {
        let now = self.handle.now();
        self.engine
            .adopt(now, self.handle.fleet(|fleet| fleet.conditions(0)));
        self.learn();
        let (mut round_at, mut graph_at) = (self.handle.now(), Timestamp::default());
        loop {
            let now = self.handle.now();
            if now >= round_at {
                if now.seconds_since(graph_at) >= GRAPH_EVERY_S {
                    self.engine.surround(surroundings::graph(&self.handle));
                    graph_at = now;
                }
                self.round(now);
                round_at = now.plus_s(self.round_s);
            }
            let wait_s = round_at.seconds_since(self.handle.now()).clamp(0.0, self.round_s);
            select! {
                recv(self.stop) -> _ => return,
                recv(self.tapped.receiver) -> observed => match observed {
                    Ok(observed) => self.observe(&observed),
                    Err(_) => return,
                },
                default(Duration::from_secs_f64(wait_s)) => {}
            }
        }
    }

    fn learn(&mut self) {
        let watch = Stopwatch::start();
        self.engine.surround(surroundings::graph(&self.handle));
        let stop = self.stop.clone();
        match warm_up::warm_up(&mut self.engine, &self.handle, self.journaled, || {
            !stop.is_empty()
        }) {
            Ok(learned) => tracing::debug!(
                ?learned,
                seconds = watch.seconds(),
                "detectors learned from the journal"
            ),
            Err(error) => tracing::warn!(%error, "detectors begin without the past"),
        }
    }

    fn observe(&mut self, observed: &Observed) {
        for record in &observed.records {
            self.engine.observe(&observed.namespace, observed.at, record);
        }
        self.tapped.taken(observed);
    }

    fn round(&mut self, now: Timestamp) {
        let watch = ProcessorWatch::start();
        let shared = &self.handle.shared;
        let mut outcome = self.engine.round(now, &*shared.metrics);
        match outcome.fed {
            Ok(fed) => {
                self.failing = false;
                shared.counters.drop_for("detector_series", fed.left_out);
            }
            Err(error) if !self.failing => {
                self.failing = true;
                tracing::error!(%error, "samples do not reach the detectors");
            }
            Err(_) => {}
        }
        for (reason, count) in &outcome.dropped {
            shared.counters.drop_for(reason, *count);
        }
        let (written, lost) = self.logs.write(&outcome.lines, now);
        shared.counters.add(Counter::LogLinesTotal, written);
        shared.counters.add(Counter::LogLinesLostTotal, lost);
        outcome.detections.took_s = watch.seconds();
        *shared.detections.write() = Arc::new(outcome.detections);
        self.tell(now);
    }

    /// Tells the fleet what begins, changes or ends; what cannot be told is told in the next round.
    fn tell(&mut self, now: Timestamp) {
        let untold = self.engine.untold(now);
        for conditions in untold.chunks(CONDITIONS_AT_ONCE) {
            let batch = Batch {
                namespace: Text::const_new(entity::DEFAULT_NAMESPACE),
                principal: Text::default(),
                source: Source::Detector,
                records: conditions.iter().map(record).collect(),
            };
            match self.handle.submit_blocking(batch) {
                Ok(_) => self.engine.told(now, conditions),
                Err(error) => return tracing::warn!(%error, "conditions are told later"),
            }
        }
    }
}

fn record(condition: &Condition) -> Record {
    Record::Condition(Box::new(condition.clone()))
}
