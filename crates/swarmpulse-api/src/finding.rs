//! Findings: what detectors hold to be true, the data behind each, and what cannot be judged yet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that a detector holds, or lately held, to be true.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Its id, for as long as it is known.
    pub id: String,
    /// The detector that says so.
    pub detector: String,
    /// What is the matter: `memory_leak`, `service_degraded`, ...
    pub condition: String,
    /// The namespace of its subject.
    pub namespace: String,
    /// The kind of its subject: agent process task sandbox service host task_type.
    pub subject_kind: String,
    /// The id of its subject.
    pub subject: String,
    /// critical, warning or info.
    pub severity: String,
    /// active or ended.
    pub state: String,
    /// How sure the detector is, 0 to 1; what it measures stands with the detector's method.
    pub confidence: f64,
    /// One sentence with the figures.
    pub sentence: String,
    /// Since when it has been true, as the detector sees it.
    pub since: String,
    /// When it was said first.
    pub first_seen_at: String,
    /// When it was said last.
    pub last_seen_at: String,
    /// When it no longer held; null while it does.
    pub ended_at: Option<String>,
    /// The figures, the most telling first.
    pub figures: Vec<FindingFigure>,
    /// Others that it is about, in an order that means something: the path of a cascade, partners of a failure.
    pub related: Vec<FindingSubject>,
    /// What to do, where that is known.
    pub advice: Vec<String>,
    /// Where to go on: `self`, the finding with its charts; `subject`, what the API shows of it, where it does.
    pub links: BTreeMap<String, String>,
}

/// A finding with the data behind it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FindingDetail {
    /// The finding as it stands in the list.
    #[serde(flatten)]
    pub finding: Finding,
    /// The data behind it, enough to draw it.
    pub charts: Vec<FindingChart>,
}

/// One figure of a finding.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FindingFigure {
    /// Its name, with the unit last: `rate_bytes_per_hour`, `time_to_limit_s`.
    pub name: String,
    /// Its value; null where it is beyond all numbers.
    pub value: Option<f64>,
    /// The lower end of the interval that holds the true value with 95 % confidence; null where none is known.
    pub low: Option<f64>,
    /// The upper end of that interval.
    pub high: Option<f64>,
    /// count bytes bytes_per_hour seconds ratio per_minute per_hour.
    pub unit: String,
}

/// An entity that a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingSubject {
    /// Its namespace.
    pub namespace: String,
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// A chart of a finding.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FindingChart {
    /// What it shows.
    pub title: String,
    /// What its values count, as with figures.
    pub unit: String,
    /// Its lines: what was measured first, then what was fitted or expected.
    pub lines: Vec<ChartLine>,
    /// Points in time worth marking.
    pub marks: Vec<ChartMark>,
    /// The limit that it runs towards.
    pub limit: Option<f64>,
}

/// A line of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChartLine {
    /// What it shows.
    pub label: String,
    /// Its points in the order of time, at most 240.
    pub points: Vec<ChartPoint>,
}

/// A point of a line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChartPoint {
    /// When.
    pub at: String,
    /// How much; null where there is a gap.
    pub value: Option<f64>,
}

/// A point in time worth marking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChartMark {
    /// When.
    pub at: String,
    /// What happened.
    pub label: String,
}

/// Something that a detector cannot judge yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingWaiting {
    /// The detector.
    pub detector: String,
    /// The namespace of its subject; null for all that the detector looks at.
    pub namespace: Option<String>,
    /// The kind of its subject.
    pub subject_kind: Option<String>,
    /// The id of its subject.
    pub subject: Option<String>,
    /// What is missing.
    pub reason: String,
}

/// A detector, explained.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Detector {
    /// Its name.
    pub name: String,
    /// What it looks for, in one line.
    pub summary: String,
    /// How it judges and what it needs, in a paragraph.
    pub method: String,
    /// The papers or methods that it rests on.
    pub sources: Vec<String>,
    /// Conditions that it raises.
    pub conditions: Vec<DetectorCondition>,
    /// Series that it publishes, all gauges.
    pub series: Vec<DetectorSeries>,
}

/// A condition that a detector raises.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DetectorCondition {
    /// Its name, as alerts show it.
    pub name: String,
    /// What it means.
    pub meaning: String,
}

/// A series that a detector publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DetectorSeries {
    /// Its name, with the unit last.
    pub name: String,
    /// seconds, bytes, ratio; empty for counts.
    pub unit: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// What it says.
    pub help: String,
}
