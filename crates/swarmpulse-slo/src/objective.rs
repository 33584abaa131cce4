//! An objective: what was promised.

use swarmpulse_model::Text;
use swarmpulse_model::series::Label;

use crate::alerting::Alerting;
use crate::indicator::{Budgeting, Indicator};
use crate::namespaces::Namespaces;
use crate::period::Period;

/// What was promised of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Its name, unique among all objectives.
    pub name: Text,
    /// What people call it; its name where nothing else is given.
    pub title: String,
    /// Whose figures it is of.
    pub namespaces: Namespaces,
    /// The service that it is of.
    pub service: Text,
    /// What it means, and what to do if it is not met.
    pub description: String,
    /// The share that must be good, above 0 and up to 1. At 1 there is no budget.
    pub target: f64,
    /// Over what it must be met.
    pub period: Period,
    /// What is measured.
    pub indicator: Indicator,
    /// Time counts only while this query gives anything.
    pub only: Option<String>,
    /// How what went badly is held against the budget.
    pub budgeting: Budgeting,
    /// Labels of its series and alerts, sorted by name.
    pub labels: Vec<Label>,
    /// When it alerts.
    pub alerting: Alerting,
    /// The file that defines it.
    pub file: String,
    /// The line at which it begins, from 1.
    pub line: u64,
}

impl Objective {
    /// The share that may be bad.
    #[must_use]
    pub fn budget(&self) -> f64 {
        // 0.001 rather than 0.0010000000000000009.
        let budget = 1.0 - self.target;
        (budget * 1e12).round() / 1e12
    }

    /// Its id in the series made of it: `SERVICE-NAME`, as Sloth has it.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}-{}", self.service, self.name)
    }

    /// Whether its budget is one of events; else it is one of time.
    #[must_use]
    pub fn counts_events(&self) -> bool {
        matches!(self.indicator, Indicator::Events { .. }) && self.budgeting == Budgeting::Occurrences
    }
}
