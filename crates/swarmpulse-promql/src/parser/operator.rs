//! Operators between expressions, and what binds tighter.

use super::token::{Keyword, Kind};
use super::{ParseError, Parser};
use crate::syntax::{Binary, BinaryOp, Cardinality, Expr, Unary, VectorMatching};

/// How tight a sign binds: as multiplication, but what follows it may be a power.
const POWER: u8 = 6;

fn precedence(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 1,
        BinaryOp::And | BinaryOp::Unless => 2,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Greater
        | BinaryOp::Less
        | BinaryOp::GreaterOrEqual
        | BinaryOp::LessOrEqual
        | BinaryOp::TrimUpper
        | BinaryOp::TrimLower => 3,
        BinaryOp::Add | BinaryOp::Subtract => 4,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo | BinaryOp::Atan2 => 5,
        BinaryOp::Power => POWER,
    }
}

impl Parser<'_> {
    /// An expression of operators that bind at least so tight.
    pub(super) fn expr(&mut self, least: u8) -> Result<Expr, ParseError> {
        self.deeper()?;
        let depth = self.depth;
        let mut left = match self.token.kind {
            Kind::Operator(sign @ (BinaryOp::Add | BinaryOp::Subtract)) => {
                self.signed(sign == BinaryOp::Subtract)?
            }
            _ => {
                let operand = self.operand()?;
                self.modifiers(operand)?
            }
        };
        while let Kind::Operator(op) = self.token.kind {
            let tightness = precedence(op);
            if tightness < least {
                break;
            }
            // A chain to the left is as deep as it is long.
            self.deeper()?;
            self.advance()?;
            let (matching, returns_bool) = self.matching()?;
            let right = self.expr(if op == BinaryOp::Power {
                tightness
            } else {
                tightness + 1
            })?;
            left = Expr::Binary(Binary {
                op,
                left: Box::new(left),
                right: Box::new(right),
                matching: Some(matching),
                returns_bool,
            });
        }
        self.depth = depth - 1;
        Ok(left)
    }

    fn signed(&mut self, negative: bool) -> Result<Expr, ParseError> {
        let sign = self.advance()?.span();
        Ok(match self.expr(POWER)? {
            Expr::Number(mut number) => {
                if negative {
                    number.value = -number.value;
                }
                number.span = sign.to(number.span);
                Expr::Number(number)
            }
            inner => Expr::Unary(Unary {
                negative,
                span: sign.to(inner.span()),
                inner: Box::new(inner),
            }),
        })
    }

    fn matching(&mut self) -> Result<(VectorMatching, bool), ParseError> {
        let mut matching = VectorMatching::default();
        let returns_bool = self.accept(Kind::Keyword(Keyword::Bool))?.is_some();
        let by_labels = match self.token.kind {
            Kind::Keyword(Keyword::On) => Some(true),
            Kind::Keyword(Keyword::Ignoring) => Some(false),
            _ => None,
        };
        if let Some(on) = by_labels {
            self.advance()?;
            matching.on = on;
            matching.labels = self.grouping_labels()?;
            self.cardinality(&mut matching)?;
        }
        self.fills(&mut matching)?;
        Ok((matching, returns_bool))
    }

    fn cardinality(&mut self, matching: &mut VectorMatching) -> Result<(), ParseError> {
        matching.cardinality = match self.token.kind {
            Kind::Keyword(Keyword::GroupLeft) => Cardinality::ManyToOne,
            Kind::Keyword(Keyword::GroupRight) => Cardinality::OneToMany,
            _ => return Ok(()),
        };
        self.advance()?;
        if self.token.kind == Kind::LeftParen {
            matching.include = self.grouping_labels()?;
        }
        Ok(())
    }

    /// `fill(1)`, `fill_left(1)`, `fill_right(1)`; without parentheses these are names of metrics.
    fn fills(&mut self, matching: &mut VectorMatching) -> Result<(), ParseError> {
        while self.token.kind == Kind::Identifier && self.lexer.is_before_paren() {
            let (left, right) = match self.token.text.to_ascii_lowercase().as_str() {
                "fill" => (true, true),
                "fill_left" => (true, false),
                "fill_right" => (false, true),
                _ => return Ok(()),
            };
            self.advance()?;
            self.advance()?;
            let sign = match self.token.kind {
                Kind::Operator(BinaryOp::Add | BinaryOp::Subtract) => Some(self.advance()?),
                _ => None,
            };
            if !matches!(self.token.kind, Kind::Number | Kind::Duration) {
                return Err(self.unexpected("fill", "number"));
            }
            let number = self.number_literal()?.value;
            let value = if sign.is_some_and(|sign| sign.text == "-") {
                -number
            } else {
                number
            };
            if self.accept(Kind::RightParen)?.is_none() {
                return Err(self.unexpected("fill", "\")\""));
            }
            if left {
                matching.fill_left = Some(value);
            }
            if right {
                matching.fill_right = Some(value);
            }
        }
        Ok(())
    }
}
