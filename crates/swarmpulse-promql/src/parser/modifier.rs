//! What follows a selector: ranges, subqueries, `offset`, `@`, `anchored` and `smoothed`.

use super::token::{Keyword, Kind, Token};
use super::{ParseError, Parser};
use crate::Span;
use crate::syntax::{At, BinaryOp, Duration, Expr, Extent, RangeSelector, Subquery};

impl<'a> Parser<'a> {
    /// Everything that follows an operand and binds to it.
    pub(super) fn modifiers(&mut self, operand: Expr) -> Result<Expr, ParseError> {
        let mut expr = operand;
        loop {
            expr = match self.token.kind {
                Kind::LeftBracket => self.range(expr)?,
                Kind::Keyword(Keyword::Offset) => self.offset(expr)?,
                Kind::At => self.at(expr)?,
                Kind::Identifier => match self.token.text.to_ascii_lowercase().as_str() {
                    "anchored" => self.extent(expr, Extent::Anchored)?,
                    "smoothed" => self.extent(expr, Extent::Smoothed)?,
                    _ => return Ok(expr),
                },
                _ => return Ok(expr),
            };
            // What is nested by modifiers is not nested by words before it.
            self.deeper()?;
        }
    }

    fn range(&mut self, expr: Expr) -> Result<Expr, ParseError> {
        let open = self.advance()?.span();
        let range = self.positive_duration("subquery selector", "number or duration")?;
        if let Some(close) = self.accept(Kind::RightBracket)? {
            return self.range_selector(expr, range, open.to(close.span()));
        }
        if self.accept(Kind::Colon)?.is_none() {
            return Err(self.unexpected("subquery or range", "\":\" or \"]\""));
        }
        let mut step = None;
        if self.token.kind != Kind::RightBracket {
            let expected = "number or duration or \"]\"";
            step = Some(self.positive_duration("subquery selector", expected)?);
        }
        let Some(close) = self.accept(Kind::RightBracket)? else {
            return Err(self.unexpected("subquery selector", "\"]\""));
        };
        Ok(Expr::Subquery(Subquery {
            span: expr.span().to(close.span()),
            inner: Box::new(expr),
            range,
            step,
            offset: None,
            at: None,
        }))
    }

    fn range_selector(&self, expr: Expr, range: Duration, brackets: Span) -> Result<Expr, ParseError> {
        let Expr::Selector(selector) = expr else {
            return Err(self.error(brackets, "ranges only allowed for vector selectors"));
        };
        if selector
            .offset
            .as_ref()
            .is_some_and(|offset| offset.fixed_ms() != Some(0))
        {
            return Err(self.error(brackets, "no offset modifiers allowed before range"));
        }
        if matches!(selector.at, Some(At::Time(_))) {
            return Err(self.error(brackets, "no @ modifiers allowed before range"));
        }
        Ok(Expr::Range(RangeSelector {
            span: selector.span.to(brackets),
            selector,
            range,
        }))
    }

    fn offset(&mut self, mut expr: Expr) -> Result<Expr, ParseError> {
        self.advance()?;
        let duration = self.offset_duration()?;
        // Where this word began, what was taken ended, but for white space; only starts are ever shown.
        let end = Span::new(self.token.start, self.token.start);
        let whole = expr.span();
        let place = match &mut expr {
            Expr::Selector(selector) => {
                selector.span = whole.to(end);
                &mut selector.offset
            }
            Expr::Range(range) => {
                range.span = whole.to(end);
                &mut range.selector.offset
            }
            Expr::Subquery(subquery) => {
                subquery.span = whole.to(end);
                &mut subquery.offset
            }
            _ => {
                let message = "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery";
                return Err(self.error(whole, message));
            }
        };
        if place.as_ref().is_some_and(|offset| offset.fixed_ms() != Some(0)) {
            return Err(self.error(whole, "offset may not be set multiple times"));
        }
        *place = Some(duration);
        Ok(expr)
    }

    fn extent(&mut self, mut expr: Expr, extent: Extent) -> Result<Expr, ParseError> {
        let word = self.advance()?;
        let whole = expr.span();
        let (selector, span) = match &mut expr {
            Expr::Selector(selector) => (selector, None),
            Expr::Range(range) => (&mut range.selector, Some(&mut range.span)),
            Expr::Subquery(_) => {
                let message = format!("{} modifier is not supported for subqueries", extent.as_str());
                return Err(self.error(whole, message));
            }
            _ => {
                let message = format!("{} modifier not implemented", extent.as_str());
                return Err(self.error(whole, message));
            }
        };
        if selector.extent != Extent::Own && selector.extent != extent {
            let message = "anchored and smoothed modifiers cannot be used together";
            return Err(self.error(whole, message));
        }
        selector.extent = extent;
        *span.unwrap_or(&mut selector.span) = whole.to(word.span());
        Ok(expr)
    }

    fn at(&mut self, mut expr: Expr) -> Result<Expr, ParseError> {
        self.advance()?;
        let whole = expr.span();
        let at = self.at_time(whole)?;
        let end = Span::new(self.token.start, self.token.start);
        let place = match &mut expr {
            Expr::Selector(selector) => {
                selector.span = whole.to(end);
                &mut selector.at
            }
            Expr::Range(range) => {
                range.span = whole.to(end);
                &mut range.selector.at
            }
            Expr::Subquery(subquery) => {
                subquery.span = whole.to(end);
                &mut subquery.at
            }
            _ => {
                let message = "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery";
                return Err(self.error(whole, message));
            }
        };
        if place.is_some() {
            return Err(self.error(whole, "@ <timestamp> may not be set multiple times"));
        }
        *place = Some(at);
        Ok(expr)
    }

    fn at_time(&mut self, whole: Span) -> Result<At, ParseError> {
        let named = match self.token.kind {
            Kind::Start => Some(At::Start),
            Kind::Finish => Some(At::End),
            _ => None,
        };
        if let Some(named) = named {
            self.advance()?;
            for kind in [Kind::LeftParen, Kind::RightParen] {
                if self.accept(kind)?.is_none() {
                    return Err(self.unexpected("@", "timestamp"));
                }
            }
            return Ok(named);
        }
        let sign: Option<Token<'a>> = match self.token.kind {
            Kind::Operator(BinaryOp::Add | BinaryOp::Subtract) => Some(self.advance()?),
            _ => None,
        };
        if !matches!(self.token.kind, Kind::Number | Kind::Duration) {
            return Err(self.unexpected("@", "timestamp"));
        }
        let mut seconds = self.number_literal()?.value;
        if sign.is_some_and(|sign| sign.text == "-") {
            seconds = -seconds;
        }
        if !seconds.is_finite() || seconds.abs() >= i64::MAX as f64 {
            let shown = match seconds {
                value if value.is_nan() => "NaN".to_owned(),
                f64::INFINITY => "+Inf".to_owned(),
                f64::NEG_INFINITY => "-Inf".to_owned(),
                value => format!("{value:.6}"),
            };
            let message = format!("timestamp out of bounds for @ modifier: {shown}");
            return Err(self.error(whole, message));
        }
        Ok(At::Time((seconds * 1000.0).round() as i64))
    }
}
