//! Reads PromQL: text to expressions, with the messages and positions of Prometheus.

mod aggregate;
mod check;
mod duration;
mod error;
mod escape;
mod lexer;
mod modifier;
mod number;
mod operand;
mod operator;
mod selector;
mod token;

use swarmpulse_store::metrics::Matcher;

pub use error::ParseError;
pub use number::{format_duration, parse_duration};

use crate::Span;
use crate::syntax::Expr;
use lexer::Lexer;
use token::{Kind, Token};

/// How deep expressions may nest; evaluation takes some stack for each level.
const DEPTH_MAX: usize = 100;

/// Reads an expression and checks its types.
///
/// # Errors
/// If the text is none; the first thing that is wrong, with its position.
pub fn parse(text: &str) -> Result<Expr, ParseError> {
    let mut parser = Parser::new(text)?;
    if parser.token.kind == Kind::End {
        return Err(ParseError::new(
            text,
            Span::default(),
            "no expression found in input",
        ));
    }
    let expr = parser.expr(0)?;
    parser.expect_end()?;
    check::check(text, &expr)?;
    Ok(expr)
}

/// Reads a selector of series, `name{label="value"}`, without modifiers: the conditions.
///
/// # Errors
/// If the text is none.
pub fn parse_selector(text: &str) -> Result<Vec<Matcher>, ParseError> {
    let mut parser = Parser::new(text)?;
    let selector = match parser.token.kind {
        Kind::LeftBrace => parser.selector(None)?,
        kind if selector::may_name_metric(kind) => {
            let name = parser.advance()?;
            parser.selector(Some(name))?
        }
        _ => return Err(parser.unexpected("", "")),
    };
    parser.expect_end()?;
    Ok(selector.matchers)
}

/// Reads the labels of a series, `name{label="value"}`, as tests write them.
///
/// # Errors
/// If the text is none.
pub fn parse_labels(text: &str) -> Result<swarmpulse_model::Labels, ParseError> {
    let mut parser = Parser::new(text)?;
    let labels = parser.label_set()?;
    parser.expect_end()?;
    Ok(labels)
}

/// A number as expressions write it: decimal, hexadecimal, octal, `inf`, `nan`; with a sign, perhaps.
#[must_use]
pub fn parse_number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) if text.starts_with('-') => (-1.0, digits),
        Some(digits) => (1.0, digits),
        None => (1.0, text),
    };
    let whole = number::scan_number(digits) == (digits.len(), true);
    let word = matches!(digits.to_ascii_lowercase().as_str(), "inf" | "nan");
    (whole || word)
        .then(|| number::number(digits))
        .flatten()
        .map(|value| sign * value)
}

/// Takes words one after another; knows the next.
struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    /// Aggregations that are open: an unexpected word is one in the innermost.
    aggregations: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, ParseError> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next()?;
        Ok(Self {
            lexer,
            token,
            aggregations: 0,
            depth: 0,
        })
    }

    /// Takes the next word.
    fn advance(&mut self) -> Result<Token<'a>, ParseError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Takes the next word if it is of that kind.
    fn accept(&mut self, kind: Kind) -> Result<Option<Token<'a>>, ParseError> {
        if self.token.kind == kind {
            self.advance().map(Some)
        } else {
            Ok(None)
        }
    }

    fn expect_end(&mut self) -> Result<(), ParseError> {
        if self.token.kind == Kind::End {
            Ok(())
        } else {
            Err(self.unexpected("", ""))
        }
    }

    fn error(&self, span: Span, message: impl Into<String>) -> ParseError {
        ParseError::new(self.lexer.text(), span, message)
    }

    /// The next word cannot stand here.
    fn unexpected(&self, context: &str, expected: &str) -> ParseError {
        let mut message = format!("unexpected {}", self.token.describe());
        if !context.is_empty() {
            message = format!("{message} in {context}");
        } else if self.aggregations > 0 {
            message.push_str(" in aggregation");
        }
        if !expected.is_empty() {
            message = format!("{message}, expected {expected}");
        }
        self.error(self.token.span(), message)
    }

    /// One level down.
    fn deeper(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("expression nests deeper than {DEPTH_MAX} levels");
            return Err(self.error(self.token.span(), message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
