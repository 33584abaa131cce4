//! Selectors of series, and subqueries.

use swarmpulse_store::metrics::Matcher;

use super::{Duration, Expr};
use crate::Span;

/// The time that `@` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// This millisecond.
    Time(i64),
    /// `start()`: the first step of the query.
    Start,
    /// `end()`: the last step of the query.
    End,
}

/// Which samples beside those in its range a selector sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// None.
    #[default]
    Own,
    /// The last at or before the start of a range: `anchored`.
    Anchored,
    /// Those around both ends, between which it takes values from the straight line: `smoothed`.
    Smoothed,
}

impl Extent {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Anchored => "anchored",
            Self::Smoothed => "smoothed",
        }
    }
}

/// Selects series: `name{label="value"} @ time offset duration`.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorSelector {
    /// The metric's name, if it stands before the braces.
    pub name: Option<String>,
    /// The conditions as written, and last the one of `name`.
    pub matchers: Vec<Matcher>,
    /// How far back.
    pub offset: Option<Duration>,
    /// At which time instead of the step's.
    pub at: Option<At>,
    /// Which samples beside its own it sees.
    pub extent: Extent,
    /// Where it is, with its modifiers.
    pub span: Span,
}

/// Selects windows of samples: `selector[range]`. Its modifiers are those of the selector inside.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeSelector {
    /// Which series.
    pub selector: VectorSelector,
    /// How long the windows are.
    pub range: Duration,
    /// Where it is, with its modifiers.
    pub span: Span,
}

/// Evaluates an expression at steps of its own: `expression[range:step]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    /// The expression.
    pub inner: Box<Expr>,
    /// How long the windows are.
    pub range: Duration,
    /// The step; the default without one.
    pub step: Option<Duration>,
    /// How far back.
    pub offset: Option<Duration>,
    /// At which time instead of the step's.
    pub at: Option<At>,
    /// Where it is, with its modifiers.
    pub span: Span,
}
