//! Silences: alerts that match are shown and not told.

use serde::{Deserialize, Serialize};

use super::LabelMatcher;
use crate::{Text, Timestamp};

/// Why alerts are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SilencePurpose {
    /// Somebody knows, and does not want to hear it.
    Silence,
    /// Work that is planned: what breaks meanwhile counts against nobody.
    Maintenance,
}

impl SilencePurpose {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Maintenance => "maintenance",
        }
    }
}

/// Alerts that match are shown and not told from `starts_at` until `ends_at`. The newest word on an id stands; one that
/// ends before it was said is expired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    /// A random UUID.
    pub id: Text,
    /// Whose alerts: from the author's credential; `None` means everybody's.
    pub namespace: Option<Text>,
    /// All of them must match.
    pub matchers: Vec<LabelMatcher>,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// Who wants it so.
    pub author: Text,
    /// Why.
    pub comment: Text,
    /// Sort of silence.
    pub purpose: SilencePurpose,
    /// When this was said.
    pub updated_at: Timestamp,
}
