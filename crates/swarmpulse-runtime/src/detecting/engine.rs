//! The detectors, what they are fed with, and what they said: without threads, clocks of its own or files.

use swarmpulse_detect::{DETECTORS, Detector, Graph, LogLine, Report, Surroundings};
use swarmpulse_model::{Condition, Record, Text, Timestamp};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::MetricError;

use super::detections::Detections;
use super::feed::{Fed, Feed};
use super::register::Register;

/// Series and subjects that are gone are looked for in every so many rounds.
const ROUNDS_OF_SWEEP: u64 = 8;
/// Subjects that wait for data which are shown one by one.
const WAITING_SHOWN: usize = 1_000;

/// All detectors at work.
pub(crate) struct Engine {
    detectors: Vec<Box<dyn Detector>>,
    feed: Feed,
    register: Register,
    graph: Graph,
    report: Report,
    rounds: u64,
}

/// What a round came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub detections: Detections,
    pub lines: Vec<LogLine>,
    pub dropped: Vec<(&'static str, u64)>,
    pub fed: Result<Fed, MetricError>,
}

impl Engine {
    /// Every detector but those of these names.
    pub fn new(off: &[String]) -> Result<Self, MetricError> {
        let on = DETECTORS
            .iter()
            .filter(|detector| !off.iter().any(|name| name == detector.description.name));
        Ok(Self {
            detectors: on.map(|detector| (detector.new)()).collect(),
            feed: Feed::new()?,
            register: Register::default(),
            graph: Graph::default(),
            report: Report::default(),
            rounds: 0,
        })
    }

    /// Takes over, of the conditions that hold, those that detectors raised before the start.
    pub fn adopt(&mut self, now: Timestamp, conditions: Vec<Condition>) {
        let raised = |condition: &Condition| {
            let all = DETECTORS
                .iter()
                .flat_map(|detector| detector.description.conditions);
            let mut names = all.map(|known| known.name);
            names.any(|name| name == condition.name)
        };
        let own = conditions.into_iter().filter(raised).collect();
        self.register.adopt(now, own);
    }

    /// Hands a record on.
    pub fn observe(&mut self, namespace: &Text, at: Timestamp, record: &Record) {
        for detector in &mut self.detectors {
            detector.observe(namespace, at, record);
        }
    }

    /// How entities hang together from here on.
    pub fn surround(&mut self, graph: Graph) {
        self.graph = graph;
    }

    /// Asks the detectors and forgets what they say: while they learn from the past.
    pub fn rehearse(&mut self, now: Timestamp) {
        self.ask(now);
        self.report = Report::default();
    }

    fn ask(&mut self, now: Timestamp) {
        let around = Surroundings {
            subjects: &self.feed.subjects,
            graph: &self.graph,
        };
        for detector in &mut self.detectors {
            detector.evaluate(now, &around, &mut self.report);
        }
    }

    /// Feeds what is new, asks every detector, and settles what they say.
    pub fn round(&mut self, now: Timestamp, store: &dyn MetricStore) -> Outcome {
        let fed = self.feed.read(now, store, &mut self.detectors);
        if self.rounds.is_multiple_of(ROUNDS_OF_SWEEP) {
            self.feed.sweep(now, &mut self.detectors);
        }
        self.rounds += 1;
        self.ask(now);
        let mut report = std::mem::take(&mut self.report);
        self.register.settle(now, report.findings);
        let left_out = self.register.take_left_out();
        report.dropped.push(("findings", left_out));
        report.waiting.truncate(WAITING_SHOWN);
        Outcome {
            detections: Detections {
                at: now,
                held: self.register.held(),
                ended: self.register.ended(),
                waiting: report.waiting,
                published: report.published,
                subjects: self.feed.subjects_known(),
                took_s: 0.0,
            },
            lines: report.lines,
            dropped: report
                .dropped
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .collect(),
            fed,
        }
    }

    /// What the fleet must be told.
    pub fn untold(&self, now: Timestamp) -> Vec<Condition> {
        self.register.untold(now)
    }

    /// The fleet was told that.
    pub fn told(&mut self, now: Timestamp, conditions: &[Condition]) {
        self.register.told(now, conditions);
    }
}
