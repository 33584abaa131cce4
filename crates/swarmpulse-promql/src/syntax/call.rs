//! Calls of functions.

use super::Expr;
use crate::Span;
use crate::functions::Function;

/// A call of a function.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function.
    pub function: &'static Function,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// The whole call.
    pub span: Span,
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
            && self.arguments == other.arguments
            && self.span == other.span
    }
}

impl Call {
    /// Where an argument is; the call itself if it is not given.
    #[must_use]
    pub fn argument_span(&self, place: usize) -> Span {
        self.arguments.get(place).map_or(self.span, Expr::span)
    }

    /// Where all arguments are.
    #[must_use]
    pub fn arguments_span(&self) -> Span {
        match (self.arguments.first(), self.arguments.last()) {
            (Some(first), Some(last)) => first.span().to(last.span()),
            _ => self.span,
        }
    }
}
