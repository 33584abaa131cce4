//! What the live stream carries.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a client may ask for with `?topics=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Verdicts; `data` is an [`crate::Agent`].
    Verdicts,
    /// Tasks; `data` is a [`crate::HistoryEvent`].
    Tasks,
    /// Sandboxes; `data` is a [`crate::HistoryEvent`].
    Sandboxes,
    /// Events, failures, restarts, joined names, what was forgotten, conditions, silences, acknowledgements, notifications and
    /// what became of them; `data` is a [`crate::HistoryEvent`].
    Events,
    /// Alerts whose state changed; `data` is an [`crate::Alert`].
    Alerts,
    /// The fleet's figures, at most once a second; `data` is a [`crate::Summary`].
    Summary,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 6] = [
        Self::Verdicts,
        Self::Tasks,
        Self::Sandboxes,
        Self::Events,
        Self::Alerts,
        Self::Summary,
    ];

    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verdicts => "verdicts",
            Self::Tasks => "tasks",
            Self::Sandboxes => "sandboxes",
            Self::Events => "events",
            Self::Alerts => "alerts",
            Self::Summary => "summary",
        }
    }

    /// The topic of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == name)
    }
}

/// One message of the stream: over SSE `id`, `event` (the topic) and `data`; over WebSocket this object.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StreamEvent {
    /// Pass it as `Last-Event-ID` (or `?last_event_id=`) to go on after it; absent on summaries.
    pub id: Option<String>,
    /// The topic.
    pub topic: Topic,
    /// What it carries.
    pub data: Value,
}

/// What was missed cannot be replayed: read the lists anew. Over SSE the `data` of an event named `reset`; over
/// WebSocket the `data` of an object whose `topic` is `reset`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StreamReset {
    /// Why.
    pub reason: String,
}
