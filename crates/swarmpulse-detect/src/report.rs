//! Reports: what a detector says when it is asked.

use serde::{Serialize, Serializer};
use swarmpulse_model::{EntityKey, Text, Timestamp};

use crate::finding::Finding;

/// A subject that cannot be judged yet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waiting {
    /// The detector.
    pub detector: &'static str,
    /// Of what; `None` for all that it looks at.
    pub subject: Option<EntityKey>,
    /// What is missing: `12 minutes of samples, 25 are needed`.
    pub reason: String,
}

/// A value to publish as a sample of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// One of the detector's series in [`crate::DETECTORS`].
    pub series: &'static str,
    /// A value for each of that series' labels, in their order.
    pub labels: Vec<Text>,
    /// The value.
    pub value: f64,
}

/// The JSON-lines logs that detectors write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Log {
    /// `bot-process-health.jsonl`
    ProcessHealth,
    /// `api-health.jsonl`
    ApiHealth,
    /// `queue-analytics.jsonl`
    QueueAnalytics,
    /// `failure-analysis.jsonl`
    FailureAnalysis,
}

/// A value in a line of a log.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Field {
    Null,
    Bool(bool),
    /// Written as null if it is not finite.
    Number(f64),
    Integer(u64),
    Text(Text),
    List(Vec<Field>),
    Object(Vec<(Text, Field)>),
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(value) if value.is_finite() => serializer.serialize_f64(*value),
            Self::Null | Self::Number(_) => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_u64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(entries) => {
                serializer.collect_map(entries.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// A line of a log. Its time is written as `timestamp`, before the fields.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Which log.
    pub log: Log,
    /// When it happened.
    pub at: Timestamp,
    /// Names and values, in the order in which they are written.
    pub fields: Vec<(&'static str, Field)>,
}

impl Serialize for LogLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(Some(1 + self.fields.len()))?;
        map.serialize_entry("timestamp", &self.at.to_string())?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// What a detector says at one time. Detectors add to it; the caller empties it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Everything that holds.
    pub findings: Vec<Finding>,
    /// What cannot be judged yet; a detector names the first few subjects and sums up the rest.
    pub waiting: Vec<Waiting>,
    /// Values of series, as of now. A series that is left out is gone.
    pub published: Vec<Published>,
    /// What is to be logged since the last report.
    pub lines: Vec<LogLine>,
    /// What was left out since the last report for want of room, by reason.
    pub dropped: Vec<(&'static str, u64)>,
}
