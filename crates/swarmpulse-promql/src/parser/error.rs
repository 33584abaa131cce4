//! Why a text is no expression.

use crate::Span;

/// Why a text is no expression: `1:5: parse error: ...`, as Prometheus says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: parse error: {message}")]
pub struct ParseError {
    /// Line and column, from 1.
    pub position: String,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl ParseError {
    pub(super) fn new(text: &str, span: Span, message: impl Into<String>) -> Self {
        Self {
            position: span.line_and_column(text),
            message: message.into(),
            span,
        }
    }
}
