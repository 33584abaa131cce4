//! An event: something that happened to or in an agent.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Text, Timestamp};

/// Who sent an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventSource {
    /// The agent itself.
    #[default]
    Agent,
    /// The worker that runs it.
    Worker,
    /// Anything else; never progress.
    System,
}

impl EventSource {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Worker => "worker",
            Self::System => "system",
        }
    }
}

/// Something happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The event's own id; a second one of the same id is dropped.
    pub event: Option<Text>,
    /// What happened: `agent.tool_use`, `iteration.completed`, anything.
    pub event_type: Text,
    /// Who says so.
    pub source: EventSource,
    /// The agent it is about.
    pub agent: Option<Text>,
    /// The life of the agent that sent it.
    pub instance: Option<Text>,
    /// The sandbox it happened in.
    pub sandbox: Option<Text>,
    /// The task it belongs to.
    pub task: Option<Text>,
    /// The sender's clock.
    pub at: Option<Timestamp>,
    /// The size of what was sent, in bytes.
    pub size_bytes: Option<u64>,
    /// What the sender said about it, as redacted JSON text.
    pub data: Option<Box<str>>,
    /// Fields that no contract names.
    pub attributes: Attributes,
}

impl Event {
    /// Whether it shows that work goes on: any type from an agent or worker but the known non-work.
    #[must_use]
    pub fn is_progress(&self) -> bool {
        const NON_WORK: [&str; 7] = [
            "heartbeat",
            "started",
            "waiting",
            "error",
            "stream_error",
            "shutdown",
            "interrupted",
        ];
        let name = self.short_type();
        self.source != EventSource::System && !NON_WORK.contains(&name) && !name.ends_with("failed")
    }

    /// The type without its family: `tool_use` of `agent.tool_use`.
    #[must_use]
    pub fn short_type(&self) -> &str {
        self.event_type.rsplit('.').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(event_type: &str, source: EventSource) -> Event {
        Event {
            event_type: event_type.into(),
            source,
            ..Event::default()
        }
    }

    #[test]
    fn unknown_types_are_progress_and_known_non_work_is_not() {
        assert!(event("agent.dreamt_of_sheep", EventSource::Agent).is_progress());
        assert!(event("anything", EventSource::Worker).is_progress());
        assert!(!event("agent.tool_use", EventSource::System).is_progress());
        for non_work in [
            "agent.heartbeat",
            "agent.started",
            "waiting",
            "agent.stream_error",
            "iteration.failed",
            "validation_failed",
        ] {
            assert!(!event(non_work, EventSource::Agent).is_progress(), "{non_work}");
        }
    }
}
