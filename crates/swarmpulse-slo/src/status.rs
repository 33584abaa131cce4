//! How an objective stands.

use serde::Serialize;
use swarmpulse_model::{Text, Timestamp};

use crate::period::Span;
use crate::watch::Watch;

/// Whether an objective is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SloState {
    /// It is: no more went badly than may.
    Meeting,
    /// It is not.
    Violating,
    /// Nothing says so, or not, or too little was seen to say so: this is never as good as being met.
    NoData,
}

impl SloState {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Meeting => "MEETING",
            Self::Violating => "VIOLATING",
            Self::NoData => "NO DATA",
        }
    }
}

/// How an objective stands at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct SloStatus {
    /// Whose: a namespace, or `*` for all of them together.
    pub namespace: Text,
    /// Whether it is met.
    pub state: SloState,
    /// The share that must be good.
    pub target: f64,
    /// The share that was good over the window.
    pub sli: Option<f64>,
    /// The figure as it is now, of an objective that has one: the worst of several.
    pub value: Option<f64>,
    /// What may go badly, and what is left of it.
    pub budget: Option<ErrorBudget>,
    /// How fast the budget goes.
    pub burn: BurnRates,
    /// When the budget will be gone.
    pub forecast: Forecast,
    /// What was looked at.
    pub span: Option<Span>,
    /// When data begins within it, if that is later than the window does.
    pub data_since: Option<Timestamp>,
    /// How much of the time that was looked at there was something to judge by, of an objective that counts time. The
    /// rest is neither good nor bad.
    pub observed_ratio: Option<f64>,
    /// How the monitor itself looked at that time, where it wrote anything of itself.
    pub watch: Option<Watch>,
    /// One plain sentence with the figures.
    pub sentence: String,
    /// Why it could not be judged, where a query failed.
    pub error: Option<String>,
}

/// What may go badly, and what is left of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorBudget {
    /// The share that may be bad.
    pub ratio: f64,
    /// What is left of the budget as a part of it: 1 is all, below 0 is overdrawn. `None` if there is no budget.
    pub remaining_ratio: Option<f64>,
    /// Minutes that may be bad, of an objective that counts time.
    pub minutes: Option<f64>,
    /// Minutes that are left.
    pub remaining_minutes: Option<f64>,
    /// Events that may be bad of those that there were, of an objective that counts events.
    pub events: Option<f64>,
    /// Events that are left.
    pub remaining_events: Option<f64>,
    /// All events that there were.
    pub total_events: Option<f64>,
}

/// How fast the budget goes, as a multiple of the speed at which it just lasts; `None` without data or budget.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BurnRates {
    /// Over the last five minutes.
    pub now: Option<f64>,
    /// Over the last hour.
    pub hour: Option<f64>,
    /// Over the last six hours.
    pub six_hours: Option<f64>,
}

/// When the budget will be gone if it burns on as it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Then. `None` if it lasts, is gone already, or nothing says.
    pub exhausted_at: Option<Timestamp>,
    /// From the rate over so many seconds, drawn on as a straight line.
    pub window_s: u64,
}
