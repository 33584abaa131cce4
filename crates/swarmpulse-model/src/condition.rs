//! Conditions: what detectors, rules and the fleet itself hold to be true of an entity for a while.

use serde::{Deserialize, Serialize};

use crate::{EntityKey, Text, Timestamp};

/// How much a condition matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// P3: monitor.
    Info,
    /// P2: this cycle.
    Warning,
    /// P1: at once.
    Critical,
}

impl Severity {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Critical]
            .into_iter()
            .find(|severity| severity.as_str() == name)
    }

    /// What people write into the label `severity`, as one of three; a word that says nothing known, or no word, is a warning.
    /// The word `none` marks what nobody is to be woken by, as the alert that always fires in Kubernetes' rules.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "critical" | "page" | "p1" => Self::Critical,
            "info" | "p3" | "none" => Self::Info,
            _ => Self::Warning,
        }
    }
}

/// A condition is held to be true, or is no longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Its name: `agent_down`, `monitor_blind`, `memory_leak`, ... With the subject it names the condition.
    pub name: Text,
    /// What it is true of; `None` for the monitor itself.
    pub subject: Option<EntityKey>,
    /// How much it matters.
    pub severity: Severity,
    /// Whether it is true.
    pub active: bool,
    /// Since when it has been.
    pub since: Timestamp,
    /// One plain sentence with the figures.
    pub reason: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_read_in_the_words_that_people_use() {
        for (word, severity) in [
            ("critical", Severity::Critical),
            ("page", Severity::Critical),
            ("P1", Severity::Critical),
            ("warning", Severity::Warning),
            ("P2", Severity::Warning),
            ("info", Severity::Info),
            ("P3", Severity::Info),
            ("none", Severity::Info),
            ("ticket", Severity::Warning),
            ("", Severity::Warning),
        ] {
            assert_eq!(Severity::of_word(word), severity, "{word}");
        }
    }
}
