//! Which times a part of an expression looks at.

use super::context::Context;
use crate::matrix::Steps;
use crate::syntax::{At, Duration, DurationExpr, DurationOp, Expr};
use crate::{EvalError, Span};

/// The time that a selector or subquery looks at, for every step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    /// At the first step.
    pub first_ms: i64,
    /// Whether it stays there.
    pub fixed: bool,
}

impl Reference {
    pub fn of(
        context: &Context<'_>,
        at: Option<At>,
        offset: Option<&Duration>,
        steps: &Steps,
    ) -> Result<Self, EvalError> {
        let offset_ms = match offset {
            Some(offset) => resolve(context, offset, true)?,
            None => 0,
        };
        let at_ms = match at {
            Some(At::Time(ms)) => Some(ms),
            Some(At::Start) => Some(context.start_ms),
            Some(At::End) => Some(context.end_ms),
            None => None,
        };
        Ok(Self {
            first_ms: at_ms.unwrap_or(steps.start_ms).saturating_sub(offset_ms),
            fixed: at_ms.is_some() || steps.count <= 1,
        })
    }

    /// At the last step.
    pub fn last_ms(&self, steps: &Steps) -> i64 {
        if self.fixed {
            self.first_ms
        } else {
            self.first_ms
                .saturating_add(steps.last().saturating_sub(steps.start_ms))
        }
    }
}

/// A duration in milliseconds.
pub(super) fn resolve(
    context: &Context<'_>,
    duration: &Duration,
    may_be_negative: bool,
) -> Result<i64, EvalError> {
    let expr = match duration {
        Duration::Fixed(ms) => return Ok(*ms),
        Duration::Computed(expr) => expr,
    };
    let seconds = compute(context, expr)?;
    if seconds <= 0.0 && !may_be_negative {
        return Err(wrong(expr.span(), "duration must be greater than 0"));
    }
    if seconds.is_nan() || seconds.abs() > i64::MAX as f64 / 1e9 {
        return Err(wrong(expr.span(), "duration is out of range"));
    }
    Ok((seconds * 1000.0) as i64)
}

fn wrong(span: Span, what: &str) -> EvalError {
    EvalError::Execution(format!("{}:{}: {what}", span.start, span.end))
}

fn compute(context: &Context<'_>, expr: &DurationExpr) -> Result<f64, EvalError> {
    let (op, left, right, span) = match expr {
        DurationExpr::Number(number) => return Ok(number.value),
        DurationExpr::Step(_) => return Ok(context.step_ms as f64 / 1000.0),
        DurationExpr::Range(_) => {
            return Ok(context.end_ms.saturating_sub(context.start_ms) as f64 / 1000.0);
        }
        DurationExpr::Operation {
            op,
            left,
            right,
            span,
            ..
        } => (*op, left, right, *span),
    };
    let left = match left {
        Some(left) => compute(context, left)?,
        None => 0.0,
    };
    let right = compute(context, right)?;
    Ok(match op {
        DurationOp::Add => left + right,
        DurationOp::Subtract => left - right,
        DurationOp::Multiply => left * right,
        DurationOp::Divide if right == 0.0 => return Err(wrong(span, "division by zero")),
        DurationOp::Divide => left / right,
        DurationOp::Modulo if right == 0.0 => return Err(wrong(span, "modulo by zero")),
        DurationOp::Modulo => left % right,
        DurationOp::Power => left.powf(right),
        DurationOp::Min => left.min(right),
        DurationOp::Max => left.max(right),
    })
}

/// Whether an expression has the same value at every step, so that it is evaluated once.
pub(super) fn is_invariant(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) | Expr::Text(_) => true,
        Expr::Selector(selector) => selector.at.is_some(),
        Expr::Range(range) => range.selector.at.is_some(),
        Expr::Subquery(subquery) => subquery.at.is_some(),
        Expr::Call(call) if call.function.sees_time => false,
        _ => expr.children().into_iter().all(is_invariant),
    }
}
