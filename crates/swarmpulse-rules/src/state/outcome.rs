//! What an evaluation comes to, for whoever stores and tells it.

use swarmpulse_model::{Alert, Labels, Text};

/// What one rule came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleOutcome {
    /// The rule's place in its group, from 0.
    pub rule: usize,
    /// Series and values as of the evaluation; of alerts `ALERTS` and `ALERTS_FOR_STATE`.
    pub recorded: Vec<(Labels, f64)>,
    /// Series that the evaluation before gave and this one does not.
    pub stale: Vec<Labels>,
    /// Alerts whose state changed, as they are now.
    pub changes: Vec<Alert>,
    /// Why it has no answer: then nothing of it changed, unless it gave too much.
    pub error: Option<RuleFailure>,
}

/// What a group came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupOutcome {
    /// Series and values as of the evaluation, in the order of the rules.
    pub recorded: Vec<(Labels, f64)>,
    /// Series that the evaluation before gave and this one does not.
    pub stale: Vec<Labels>,
    /// Alerts whose state changed, as they are now.
    pub changes: Vec<Alert>,
    /// Rules that could not be evaluated.
    pub errors: Vec<RuleFailure>,
}

impl GroupOutcome {
    pub(super) fn add(&mut self, outcome: RuleOutcome) {
        self.recorded.extend(outcome.recorded);
        self.stale.extend(outcome.stale);
        self.changes.extend(outcome.changes);
        self.errors.extend(outcome.error);
    }
}

/// A rule that could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule {}, {name:?}: {message}", .rule + 1)]
pub struct RuleFailure {
    /// Its place in its group, from 0.
    pub rule: usize,
    /// The name of what it gives.
    pub name: Text,
    /// Why.
    pub message: String,
}
