//! Expressions: what rules ask of whoever evaluates PromQL.

use swarmpulse_model::{Labels, Timestamp};

/// Parses expressions.
pub trait Expressions {
    /// Parses once what is evaluated many times.
    ///
    /// # Errors
    /// If the text is no expression, or one that does not give a vector or a scalar.
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError>;
}

/// An expression that is ready to be evaluated.
pub trait Query: Send {
    /// What it comes to at one time. A scalar is one sample without labels. The order is the evaluator's, and the same
    /// for the same data.
    ///
    /// # Errors
    /// If it cannot be evaluated, or there is too much of it.
    fn at(&self, at: Timestamp) -> Result<Vec<QuerySample>, QueryError>;

    /// Whether any of the series that it reads has a sample as of `at`. Asked only when [`Self::at`] found nothing: a rule
    /// without data is told apart from one that is quiet. Whoever cannot tell says `true`, as here.
    fn has_data(&self, at: Timestamp) -> bool {
        let _ = at;
        true
    }
}

/// One series of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct QuerySample {
    /// Its labels, with `__name__` where the expression keeps it.
    pub labels: Labels,
    /// Its value.
    pub value: f64,
}

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What is wrong.
    pub message: String,
    /// The byte of the text at which it is.
    pub offset: Option<usize>,
}

/// Why an expression has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct QueryError(pub String);
