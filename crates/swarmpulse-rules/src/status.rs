//! How groups and rules are, for whoever shows them.

use swarmpulse_model::{Alert, Timestamp};

use crate::definition::{Rule, RuleGroup};

/// Whether a rule could be evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RuleHealth {
    /// Not evaluated yet.
    #[default]
    Unknown,
    /// It could.
    Ok,
    /// It could not.
    Error,
}

impl RuleHealth {
    /// As Prometheus writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ok => "ok",
            Self::Error => "err",
        }
    }
}

/// A group as it was evaluated last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupStatus {
    /// Its definition, without its rules.
    pub group: RuleGroup,
    /// Seconds between evaluations.
    pub interval_s: f64,
    /// When it was evaluated last.
    pub evaluated_at: Option<Timestamp>,
    /// How long that took, in seconds.
    pub took_s: f64,
    /// Evaluations that were left out because the one before took too long.
    pub missed: u64,
    /// Its rules, in order.
    pub rules: Vec<RuleStatus>,
}

/// A rule as it was evaluated last.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleStatus {
    /// Its definition.
    pub rule: Rule,
    /// Whether it could be evaluated.
    pub health: RuleHealth,
    /// Why not.
    pub error: Option<String>,
    /// Its expression found nothing at all to look at: no alert, and no all-clear either.
    pub no_data: bool,
    /// Its alerts that are pending or fire, with the values of the last evaluation.
    pub alerts: Vec<Alert>,
    /// Its alerts that ended within the last quarter of an hour.
    pub resolved: Vec<Alert>,
    /// When it was evaluated last.
    pub evaluated_at: Option<Timestamp>,
    /// How long that took, in seconds.
    pub took_s: f64,
}

/// One evaluation of a rule, as a clock has it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RuleTiming {
    /// When it began.
    pub began_at: Timestamp,
    /// How long it took, in seconds.
    pub took_s: f64,
}
