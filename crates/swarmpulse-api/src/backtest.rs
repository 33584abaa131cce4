//! Backtests: which alerts would have fired over the past and been told to whom, compared with what was.

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
    /// Routes and receivers in Alertmanager's format; secrets may be left out or masked. Without it those in force.
    #[serde(default)]
    pub routes: Option<BacktestFile>,
    /// How long conditions of a name must hold before they are alerts, in seconds: in the place of what is in force.
    #[serde(default)]
    pub for_s: BTreeMap<String, f64>,
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
    /// How much each receiver would have been told, and was; by name.
    #[serde(default)]
    pub receivers: Vec<BacktestReceiver>,
    /// What would have been told and was, by time: the first thousand.
    #[serde(default)]
    pub messages: Vec<BacktestMessage>,
    /// Messages beyond these.
    #[serde(default)]
    pub messages_omitted: u64,
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
    /// Alerts of detectors and verdicts that fired: no rule decides them. They are compared and counted above, too.
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
    /// Who raised it: rule, condition or cause.
    #[serde(default)]
    pub origin: String,
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

/// How much one receiver would have been told, and was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BacktestReceiver {
    /// Its name.
    pub receiver: String,
    /// Messages that it would have got.
    pub would: u64,
    /// Of these, because something fired.
    pub fired: u64,
    /// Of these, because something ended.
    pub resolved: u64,
    /// Of these, because nothing had changed for long.
    pub repeated: u64,
    /// Messages that it got.
    pub did: u64,
}

/// A message as it would have been, as it was, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BacktestMessage {
    /// both, new (it would have been told and was not) or gone (it was told and would not have been).
    pub seen: String,
    /// When it would have been told.
    pub would_at: Option<String>,
    /// When it was.
    pub did_at: Option<String>,
    /// To whom.
    pub receiver: String,
    /// Over which channel.
    pub channel: String,
    /// fired, resolved or repeated.
    pub reason: String,
    /// The labels that its group was formed by.
    pub group: BTreeMap<String, String>,
    /// Alerts of it that fired.
    pub firing: u64,
    /// Alerts of it that had ended.
    pub resolved: u64,
    /// Names of the first few alerts.
    pub alerts: Vec<String>,
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
