//! Backtests: which alerts rules would have fired over the past, compared with what did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /api/v1/backtest`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBacktest {
    /// The beginning, inclusive: RFC 3339 or Unix seconds.
    pub from: String,
    /// The end, exclusive; now without it.
    pub to: Option<String>,
    /// Seconds between evaluations of groups that name none; 15 without it.
    pub interval_s: Option<f64>,
    /// Files of rules; with neither these nor `objectives` the rules in force.
    #[serde(default)]
    pub rules: Vec<BacktestFile>,
    /// Files of objectives, made into rules.
    #[serde(default)]
    pub objectives: Vec<BacktestFile>,
}

/// A file as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacktestFile {
    /// Its name, for errors.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What a run through the past came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Backtest {
    /// The beginning, inclusive.
    pub from: String,
    /// The end, exclusive.
    pub to: String,
    /// Groups that were run.
    pub groups: u64,
    /// Their rules.
    pub rules: u64,
    /// Moments at which groups were evaluated.
    pub evaluations: u64,
    /// Samples that were read.
    pub samples_read: u64,
    /// How many firings there are of each sort.
    pub summary: BacktestSummary,
    /// What fired, by time.
    pub firings: Vec<BacktestFiring>,
    /// Rules that could not be evaluated, with the first reason of each.
    pub errors: BTreeMap<String, String>,
}

/// How many firings there are of each sort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BacktestSummary {
    /// They did fire and would have.
    pub both: u64,
    /// They would have fired and did not.
    pub new: u64,
    /// They did fire and would not have.
    pub gone: u64,
    /// Alerts of detectors and verdicts that fired: no rule decides them, so they would have been the same.
    pub of_conditions: u64,
}

/// One time for which an alert fired, as it would have been, as it was, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BacktestFiring {
    /// both, new (it would have and did not) or gone (it did and would not have).
    pub seen: String,
    /// The alert's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// critical, warning or info.
    pub severity: String,
    /// The labels that tell it from others of its name.
    pub labels: BTreeMap<String, String>,
    /// One sentence, of its beginning.
    pub message: String,
    /// When it would have fired.
    pub would: Option<FiringTimes>,
    /// When it did.
    pub did: Option<FiringTimes>,
}

/// From when until when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FiringTimes {
    /// Since when it was true.
    pub active_at: String,
    /// Since when it fired.
    pub fired_at: String,
    /// Until when; null if it still did at the end of the span.
    pub ended_at: Option<String>,
}
