//! Selectors of series, and sets of labels.

use swarmpulse_model::series::METRIC_NAME;
use swarmpulse_model::{Labels, series::Label};
use swarmpulse_store::metrics::{MatchOp, Matcher};

use super::token::{Keyword, Kind, Token};
use super::{ParseError, Parser};
use crate::Span;
use crate::syntax::{BinaryOp, Extent, VectorSelector};

/// Whether a word may be the name of a metric.
pub(super) fn may_name_metric(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Identifier
            | Kind::MetricIdentifier
            | Kind::Aggregator(_)
            | Kind::Start
            | Kind::Finish
            | Kind::Keyword(Keyword::By | Keyword::Offset | Keyword::Without)
            | Kind::Operator(BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
    )
}

impl<'a> Parser<'a> {
    /// What follows the name of a metric, if anything does.
    pub(super) fn selector(&mut self, name: Option<Token<'a>>) -> Result<VectorSelector, ParseError> {
        let start = name.map_or(self.token.span(), |name| name.span());
        let (mut matchers, end) = if self.token.kind == Kind::LeftBrace {
            self.matchers()?
        } else {
            (Vec::new(), start)
        };
        let name = name.map(|name| name.text.to_owned());
        if let Some(name) = &name {
            matchers.push(Matcher::equal(METRIC_NAME, name));
        }
        Ok(VectorSelector {
            name,
            matchers,
            offset: None,
            at: None,
            extent: Extent::Own,
            span: start.to(end),
        })
    }

    fn matchers(&mut self) -> Result<(Vec<Matcher>, Span), ParseError> {
        let mut matchers = Vec::new();
        self.advance()?;
        if let Some(close) = self.accept(Kind::RightBrace)? {
            return Ok((matchers, close.span()));
        }
        loop {
            matchers.push(self.matcher()?);
            if let Some(close) = self.accept(Kind::RightBrace)? {
                return Ok((matchers, close.span()));
            }
            if self.accept(Kind::Comma)?.is_none() {
                return Err(self.unexpected("label matching", "\",\" or \"}\""));
            }
            if let Some(close) = self.accept(Kind::RightBrace)? {
                return Ok((matchers, close.span()));
            }
        }
    }

    fn matcher(&mut self) -> Result<Matcher, ParseError> {
        let first = self.token;
        let label = match first.kind {
            Kind::Identifier => {
                self.advance()?;
                first.text.to_owned()
            }
            Kind::Text => {
                self.advance()?;
                self.unquoted(first)?
            }
            _ => return Err(self.unexpected("label matching", "identifier or \"}\"")),
        };
        let op = match self.token.kind {
            Kind::Equal => MatchOp::Equal,
            Kind::Operator(BinaryOp::NotEqual) => MatchOp::NotEqual,
            Kind::EqualRegex => MatchOp::Regex,
            Kind::NotEqualRegex => MatchOp::NotRegex,
            _ if first.kind == Kind::Text => return Ok(Matcher::equal(METRIC_NAME, &label)),
            _ => return Err(self.unexpected("label matching", "label matching operator")),
        };
        self.advance()?;
        if self.token.kind != Kind::Text {
            return Err(self.unexpected("label matching", "string"));
        }
        let token = self.advance()?;
        let value = self.unquoted(token)?;
        Matcher::new(&label, op, &value).map_err(|error| {
            let span = first.span().to(token.span());
            let message = format!("error parsing regexp: {error}");
            self.error(span, message)
        })
    }

    /// The labels of a series: a name, labels in braces, or both.
    pub(super) fn label_set(&mut self) -> Result<Labels, ParseError> {
        let start = self.token.span();
        let mut labels = Vec::new();
        if may_name_metric(self.token.kind) {
            labels.push((METRIC_NAME.to_owned(), self.advance()?.text.to_owned()));
        }
        if self.accept(Kind::LeftBrace)?.is_some() {
            while self.accept(Kind::RightBrace)?.is_none() {
                labels.push(self.label()?);
                if self.accept(Kind::Comma)?.is_none() && self.token.kind != Kind::RightBrace {
                    return Err(self.unexpected("label set", "\",\" or \"}\""));
                }
            }
        }
        let labels = labels.into_iter().map(|(name, value)| Label {
            name: name.as_str().into(),
            value: value.as_str().into(),
        });
        Labels::new(labels.collect()).map_err(|error| self.error(start, error.to_string()))
    }

    fn label(&mut self) -> Result<(String, String), ParseError> {
        let first = self.token;
        let name = match first.kind {
            Kind::Identifier => {
                self.advance()?;
                first.text.to_owned()
            }
            Kind::Text => {
                self.advance()?;
                self.unquoted(first)?
            }
            _ => return Err(self.unexpected("label set", "identifier or \"}\"")),
        };
        if self.accept(Kind::Equal)?.is_none() {
            if first.kind == Kind::Text {
                return Ok((METRIC_NAME.to_owned(), name));
            }
            return Err(self.unexpected("label set", "\"=\""));
        }
        if self.token.kind != Kind::Text {
            return Err(self.unexpected("label set", "string"));
        }
        let token = self.advance()?;
        Ok((name, self.unquoted(token)?))
    }
}
