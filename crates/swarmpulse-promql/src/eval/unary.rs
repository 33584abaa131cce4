//! Signs.

use std::sync::Arc;

use super::context::Context;
use super::eval as eval_expr;
use crate::histogram;
use crate::matrix::{Evaluated, Scalar, Steps, is_present};
use crate::syntax::Unary;
use crate::{EvalError, Notes};

pub(super) fn eval(
    context: &Context<'_>,
    unary: &Unary,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Evaluated, EvalError> {
    let value = eval_expr(context, &unary.inner, steps, notes)?;
    if !unary.negative {
        return Ok(value);
    }
    Ok(match value {
        Evaluated::Scalar(Scalar::Constant(value)) => Evaluated::Scalar(Scalar::Constant(-value)),
        Evaluated::Scalar(Scalar::Steps(values)) => {
            Evaluated::Scalar(Scalar::Steps(values.into_iter().map(|value| -value).collect()))
        }
        Evaluated::Vector(mut matrix) => {
            for series in &mut matrix {
                series.drop_name = true;
                for value in &mut series.values {
                    if is_present(*value) {
                        *value = -*value;
                    }
                }
                for (_, histogram) in &mut series.histograms {
                    histogram::multiply(Arc::make_mut(histogram), -1.0);
                }
            }
            Evaluated::Vector(matrix)
        }
        text @ Evaluated::Text(_) => text,
    })
}
