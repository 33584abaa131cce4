//! Operations on two expressions.

use super::Expr;
use crate::Span;

/// An operator between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
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
    /// `atan2`
    Atan2,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `<`
    Less,
    /// `>=`
    GreaterOrEqual,
    /// `<=`
    LessOrEqual,
    /// `</`: the observations below a value.
    TrimUpper,
    /// `>/`: the observations above a value.
    TrimLower,
    /// `and`
    And,
    /// `or`
    Or,
    /// `unless`
    Unless,
}

impl BinaryOp {
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
            Self::Atan2 => "atan2",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::Less => "<",
            Self::GreaterOrEqual => ">=",
            Self::LessOrEqual => "<=",
            Self::TrimUpper => "</",
            Self::TrimLower => ">/",
            Self::And => "and",
            Self::Or => "or",
            Self::Unless => "unless",
        }
    }

    /// Whether it compares.
    #[must_use]
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Greater
                | Self::Less
                | Self::GreaterOrEqual
                | Self::LessOrEqual
        )
    }

    /// Whether it takes observations off a histogram.
    #[must_use]
    pub fn is_trim(self) -> bool {
        matches!(self, Self::TrimUpper | Self::TrimLower)
    }

    /// Whether its results are of the metric on the left: they keep its name.
    #[must_use]
    pub fn keeps_name(self) -> bool {
        self.is_comparison() || self.is_trim()
    }

    /// Whether it works on sets of series.
    #[must_use]
    pub fn is_set(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Unless)
    }
}

/// How many series of one side go with one of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cardinality {
    /// One with one.
    #[default]
    OneToOne,
    /// Many on the left with one on the right: `group_left`.
    ManyToOne,
    /// One on the left with many on the right: `group_right`.
    OneToMany,
    /// As set operators do.
    ManyToMany,
}

/// How series of both sides find each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VectorMatching {
    /// How many of one side go with one of the other.
    pub cardinality: Cardinality,
    /// The labels that matter, or that do not.
    pub labels: Vec<String>,
    /// Whether the labels are those that matter: `on`. Else they are those that do not: `ignoring`.
    pub on: bool,
    /// Labels taken from the side of one.
    pub include: Vec<String>,
    /// What stands in for a series that is missing on the left: `fill_left`, or `fill` for both sides.
    pub fill_left: Option<f64>,
    /// What stands in for a series that is missing on the right: `fill_right`, or `fill` for both sides.
    pub fill_right: Option<f64>,
}

/// An operation on two expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// Which.
    pub op: BinaryOp,
    /// On the left.
    pub left: Box<Expr>,
    /// On the right.
    pub right: Box<Expr>,
    /// How series find each other; between vectors alone.
    pub matching: Option<VectorMatching>,
    /// Whether a comparison returns 0 or 1 instead of leaving series out.
    pub returns_bool: bool,
}

impl Binary {
    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        self.left.span().to(self.right.span())
    }
}
