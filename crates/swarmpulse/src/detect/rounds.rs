//! A detector over records of a file: asked as often in the records' own time as the server asks, and what began and
//! ended meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::ensure;
use serde::Serialize;
use swarmpulse_detect::{Detector, Finding, Graph, Report, Subjects, Surroundings};
use swarmpulse_model::{EntityKey, Record, Text, Timestamp, entity};

/// Seconds between two looks.
const ROUND_S: f64 = 15.0;
/// After so long without a record, in seconds, looks come once in [`SLOW_ROUND_S`].
pub const SLOW_AFTER_S: f64 = 7200.0;
const SLOW_ROUND_S: f64 = 300.0;

/// Something that began or ended.
#[derive(Debug, Serialize)]
pub struct Change {
    at: String,
    /// `began` or `ended`.
    pub what: &'static str,
    /// The condition.
    pub condition: &'static str,
    /// What it is true of.
    pub subject: Text,
    severity: &'static str,
    confidence: f64,
    since: String,
    /// As the detector said it.
    pub sentence: String,
}

impl Change {
    fn new(at: Timestamp, what: &'static str, finding: &Finding) -> Self {
        Self {
            at: at.to_string(),
            what,
            condition: finding.condition,
            subject: finding.subject.id.clone(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence,
            since: finding.since.to_string(),
            sentence: finding.sentence.clone(),
        }
    }
}

/// Changes as text, a line each, with an empty line after them.
pub fn write_changes(text: &mut String, changes: &[Change]) {
    for it in changes {
        // Writing into a text does not fail.
        let _ = writeln!(
            text,
            "{}  {}  {} ({})  {}",
            it.at, it.what, it.condition, it.severity, it.sentence
        );
    }
    if !changes.is_empty() {
        text.push('\n');
    }
}

/// A detector and the time that has passed for it.
pub struct Rounds<D> {
    /// The detector.
    pub detector: D,
    /// How services hang together.
    pub graph: Graph,
    /// The time of the last record.
    pub now: Option<Timestamp>,
    /// What began and ended.
    pub changes: Vec<Change>,
    /// What could not be judged when it was last asked.
    pub missing: Vec<String>,
    /// A gap is looked at for so long, in seconds: nothing changes after that.
    gap_max_s: f64,
    due: Timestamp,
    held: BTreeMap<(&'static str, EntityKey), Finding>,
}

impl<D: Detector> Rounds<D> {
    /// A detector that knows nothing yet.
    pub fn new(detector: D, gap_max_s: f64) -> Self {
        Self {
            detector,
            graph: Graph::default(),
            now: None,
            changes: Vec::new(),
            missing: Vec::new(),
            gap_max_s,
            due: Timestamp::default(),
            held: BTreeMap::new(),
        }
    }

    /// Hands a record on, as received at the time that has come.
    pub fn observe(&mut self, record: &Record) {
        let namespace = Text::const_new(entity::DEFAULT_NAMESPACE);
        self.detector
            .observe(&namespace, self.now.unwrap_or_default(), record);
    }

    /// Lets time pass until then, looking as often as the server does.
    ///
    /// # Errors
    /// If it lies before a record that was taken.
    pub fn pass(&mut self, to: Timestamp) -> anyhow::Result<()> {
        let Some(now) = self.now else {
            self.now = Some(to);
            self.due = to.plus_s(ROUND_S);
            return Ok(());
        };
        ensure!(
            to >= now,
            "its time is {to}, before that of an earlier line, {now}: sort the records by time"
        );
        let (slow, last) = (now.plus_s(SLOW_AFTER_S), now.plus_s(self.gap_max_s));
        while self.due <= to && self.due <= last {
            self.look(self.due);
            let step_s = if self.due < slow { ROUND_S } else { SLOW_ROUND_S };
            self.due = self.due.plus_s(step_s);
        }
        if self.due <= to {
            self.due = to.plus_s(ROUND_S);
        }
        self.now = Some(to);
        Ok(())
    }

    /// Asks the detector.
    pub fn look(&mut self, now: Timestamp) {
        let (subjects, mut report) = (Subjects::default(), Report::default());
        let around = Surroundings {
            subjects: &subjects,
            graph: &self.graph,
        };
        self.detector.evaluate(now, &around, &mut report);
        self.missing = report.waiting.into_iter().map(|waiting| waiting.reason).collect();
        let mut held = BTreeMap::new();
        for finding in report.findings {
            let key = (finding.condition, finding.subject.clone());
            if self.held.remove(&key).is_none() {
                self.changes.push(Change::new(now, "began", &finding));
            }
            held.insert(key, finding);
        }
        let ended = std::mem::replace(&mut self.held, held);
        self.changes.extend(
            ended
                .into_values()
                .map(|finding| Change::new(now, "ended", &finding)),
        );
    }
}
