//! Durations of ranges, steps and offsets, and their arithmetic.

use super::token::Kind;
use super::{ParseError, Parser};
use crate::Span;
use crate::syntax::{BinaryOp, Duration, DurationExpr, DurationOp, NumberLiteral};

/// Durations are computed in nanoseconds in Prometheus; more does not fit.
const SECONDS_MAX: f64 = 9_223_372_036.854_776;

fn operator(op: BinaryOp) -> Option<(DurationOp, u8)> {
    Some(match op {
        BinaryOp::Add => (DurationOp::Add, 1),
        BinaryOp::Subtract => (DurationOp::Subtract, 1),
        BinaryOp::Multiply => (DurationOp::Multiply, 2),
        BinaryOp::Divide => (DurationOp::Divide, 2),
        BinaryOp::Modulo => (DurationOp::Modulo, 2),
        BinaryOp::Power => (DurationOp::Power, 3),
        _ => return None,
    })
}

fn milliseconds(number: &NumberLiteral) -> i64 {
    ((number.value * 1e9).round() / 1e6) as i64
}

impl Parser<'_> {
    /// A duration in brackets: more than 0.
    pub(super) fn positive_duration(
        &mut self,
        context: &str,
        expected: &str,
    ) -> Result<Duration, ParseError> {
        match self.duration_expr(0, context, expected)? {
            DurationExpr::Number(number) if number.value > 0.0 => Ok(Duration::Fixed(milliseconds(&number))),
            DurationExpr::Number(number) => Err(self.error(number.span, "duration must be greater than 0")),
            computed => Ok(Duration::Computed(computed)),
        }
    }

    /// A duration after `offset`: one value, perhaps with a sign.
    pub(super) fn offset_duration(&mut self) -> Result<Duration, ParseError> {
        let (context, expected) = ("offset", "number or duration");
        let sign = match self.token.kind {
            Kind::Operator(BinaryOp::Add | BinaryOp::Subtract) => Some(self.advance()?),
            _ => None,
        };
        let operand = self.duration_operand(context, expected)?;
        let signed = match sign {
            Some(sign) => self.signed_duration(sign.text == "-", sign.span(), operand)?,
            None => operand,
        };
        Ok(match signed {
            DurationExpr::Number(number) => Duration::Fixed(milliseconds(&number)),
            computed => Duration::Computed(computed),
        })
    }

    fn signed_duration(
        &self,
        negative: bool,
        sign: Span,
        operand: DurationExpr,
    ) -> Result<DurationExpr, ParseError> {
        match operand {
            DurationExpr::Number(mut number) => {
                if negative {
                    number.value = -number.value;
                }
                number.span = sign.to(number.span);
                self.in_range(number).map(DurationExpr::Number)
            }
            right if negative => Ok(DurationExpr::Operation {
                op: DurationOp::Subtract,
                left: None,
                wrapped: false,
                span: sign.to(right.span()),
                right: Box::new(right),
            }),
            operand => Ok(operand),
        }
    }

    fn in_range(&self, number: NumberLiteral) -> Result<NumberLiteral, ParseError> {
        if number.value.abs() > SECONDS_MAX {
            return Err(self.error(number.span, "duration out of range"));
        }
        Ok(number)
    }

    fn duration_expr(
        &mut self,
        least: u8,
        context: &str,
        expected: &str,
    ) -> Result<DurationExpr, ParseError> {
        self.deeper()?;
        let depth = self.depth;
        let mut left = match self.token.kind {
            Kind::Operator(BinaryOp::Add | BinaryOp::Subtract) => {
                let sign = self.advance()?;
                let operand = self.duration_expr(3, context, expected)?;
                self.signed_duration(sign.text == "-", sign.span(), operand)?
            }
            _ => self.duration_operand(context, expected)?,
        };
        while let Kind::Operator(op) = self.token.kind {
            let Some((op, tightness)) = operator(op).filter(|(_, tightness)| *tightness >= least) else {
                break;
            };
            self.deeper()?;
            let at = self.advance()?.span();
            let right =
                self.duration_expr(tightness + u8::from(op != DurationOp::Power), context, expected)?;
            if matches!(&right, DurationExpr::Number(number) if number.value == 0.0) {
                match op {
                    DurationOp::Divide => return Err(self.error(at, "division by zero")),
                    DurationOp::Modulo => return Err(self.error(at, "modulo by zero")),
                    _ => {}
                }
            }
            left = DurationExpr::Operation {
                op,
                span: left.span().to(right.span()),
                left: Some(Box::new(left)),
                right: Box::new(right),
                wrapped: false,
            };
        }
        self.depth = depth - 1;
        Ok(left)
    }

    fn duration_operand(&mut self, context: &str, expected: &str) -> Result<DurationExpr, ParseError> {
        match self.token.kind {
            Kind::Number | Kind::Duration => {
                let number = self.number_literal()?;
                self.in_range(number).map(DurationExpr::Number)
            }
            Kind::LeftParen => {
                self.advance()?;
                let mut inner = self.duration_expr(0, context, expected)?;
                if self.accept(Kind::RightParen)?.is_none() {
                    return Err(self.unexpected(context, expected));
                }
                if let DurationExpr::Operation { wrapped, .. } = &mut inner {
                    *wrapped = true;
                }
                Ok(inner)
            }
            Kind::Identifier | Kind::Aggregator(_) => self.duration_function(context, expected),
            _ => Err(self.unexpected(context, expected)),
        }
    }

    fn duration_function(&mut self, context: &str, expected: &str) -> Result<DurationExpr, ParseError> {
        let name = self.token;
        let lower = name.text.to_ascii_lowercase();
        if !matches!(
            lower.as_str(),
            "step" | "range" | "min" | "max" | "min_of" | "max_of"
        ) {
            return Err(self.unexpected(context, expected));
        }
        self.advance()?;
        if self.accept(Kind::LeftParen)?.is_none() {
            return Err(self.unexpected(context, expected));
        }
        let op = match lower.as_str() {
            "min" | "min_of" => DurationOp::Min,
            "max" | "max_of" => DurationOp::Max,
            _ => {
                let Some(close) = self.accept(Kind::RightParen)? else {
                    return Err(self.unexpected(context, expected));
                };
                let span = name.span().to(close.span());
                return Ok(if lower == "step" {
                    DurationExpr::Step(span)
                } else {
                    DurationExpr::Range(span)
                });
            }
        };
        let left = self.duration_expr(0, context, expected)?;
        if self.accept(Kind::Comma)?.is_none() {
            return Err(self.unexpected(context, expected));
        }
        let right = self.duration_expr(0, context, expected)?;
        let Some(close) = self.accept(Kind::RightParen)? else {
            return Err(self.unexpected(context, expected));
        };
        Ok(DurationExpr::Operation {
            op,
            left: Some(Box::new(left)),
            right: Box::new(right),
            wrapped: false,
            span: name.span().to(close.span()),
        })
    }
}
