//! Objectives: what was promised, and how it stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All objectives asked for, and how many are met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Slos {
    /// When they were judged.
    pub at: String,
    /// Objectives that are met.
    pub meeting: usize,
    /// Objectives that are not.
    pub violating: usize,
    /// Objectives that cannot be judged: these are never as good as met.
    pub no_data: usize,
    /// The objectives, by service, name and namespace.
    pub items: Vec<Slo>,
    /// Names of objectives that are switched off: `slo.off` of the configuration.
    #[serde(default)]
    pub off: Vec<String>,
}

/// An objective and how it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Slo {
    /// Its name.
    pub name: String,
    /// Whose figures these are; `*` where all namespaces have one budget together.
    #[serde(default)]
    pub namespace: String,
    /// What people call it.
    pub title: String,
    /// The service that it is of.
    pub service: String,
    /// What it means, and what to do if it is not met.
    pub description: String,
    /// meeting, violating or no_data.
    pub state: String,
    /// One sentence with the figures.
    pub sentence: String,
    /// What was promised, in words.
    pub promise: String,
    /// The share that must be good, 0 to 1.
    pub objective: f64,
    /// The share that was good over its window; null without data.
    pub sli: Option<f64>,
    /// The figure as it is now, the worst of several; null of objectives that count events, and without data.
    pub value: Option<f64>,
    /// The same with its unit, for people: `73.4 MB/h`.
    #[serde(default)]
    pub value_text: Option<String>,
    /// What the figure must keep to; null where no figure is compared.
    pub bound: Option<SloBound>,
    /// Over what it must be met.
    pub window: SloWindow,
    /// What may go badly, and what is left of it; null without data.
    pub error_budget: Option<SloBudget>,
    /// How fast the budget goes, as a multiple of the speed at which it just lasts.
    pub burn_rate: SloBurnRate,
    /// When the budget will be gone if it burns on so; null if it lasts or is gone already.
    pub forecast: Option<SloForecast>,
    /// Why it cannot be judged, where a query failed.
    pub error: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The file that defines it.
    pub file: String,
    /// Where to go on: `self`.
    pub links: BTreeMap<String, String>,
}

/// An objective with what its figures come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SloDetail {
    /// The objective as it stands in the list.
    #[serde(flatten)]
    pub slo: Slo,
    /// The expression of the share of errors over the window, to be asked anew.
    pub error_expression: String,
    /// The line of its file at which it begins.
    pub line: u64,
    /// The rules that are made of it.
    pub rules: Vec<SloRule>,
    /// How it stands in every namespace that the asker sees.
    #[serde(default)]
    pub namespaces: Vec<SloStanding>,
}

/// How an objective stands in one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SloStanding {
    /// Which; `*` is all of them together.
    pub namespace: String,
    /// meeting, violating or no_data.
    pub state: String,
}

/// A rule that is made of an objective.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SloRule {
    /// alerting or recording.
    pub kind: String,
    /// The name of its alert or series.
    pub name: String,
    /// Its expression.
    pub expression: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// What a figure must keep to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SloBound {
    /// `>=`, `>`, `<=` or `<`.
    pub op: String,
    /// Of what.
    pub value: f64,
    /// What it is a number of: seconds, bytes, ratio, per_hour, seconds_per_hour, bytes_per_hour, or empty.
    #[serde(default)]
    pub unit: String,
    /// All of it in words: `below 100 MB/h`.
    #[serde(default)]
    pub text: String,
}

/// Over what an objective must be met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SloWindow {
    /// rolling or calendar.
    pub kind: String,
    /// How it reads: `30d`, `calendar month (Europe/Berlin)`.
    pub text: String,
    /// Its length in seconds; of a calendar's as its clocks have it.
    pub length_s: u64,
    /// Where it begins now.
    pub from: Option<String>,
    /// Until when it was looked at.
    pub to: Option<String>,
    /// When it ends; null of a rolling one.
    pub ends_at: Option<String>,
    /// When data begins within it, where that is later.
    pub data_since: Option<String>,
    /// For how much of what was looked at there was data, 0 to 1: the rest is neither good nor bad. Null of objectives that
    /// count events, and without data.
    #[serde(default)]
    pub observed_ratio: Option<f64>,
    /// How long the monitor itself did not look, and doubted what it saw; null where nothing tells.
    #[serde(default)]
    pub not_observed: Option<SloNotObserved>,
}

/// Time of a window that the monitor did not see: neither good nor bad. If it is half of the time or more, an objective that
/// would be met is `no_data`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SloNotObserved {
    /// From when on the monitor could have looked: where the window begins, or when it ran for the first time.
    pub since: String,
    /// Seconds since then in which it did not run.
    pub seconds: f64,
    /// The same as a share of the time since then, 0 to 1.
    pub ratio: f64,
    /// Seconds in which it ran and may have been blind: after a start or a stall, or when most of the fleet fell silent at once.
    pub blind_seconds: f64,
}

/// What may go badly, and what is left of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SloBudget {
    /// The share that may be bad.
    pub ratio: f64,
    /// What is left as a part of it: 1 is all, below 0 is overdrawn; null where no errors are allowed.
    pub remaining_ratio: Option<f64>,
    /// Minutes that may be bad; null of objectives that count events.
    pub minutes: Option<f64>,
    /// Minutes that are left.
    pub remaining_minutes: Option<f64>,
    /// Events that may be bad, of those that there were; null of objectives that count time.
    pub events: Option<f64>,
    /// Events that are left.
    pub remaining_events: Option<f64>,
    /// All events that there were.
    pub total_events: Option<f64>,
}

/// How fast a budget goes; null without data or budget.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SloBurnRate {
    /// Over five minutes.
    pub now: Option<f64>,
    /// Over an hour.
    pub hour: Option<f64>,
    /// Over six hours.
    pub six_hours: Option<f64>,
}

/// When a budget will be gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SloForecast {
    /// Then.
    pub exhausted_at: String,
    /// How it is told.
    pub method: String,
}
