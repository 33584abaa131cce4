//! Findings: what a detector holds to be true, with the figures, the data and the words that make it believable.

use serde::Serialize;
use swarmpulse_model::{EntityKey, Severity, Text, Timestamp};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unit {
    /// A plain count or number.
    Count,
    Bytes,
    BytesPerHour,
    Seconds,
    /// 0 to 1.
    Ratio,
    PerMinute,
    PerHour,
}

/// One figure of a finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Its name, with the unit last: `rate_bytes_per_hour`, `time_to_limit_s`.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// The interval that holds the true value with 95 % confidence, where one is known.
    pub interval: Option<(f64, f64)>,
    /// What it counts.
    pub unit: Unit,
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What it shows.
    pub label: Text,
    /// Times in nanoseconds, with values; at most [`Chart::POINTS_MAX`].
    pub points: Vec<(Timestamp, f64)>,
}

/// A point in time worth marking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub label: Text,
}

/// The data behind a finding, enough to draw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// What it shows.
    pub title: Text,
    /// What its values count.
    pub unit: Unit,
    /// Its lines: what was measured first, then what was fitted or expected.
    pub lines: Vec<Line>,
    /// Points in time worth marking.
    pub marks: Vec<Mark>,
    /// The limit that it runs towards.
    pub limit: Option<f64>,
}

impl Chart {
    /// The most points of a line.
    pub const POINTS_MAX: usize = 240;
}

/// Something that a detector holds to be true.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The detector, as in [`crate::DETECTORS`].
    pub detector: &'static str,
    /// The condition, one of that detector's. With the subject it names the finding: a detector reports no two of the same.
    pub condition: &'static str,
    /// What it is true of.
    pub subject: EntityKey,
    /// How much it matters.
    pub severity: Severity,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Since when it has been true, as the detector sees it.
    pub since: Timestamp,
    /// One plain sentence with the figures.
    pub sentence: String,
    /// The figures, the most telling first.
    pub figures: Vec<Figure>,
    /// The data behind it.
    pub charts: Vec<Chart>,
    /// Others that it is about, in an order that means something: the path of a cascade, partners of a failure.
    pub related: Vec<EntityKey>,
    /// What to do, where that is known: short sentences.
    pub advice: Vec<String>,
}
