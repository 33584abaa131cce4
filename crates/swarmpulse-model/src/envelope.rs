//! What the journal holds: a batch of records with where and when it came from.

use serde::{Deserialize, Serialize};

use crate::{Position, Record, Text, Timestamp};

/// The door through which records came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The HTTP API.
    #[default]
    Http,
    /// A ping URL.
    Ping,
    /// `swarmpulse watch`.
    Watch,
    /// A probe of this monitor.
    Probe,
    /// The monitor itself.
    Monitor,
    /// A detector or rule of this monitor.
    Detector,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 6] = [
        Self::Http,
        Self::Ping,
        Self::Watch,
        Self::Probe,
        Self::Monitor,
        Self::Detector,
    ];

    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Ping => "ping",
            Self::Watch => "watch",
            Self::Probe => "probe",
            Self::Monitor => "monitor",
            Self::Detector => "detector",
        }
    }
}

/// A batch as it stands in the journal: accepted, redacted, durable together or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Its place in the journal.
    pub position: Position,
    /// When it was received, by the monitor's monotone clock.
    pub received_at: Timestamp,
    /// From the sender's credential.
    pub namespace: Text,
    /// Whose credential; empty without one.
    pub principal: Text,
    /// The door through which it came.
    pub source: Source,
    /// What was received.
    pub records: Vec<Record>,
}
