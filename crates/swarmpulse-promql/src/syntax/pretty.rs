//! Expressions as text over many lines, where one would be too long.

use super::display::{Header, Operator, Suffix};
use super::{Expr, NumberLiteral};

/// What is longer than that is split.
const LINE_BYTES_MAX: usize = 100;

impl Expr {
    /// As text to be read by people: as `format_query` answers.
    #[must_use]
    pub fn pretty(&self) -> String {
        self.pretty_at(0)
    }

    fn pretty_at(&self, level: usize) -> String {
        let indent = "  ".repeat(level);
        let line = self.to_string();
        let short = line.len() <= LINE_BYTES_MAX;
        match self {
            Self::Subquery(subquery) if !short => {
                format!("{}{}", subquery.inner.pretty_at(level), Suffix(subquery))
            }
            Self::Subquery(_) => line,
            Self::Unary(unary) => {
                let sign = if unary.negative { "-" } else { "+" };
                let inner = unary.inner.pretty_at(level);
                format!("{indent}{sign}{}", inner.trim())
            }
            Self::Aggregate(aggregate) if !short => {
                let parameter = aggregate.parameter.as_ref();
                let parameter =
                    parameter.map_or_else(String::new, |inner| format!("{},\n", inner.pretty_at(level + 1)));
                let inner = aggregate.inner.pretty_at(level + 1);
                format!("{indent}{}(\n{parameter}{inner}\n{indent})", Header(aggregate))
            }
            Self::Binary(binary) if !short => {
                let left = binary.left.pretty_at(level + 1);
                let right = binary.right.pretty_at(level + 1);
                format!("{left}\n{indent}{}\n{right}", Operator(binary))
            }
            Self::Call(call) if !short => {
                let arguments: Vec<String> = call
                    .arguments
                    .iter()
                    .map(|argument| argument.pretty_at(level + 1))
                    .collect();
                let arguments = arguments.join(",\n");
                format!("{indent}{}(\n{arguments}\n{indent})", call.function.name)
            }
            Self::Parens(parens) if !short => {
                format!("{indent}(\n{}\n{indent})", parens.inner.pretty_at(level + 1))
            }
            _ => format!("{indent}{line}"),
        }
    }
}

impl From<NumberLiteral> for Expr {
    fn from(number: NumberLiteral) -> Self {
        Self::Number(number)
    }
}
