//! Durations: of ranges, steps and offsets.

use super::NumberLiteral;
use crate::Span;

/// A duration as it stands in a range, step or offset.
#[derive(Clone, Debug, PartialEq)]
pub enum Duration {
    /// So many milliseconds.
    Fixed(i64),
    /// To be computed when the steps of the evaluation are known.
    Computed(DurationExpr),
}

/// An expression of durations.
#[derive(Clone, Debug, PartialEq)]
pub enum DurationExpr {
    /// A number of seconds.
    Number(NumberLiteral),
    /// `step()`: the step of the evaluation.
    Step(Span),
    /// `range()`: from the first step to the last.
    Range(Span),
    /// An operation.
    Operation {
        /// Which.
        op: DurationOp,
        /// On the left; nothing before a sign.
        left: Option<Box<DurationExpr>>,
        /// On the right.
        right: Box<DurationExpr>,
        /// Whether it stands in parentheses.
        wrapped: bool,
        /// Where it is.
        span: Span,
    },
}

/// An operator between durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `^`
    Power,
    /// `min(a, b)`
    Min,
    /// `max(a, b)`
    Max,
}

impl Duration {
    /// In milliseconds, if it needs no computing.
    #[must_use]
    pub fn fixed_ms(&self) -> Option<i64> {
        match self {
            Self::Fixed(ms) => Some(*ms),
            Self::Computed(_) => None,
        }
    }
}

impl DurationExpr {
    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Number(number) => number.span,
            Self::Step(span) | Self::Range(span) | Self::Operation { span, .. } => *span,
        }
    }
}

impl DurationOp {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "^",
            Self::Min => "min",
            Self::Max => "max",
        }
    }
}
