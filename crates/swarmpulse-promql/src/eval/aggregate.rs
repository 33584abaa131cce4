//! Aggregations.

mod accumulate;
mod cells;
mod count_values;
mod grouping;
mod heap;
mod histograms;
mod pick;
mod quantile;

use super::context::Context;
use super::{eval as eval_expr, eval_scalar, eval_vector};
use crate::matrix::{Evaluated, Matrix, Scalar, Steps};
use crate::number_text::general;
use crate::syntax::{Aggregate, AggregateOp};
use crate::{EvalError, Notes};

/// An aggregation.
pub(super) fn eval(
    context: &Context<'_>,
    aggregate: &Aggregate,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let held = context.held();
    let result = match (aggregate.op, &aggregate.parameter) {
        (AggregateOp::CountValues, Some(parameter)) => {
            let Evaluated::Text(label) = eval_expr(context, parameter, steps, notes)? else {
                return Err(EvalError::Execution("expected text".to_owned()));
            };
            let matrix = eval_vector(context, &aggregate.inner, steps, notes)?;
            count_values::eval(context, aggregate, &label, &matrix, steps)?
        }
        (AggregateOp::Quantile, Some(parameter)) => {
            let quantile = eval_scalar(context, parameter, steps, notes)?;
            let matrix = eval_vector(context, &aggregate.inner, steps, notes)?;
            quantile::eval(context, aggregate, &quantile, &matrix, steps, notes)?
        }
        (_, Some(parameter)) => {
            let limit = eval_scalar(context, parameter, steps, notes)?;
            let matrix = eval_vector(context, &aggregate.inner, steps, notes)?;
            pick::eval(context, aggregate, &limit, &matrix, steps, notes)?
        }
        (_, None) => {
            let matrix = eval_vector(context, &aggregate.inner, steps, notes)?;
            accumulate::eval(context, aggregate, &matrix, steps, notes)?
        }
    };
    context.release_to(held, result.len(), steps.count);
    Ok(result)
}

/// The smallest and the largest value of a parameter that are numbers, and whether any is none.
struct Extent {
    least: f64,
    most: f64,
    any_nan: bool,
}

impl Extent {
    fn of(parameter: &Scalar, steps: &Steps) -> Self {
        let mut extent = Self {
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            any_nan: false,
        };
        let count = match parameter {
            Scalar::Constant(_) => 1,
            Scalar::Steps(_) => steps.count,
        };
        for value in (0..count).map(|step| parameter.at(step)) {
            extent.least = extent.least.min(value);
            extent.most = extent.most.max(value);
            extent.any_nan |= value.is_nan();
        }
        extent
    }
}

/// Says that a quantile is outside 0 to 1.
fn warn_of_quantile(extent: &Extent, aggregate: &Aggregate, notes: &mut Notes) {
    let span = aggregate
        .parameter
        .as_ref()
        .map_or(aggregate.span, |parameter| parameter.span());
    let mut warn = |value: f64| {
        let got = general(value);
        notes.warn(
            format!("quantile value should be between 0 and 1, got {got}"),
            span,
        );
    };
    if extent.any_nan {
        warn(f64::NAN);
    }
    if extent.most > 1.0 {
        warn(extent.most);
    }
    if extent.least < 0.0 {
        warn(extent.least);
    }
}

/// Says that histograms were left out.
fn ignored_histograms(aggregate: &Aggregate, notes: &mut Notes) {
    let span = if aggregate.op.picks() {
        aggregate.span
    } else {
        aggregate.inner.span()
    };
    let op = aggregate.op.as_str();
    notes.info(format!("ignored histogram in {op} aggregation"), span);
}
