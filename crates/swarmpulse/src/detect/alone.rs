//! One detector with one subject after another, as `swarmpulse detect` runs it over the series of a file.

use std::collections::BTreeMap;

use anyhow::Context as _;
use swarmpulse_detect::{
    DETECTORS, Detector, Graph, Published, Report, Signal, Subject, SubjectId, Subjects, Surroundings,
};
use swarmpulse_model::{EntityKey, EntityKind, Timestamp, entity};

/// A detector that looks at one series, and what it said last.
pub struct Alone {
    detector: Box<dyn Detector>,
    subjects: Subjects,
    subject: Subject,
    graph: Graph,
    lives: u32,
    report: Report,
}

/// The series is the only subject there is.
const ID: SubjectId = SubjectId(0);

impl Alone {
    /// A new one of that name.
    fn new(detector: &str, series: &str) -> anyhow::Result<Self> {
        let row = DETECTORS.iter().find(|row| row.description.name == detector);
        let row = row.with_context(|| format!("there is no detector `{detector}`"))?;
        let id = if series.is_empty() { "series" } else { series };
        let subject = Subject {
            entity: EntityKey::new(entity::DEFAULT_NAMESPACE, EntityKind::Agent, id),
            part: "".into(),
        };
        let mut subjects = Subjects::default();
        subjects.set(ID, Some(subject.clone()));
        Ok(Self {
            detector: (row.new)(),
            subjects,
            subject,
            graph: Graph::default(),
            lives: 0,
            report: Report::default(),
        })
    }

    /// Tells it a sample, and which life it is of; values that are no numbers are left out.
    pub fn feed(&mut self, signal: Signal, at: Timestamp, value: f64) {
        if value.is_finite() {
            // Starts are told apart by more than clocks err.
            let start_s = 1000.0 * f64::from(self.lives);
            self.detector
                .sample(ID, &self.subject, Signal::StartTimeSeconds, at, start_s);
            self.detector.sample(ID, &self.subject, signal, at, value);
        }
    }

    /// The process began anew.
    pub fn restart(&mut self) {
        self.lives += 1;
    }

    /// Asks what it holds to be true.
    pub fn ask(&mut self, now: Timestamp) -> &Report {
        self.report = Report::default();
        let around = Surroundings {
            subjects: &self.subjects,
            graph: &self.graph,
        };
        self.detector.evaluate(now, &around, &mut self.report);
        &self.report
    }
}

/// The detectors of a file's series.
pub struct Each {
    detector: &'static str,
    by_series: BTreeMap<String, Alone>,
}

impl Each {
    /// None yet, all to be of this name.
    pub fn of(detector: &'static str) -> Self {
        Self {
            detector,
            by_series: BTreeMap::new(),
        }
    }

    /// That of a series.
    ///
    /// # Errors
    /// If there is no such detector.
    pub fn series(&mut self, series: &str) -> anyhow::Result<&mut Alone> {
        if !self.by_series.contains_key(series) {
            let alone = Alone::new(self.detector, series)?;
            self.by_series.insert(series.to_owned(), alone);
        }
        self.by_series.get_mut(series).context("it was put there")
    }
}

/// The severity of the finding, else that there is not enough data, else `ok`.
pub fn verdict(report: &Report) -> &'static str {
    match (report.findings.first(), report.waiting.is_empty()) {
        (Some(finding), _) => finding.severity.as_str(),
        (None, false) => "not_enough_data",
        (None, true) => "ok",
    }
}

/// The published value of a series as a cell; empty if there is none.
pub fn cell(published: &[Published], series: &str) -> String {
    let found = published.iter().find(|sample| sample.series == series);
    found.map_or_else(String::new, |sample| rounded(sample.value))
}

/// The confidence of the finding as a cell; empty without one.
pub fn confidence(report: &Report) -> String {
    report
        .findings
        .first()
        .map_or_else(String::new, |finding| rounded(finding.confidence))
}

/// Six digits after the point at most.
pub fn rounded(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
