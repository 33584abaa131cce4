//! Aggregations and their groups.

use super::token::{Keyword, Kind};
use super::{ParseError, Parser};
use crate::Span;
use crate::syntax::{Aggregate, AggregateOp, Expr, Grouping};

impl Parser<'_> {
    /// What follows the name of an aggregation.
    pub(super) fn aggregate(&mut self, op: AggregateOp, name: Span) -> Result<Expr, ParseError> {
        self.aggregations += 1;
        let mut grouping = self.grouping()?;
        if self.token.kind != Kind::LeftParen {
            return Err(self.unexpected("aggregation", ""));
        }
        let (mut arguments, close) = self.arguments()?;
        self.aggregations -= 1;
        if grouping.is_none() {
            grouping = self.grouping()?;
        }
        let span = name.to(close);
        if arguments.is_empty() {
            return Err(self.error(span, "no arguments for aggregate expression provided"));
        }
        let expected = if op.has_parameter() { 2 } else { 1 };
        if arguments.len() != expected {
            let got = arguments.len();
            return Err(self.error(
                span,
                format!("wrong number of arguments for aggregate expression provided, expected {expected}, got {got}"),
            ));
        }
        let inner = Box::new(arguments.remove(expected - 1));
        Ok(Expr::Aggregate(Aggregate {
            op,
            parameter: arguments.pop().map(Box::new),
            inner,
            grouping: grouping.unwrap_or(Grouping::By(Vec::new())),
            span,
        }))
    }

    fn grouping(&mut self) -> Result<Option<Grouping>, ParseError> {
        let without = match self.token.kind {
            Kind::Keyword(Keyword::By) => false,
            Kind::Keyword(Keyword::Without) => true,
            _ => return Ok(None),
        };
        self.advance()?;
        let labels = self.grouping_labels()?;
        Ok(Some(if without {
            Grouping::Without(labels)
        } else {
            Grouping::By(labels)
        }))
    }

    /// Names of labels in parentheses.
    pub(super) fn grouping_labels(&mut self) -> Result<Vec<String>, ParseError> {
        if self.accept(Kind::LeftParen)?.is_none() {
            return Err(self.unexpected("grouping opts", "\"(\""));
        }
        let mut labels = Vec::new();
        if self.accept(Kind::RightParen)?.is_some() {
            return Ok(labels);
        }
        loop {
            labels.push(self.grouping_label()?);
            if self.accept(Kind::RightParen)?.is_some() {
                return Ok(labels);
            }
            if self.accept(Kind::Comma)?.is_none() {
                return Err(self.unexpected("grouping opts", "\",\" or \")\""));
            }
            if self.accept(Kind::RightParen)?.is_some() {
                return Ok(labels);
            }
        }
    }

    fn grouping_label(&mut self) -> Result<String, ParseError> {
        match self.token.kind {
            Kind::Text => {
                let token = self.advance()?;
                let label = self.unquoted(token)?;
                if label.is_empty() {
                    return Err(self.error(token.span(), "invalid label name for grouping: \"\""));
                }
                Ok(label)
            }
            Kind::Identifier
            | Kind::MetricIdentifier
            | Kind::Aggregator(_)
            | Kind::Start
            | Kind::Finish
            | Kind::Keyword(
                Keyword::Bool
                | Keyword::By
                | Keyword::GroupLeft
                | Keyword::GroupRight
                | Keyword::Ignoring
                | Keyword::Offset
                | Keyword::On,
            ) => Ok(self.advance()?.text.to_owned()),
            Kind::Operator(_)
                if self
                    .token
                    .text
                    .starts_with(|first: char| first.is_ascii_alphabetic()) =>
            {
                Ok(self.advance()?.text.to_owned())
            }
            _ => Err(self.unexpected("grouping opts", "label")),
        }
    }
}
