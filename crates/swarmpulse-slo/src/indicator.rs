//! Indicators: what is measured of a service, and what of it counts against the budget.

use serde::{Deserialize, Serialize};

use crate::unit::Unit;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// Events are counted, and those that went well or badly. Each query has the placeholder `{{window}}` and is summed
    /// over the series that it gives.
    Events {
        /// What `part` counts.
        counting: Counting,
        /// The query that counts a part of the events.
        part: String,
        /// The query that counts all of them.
        total: String,
    },
    /// A share between 0 and 1 at every time; of several series the mean.
    Share {
        /// The query.
        query: String,
        /// What it is the share of.
        counting: Counting,
    },
    /// A figure that keeps to a bound, or does not, at every time. With several series each must keep to it.
    Figure {
        /// The query.
        query: String,
        /// What the figure must keep to.
        bound: Bound,
    },
}

/// What a query counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// What went well.
    Good,
    /// What went badly.
    Bad,
}

/// What a figure must keep to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// On which side.
    pub comparison: Comparison,
    /// Of what.
    pub value: f64,
    /// What it is a number of.
    #[serde(default)]
    pub unit: Unit,
}

impl Bound {
    /// In words: `below 100 MB/h`.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} {}", self.comparison.words(), self.unit.text(self.value))
    }
}

/// On which side of a bound all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

impl Comparison {
    /// As PromQL writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
        }
    }

    /// As PromQL writes that it is not so.
    #[must_use]
    pub fn opposite(self) -> &'static str {
        match self {
            Self::AtLeast => "<",
            Self::Above => "<=",
            Self::AtMost => ">",
            Self::Below => ">=",
        }
    }

    /// Whether small figures are the bad ones.
    #[must_use]
    pub fn is_lower_bound(self) -> bool {
        matches!(self, Self::AtLeast | Self::Above)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::Above => "above",
            Self::AtMost => "at most",
            Self::Below => "below",
        }
    }
}

/// How what went badly is held against the budget, as in OpenSLO.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Budgeting {
    /// By the events, or by the time of indicators that are no events.
    Occurrences,
    /// By slices of time: one is good if at least this share of it is.
    Timeslices {
        /// The share of a slice that must be good.
        share: f64,
        /// A slice's length.
        slice_s: u64,
    },
    /// By the mean of the slices' shares, so that quiet slices weigh as much as busy ones.
    RatioTimeslices {
        /// A slice's length.
        slice_s: u64,
    },
}
