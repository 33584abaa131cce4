//! Expressions.

use super::{Aggregate, Binary, Call, RangeSelector, Subquery, ValueType, VectorSelector};
use crate::Span;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A number.
    Number(NumberLiteral),
    /// Text.
    Text(TextLiteral),
    /// A selector of series.
    Selector(VectorSelector),
    /// A selector of windows.
    Range(RangeSelector),
    /// A subquery.
    Subquery(Subquery),
    /// An expression in parentheses.
    Parens(Parens),
    /// An expression with a sign.
    Unary(Unary),
    /// An operation on two.
    Binary(Binary),
    /// An aggregation.
    Aggregate(Aggregate),
    /// A call of a function.
    Call(Call),
}

/// A number, or a duration as seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberLiteral {
    /// The number.
    pub value: f64,
    /// Whether it was written as a duration.
    pub duration: bool,
    /// Where it is.
    pub span: Span,
}

/// Text.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLiteral {
    /// The text, without quotes and escapes.
    pub value: String,
    /// Where it is.
    pub span: Span,
}

/// An expression in parentheses.
#[derive(Clone, Debug, PartialEq)]
pub struct Parens {
    /// The expression.
    pub inner: Box<Expr>,
    /// Where it is, with the parentheses.
    pub span: Span,
}

/// An expression with a sign.
#[derive(Clone, Debug, PartialEq)]
pub struct Unary {
    /// Whether the sign is `-`.
    pub negative: bool,
    /// The expression.
    pub inner: Box<Expr>,
    /// Where it is, with the sign.
    pub span: Span,
}

impl Expr {
    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Number(number) => number.span,
            Self::Text(text) => text.span,
            Self::Selector(selector) => selector.span,
            Self::Range(range) => range.span,
            Self::Subquery(subquery) => subquery.span,
            Self::Parens(parens) => parens.span,
            Self::Unary(unary) => unary.span,
            Self::Binary(binary) => binary.span(),
            Self::Aggregate(aggregate) => aggregate.span,
            Self::Call(call) => call.span,
        }
    }

    /// Its type.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Number(_) => ValueType::Scalar,
            Self::Text(_) => ValueType::String,
            Self::Selector(_) | Self::Aggregate(_) => ValueType::Vector,
            Self::Range(_) | Self::Subquery(_) => ValueType::Matrix,
            Self::Parens(parens) => parens.inner.value_type(),
            Self::Unary(unary) => unary.inner.value_type(),
            Self::Binary(binary) => {
                let scalar = |side: &Self| side.value_type() == ValueType::Scalar;
                if scalar(&binary.left) && scalar(&binary.right) {
                    ValueType::Scalar
                } else {
                    ValueType::Vector
                }
            }
            Self::Call(call) => call.function.returns,
        }
    }

    /// The expression within all its parentheses.
    #[must_use]
    pub fn unwrapped(&self) -> &Self {
        match self {
            Self::Parens(parens) => parens.inner.unwrapped(),
            other => other,
        }
    }

    /// The expressions it is made of.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match self {
            Self::Number(_) | Self::Text(_) | Self::Selector(_) | Self::Range(_) => Vec::new(),
            Self::Subquery(subquery) => vec![&subquery.inner],
            Self::Parens(parens) => vec![&parens.inner],
            Self::Unary(unary) => vec![&unary.inner],
            Self::Binary(binary) => vec![&binary.left, &binary.right],
            Self::Aggregate(aggregate) => {
                let parameter = aggregate.parameter.as_deref();
                std::iter::once(&*aggregate.inner).chain(parameter).collect()
            }
            Self::Call(call) => call.arguments.iter().collect(),
        }
    }

    /// The selector of a vector or range selector.
    #[must_use]
    pub fn selector(&self) -> Option<&VectorSelector> {
        match self {
            Self::Selector(selector) => Some(selector),
            Self::Range(range) => Some(&range.selector),
            _ => None,
        }
    }
}
