//! When an objective alerts.

use serde::{Deserialize, Serialize};

/// How much an alert on the budget matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BurnSeverity {
    /// Somebody must act now: `critical`.
    Page,
    /// Somebody must act in the next days: `warning`.
    Ticket,
    /// Worth knowing: `info`.
    Notice,
}

impl BurnSeverity {
    /// As in the label `sloth_severity`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Notice => "notice",
        }
    }

    /// As in the label `severity`.
    #[must_use]
    pub fn severity(self) -> &'static str {
        match self {
            Self::Page => "critical",
            Self::Ticket => "warning",
            Self::Notice => "info",
        }
    }

    /// From a name that OpenSLO's files use.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name.to_lowercase().as_str() {
            "page" | "critical" | "sev1" | "p1" | "high" => Self::Page,
            "ticket" | "warning" | "sev2" | "p2" | "medium" => Self::Ticket,
            "notice" | "info" | "sev3" | "p3" | "low" => Self::Notice,
            _ => return None,
        })
    }
}

/// A rate of burning over two windows: the long one says that it matters, the short one that it goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurnWindow {
    /// The long window, in seconds.
    pub long_s: u64,
    /// The short window, in seconds.
    pub short_s: u64,
    /// The budget burns so many times as fast as it would last.
    pub factor: f64,
}

/// An alert that fires if any of its windows burns.
#[derive(Clone, Debug, PartialEq)]
pub struct BurnAlert {
    /// How much it matters.
    pub severity: BurnSeverity,
    /// Its windows.
    pub windows: Vec<BurnWindow>,
}

/// A condition of one's own, as OpenSLO's `AlertCondition` has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurnCondition {
    /// Its name.
    pub name: String,
    /// How much it matters.
    pub severity: BurnSeverity,
    /// The rate of burning from which on it is true.
    pub factor: f64,
    /// Over so many seconds.
    pub lookback_s: u64,
    /// It must be true for so many seconds.
    pub after_s: u64,
}

/// When an objective alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alerting {
    /// On the usual burn rates over several windows.
    pub burn_rates: bool,
    /// On conditions of one's own.
    pub conditions: Vec<BurnCondition>,
    /// How much it matters that a promise without a budget, or of a very short period, does not hold.
    pub broken: BurnSeverity,
    /// If there is nothing to judge by for so many seconds.
    pub no_data_s: Option<u64>,
}

impl Default for Alerting {
    fn default() -> Self {
        Self {
            burn_rates: true,
            conditions: Vec::new(),
            broken: BurnSeverity::Page,
            no_data_s: None,
        }
    }
}
