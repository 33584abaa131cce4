//! What stands between operators.

use super::escape::unquote;
use super::number::{number, parse_duration};
use super::selector::may_name_metric;
use super::token::{Keyword, Kind, Token};
use super::{ParseError, Parser};
use crate::functions;
use crate::quote::quote;
use crate::syntax::{Call, Expr, NumberLiteral, Parens, TextLiteral};

impl<'a> Parser<'a> {
    /// A number, text, selector, call, aggregation or an expression in parentheses.
    pub(super) fn operand(&mut self) -> Result<Expr, ParseError> {
        match self.token.kind {
            Kind::Number | Kind::Duration => Ok(Expr::Number(self.number_literal()?)),
            Kind::Text => {
                let token = self.advance()?;
                Ok(Expr::Text(TextLiteral {
                    value: self.unquoted(token)?,
                    span: token.span(),
                }))
            }
            Kind::LeftParen => {
                let open = self.advance()?.span();
                let inner = Box::new(self.expr(0)?);
                let Some(close) = self.accept(Kind::RightParen)? else {
                    return Err(self.unexpected("", ""));
                };
                Ok(Expr::Parens(Parens {
                    inner,
                    span: open.to(close.span()),
                }))
            }
            Kind::LeftBrace => Ok(Expr::Selector(self.selector(None)?)),
            Kind::Identifier => {
                let name = self.advance()?;
                if self.token.kind == Kind::LeftParen {
                    self.call(name)
                } else {
                    Ok(Expr::Selector(self.selector(Some(name))?))
                }
            }
            Kind::Aggregator(op) => {
                let name = self.advance()?;
                match self.token.kind {
                    Kind::LeftParen | Kind::Keyword(Keyword::By | Keyword::Without) => {
                        self.aggregate(op, name.span())
                    }
                    _ => Ok(Expr::Selector(self.selector(Some(name))?)),
                }
            }
            kind if may_name_metric(kind) => {
                let name = self.advance()?;
                if matches!(kind, Kind::Start | Kind::Finish) && self.token.kind == Kind::LeftParen {
                    return self.call(name);
                }
                Ok(Expr::Selector(self.selector(Some(name))?))
            }
            _ => Err(self.unexpected("", "")),
        }
    }

    /// A number, or a duration as seconds.
    pub(super) fn number_literal(&mut self) -> Result<NumberLiteral, ParseError> {
        let token = self.advance()?;
        let duration = token.kind == Kind::Duration;
        let value = if duration {
            let ms = parse_duration(token.text).map_err(|message| self.error(token.span(), message))?;
            ms as f64 / 1000.0
        } else {
            number(token.text).ok_or_else(|| {
                let text = quote(token.text);
                let message =
                    format!("error parsing number: strconv.ParseFloat: parsing {text}: value out of range");
                self.error(token.span(), message)
            })?
        };
        Ok(NumberLiteral {
            value,
            duration,
            span: token.span(),
        })
    }

    /// The text of a quoted word.
    pub(super) fn unquoted(&self, token: Token<'a>) -> Result<String, ParseError> {
        unquote(token.text).map_err(|error| {
            let message = format!("error unquoting string {}: {error}", quote(token.text));
            self.error(token.span(), message)
        })
    }

    fn call(&mut self, name: Token<'a>) -> Result<Expr, ParseError> {
        let (arguments, close) = self.arguments()?;
        let Some(function) = functions::lookup(name.text) else {
            let message = format!("unknown function with name {}", quote(name.text));
            return Err(self.error(name.span(), message));
        };
        Ok(Expr::Call(Call {
            function,
            arguments,
            span: name.span().to(close),
        }))
    }

    /// Expressions in parentheses, and where the closing one is.
    pub(super) fn arguments(&mut self) -> Result<(Vec<Expr>, crate::Span), ParseError> {
        self.advance()?;
        let mut arguments = Vec::new();
        if let Some(close) = self.accept(Kind::RightParen)? {
            return Ok((arguments, close.span()));
        }
        loop {
            arguments.push(self.expr(0)?);
            if let Some(close) = self.accept(Kind::RightParen)? {
                return Ok((arguments, close.span()));
            }
            let Some(comma) = self.accept(Kind::Comma)? else {
                return Err(self.unexpected("", ""));
            };
            if matches!(self.token.kind, Kind::RightParen | Kind::Comma) {
                let message = "trailing commas not allowed in function call args";
                return Err(self.error(comma.span(), message));
            }
        }
    }
}
