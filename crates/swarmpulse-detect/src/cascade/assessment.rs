//! Assessments: what the engine holds of one namespace at one time.

use swarmpulse_model::{Text, Timestamp};

/// How great the risk of a cascade is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Nothing fails that others need.
    Low,
    /// Something fails that others need; nothing shows that it spreads.
    Medium,
    /// Failures spread, or one cause makes very many fail at once.
    High,
}

impl Risk {
    /// Scores from here on are medium.
    pub const MEDIUM_SCORE: f64 = 0.25;
    /// Scores from here on are high.
    pub const HIGH_SCORE: f64 = 0.6;

    /// The level of a score.
    #[must_use]
    pub fn of(score: f64) -> Self {
        if score >= Self::HIGH_SCORE {
            Self::High
        } else if score >= Self::MEDIUM_SCORE {
            Self::Medium
        } else {
            Self::Low
        }
    }

    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Where it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// At a service that others need.
    Service(Text),
    /// In one type of work, on very many agents at once.
    TaskType(Text),
}

impl Origin {
    /// The name of the service or type.
    #[must_use]
    pub fn name(&self) -> &Text {
        match self {
            Self::Service(name) | Self::TaskType(name) => name,
        }
    }
}

/// A service that fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Affected {
    /// The service.
    pub service: Text,
    /// Since when, as far as its results tell.
    pub since: Timestamp,
    /// The failing service that it needs and most likely has it from; `None` for the first.
    pub through: Option<Text>,
    /// How sure that is, 0 to 1.
    pub chance: f64,
}

/// A service that does not fail yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Threatened {
    /// The service.
    pub service: Text,
    /// The chance that it still works and will fail, 0 to 1.
    pub chance: f64,
    /// The service that it will most likely have it from.
    pub through: Option<Text>,
}

/// A dependency to cut, shed or break a circuit at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Who depends and still works.
    pub dependent: Text,
    /// What it needs and fails.
    pub need: Text,
}

/// What is held of one namespace at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// How great the risk is.
    pub risk: Risk,
    /// The same as a number, 0 to 1: low below 0.25, medium below 0.6.
    pub score: f64,
    /// How many further services a failing one brings down; above 1 failures feed themselves. While nothing fails: how
    /// many further failures of dependents follow a failure, beyond what is normal.
    pub branching_ratio: f64,
    /// The interval that holds it with 95 % confidence; `None` where nothing was seen that could tell.
    pub interval: Option<(f64, f64)>,
    /// Where it began, of the strongest suspicion from medium on.
    pub root: Option<Origin>,
    /// From where it began to where it has come, each through the one before.
    pub path: Vec<Text>,
    /// Everyone who fails with it, in the order in which they began.
    pub affected: Vec<Affected>,
    /// Who is next, the most likely first.
    pub next: Vec<Threatened>,
    /// What to cut, the most urgent first.
    pub cut: Vec<Cut>,
    /// Agents on which work of the type fails, where the origin is a type of work.
    pub agents: usize,
    /// The natural logarithm of how much better a spread explains what is seen than independent outages.
    pub evidence: f64,
    /// Since when it is held to be going on: when the origin began to fail.
    pub since: Option<Timestamp>,
}

impl Assessment {
    /// Nothing to see.
    #[must_use]
    pub fn calm() -> Self {
        Self {
            risk: Risk::Low,
            score: 0.0,
            branching_ratio: 0.0,
            interval: None,
            root: None,
            path: Vec::new(),
            affected: Vec::new(),
            next: Vec::new(),
            cut: Vec::new(),
            agents: 0,
            evidence: 0.0,
            since: None,
        }
    }
}
