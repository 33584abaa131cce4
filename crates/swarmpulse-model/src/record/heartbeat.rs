//! A heartbeat: contact, and what the agent says of itself.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Text, Timestamp};

/// An agent says that it is there. Contact, never progress.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The agent's id.
    pub agent: Text,
    /// What sort of agent: `claude-code`, `celery-worker`, `bot`, ...
    pub kind: Option<Text>,
    /// One life of the agent; another value is a restart.
    pub instance: Option<Text>,
    /// The machine it runs on.
    pub host: Option<Text>,
    /// Its process on that machine.
    pub pid: Option<u32>,
    /// The sandbox it runs in.
    pub sandbox: Option<Text>,
    /// What it says it is doing; see [`DeclaredStatus`].
    pub status: Option<Text>,
    /// The task it has in hand.
    pub task: Option<Text>,
    /// How often it will report, in seconds.
    pub interval_s: Option<f64>,
    /// It reports only while it works, as telemetry of a program does that waits for a person: its silence without open work
    /// is no sign of death.
    pub on_demand: Option<bool>,
    /// Counts its reports within one instance; a gap is lost telemetry.
    pub sequence: Option<u64>,
    /// The sender's clock, measured and never trusted.
    pub at: Option<Timestamp>,
    /// Numbers about itself.
    pub metrics: Vec<(Text, f64)>,
    /// Fields that no contract names.
    pub attributes: Attributes,
}

/// What a status text means for the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredStatus {
    /// Coming up.
    Starting,
    /// Has work in hand.
    Working,
    /// Ready, without work.
    Idle,
    /// Waits for a person or an input.
    Waiting,
    /// Holds back because a service asked it to.
    BackingOff,
    /// Is ending, or has ended, as intended.
    Stopped,
    /// Has failed and says so.
    Failed,
}

impl DeclaredStatus {
    /// The meaning of a status text in any case; `None` for words that decide nothing.
    #[must_use]
    pub fn parse(status: &str) -> Option<Self> {
        const WORDS: [(DeclaredStatus, &[&str]); 7] = [
            (
                DeclaredStatus::Working,
                &["working", "running", "busy", "active", "executing", "processing"],
            ),
            (
                DeclaredStatus::Idle,
                &["idle", "ready", "healthy", "ok", "available"],
            ),
            (
                DeclaredStatus::Waiting,
                &["waiting", "waiting_for_input", "paused", "blocked_on_user"],
            ),
            (DeclaredStatus::Starting, &["starting", "initializing", "booting"]),
            (
                DeclaredStatus::BackingOff,
                &["backing_off", "rate_limited", "throttled"],
            ),
            (
                DeclaredStatus::Stopped,
                &[
                    "stopped",
                    "shutdown",
                    "shutting_down",
                    "terminated",
                    "completed",
                    "offline",
                ],
            ),
            (
                DeclaredStatus::Failed,
                &["failed", "crashed", "error", "dead", "emergency"],
            ),
        ];
        WORDS
            .iter()
            .find(|(_, words)| words.iter().any(|word| word.eq_ignore_ascii_case(status)))
            .map(|(meaning, _)| *meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_words_have_one_meaning_in_any_case() {
        assert_eq!(DeclaredStatus::parse("BUSY"), Some(DeclaredStatus::Working));
        assert_eq!(
            DeclaredStatus::parse("Rate_Limited"),
            Some(DeclaredStatus::BackingOff)
        );
        assert_eq!(DeclaredStatus::parse("reading chapter 4"), None);
    }
}
