//! Subqueries: expressions evaluated at steps of their own.

use std::sync::Arc;

use swarmpulse_model::series::CounterReset;

use super::context::Context;
use super::eval_vector;
use super::source::Source;
use super::time::{Reference, resolve};
use crate::matrix::Steps;
use crate::syntax::Subquery;
use crate::{EvalError, Notes};

/// The values of a subquery for all steps of the expression around it.
pub(super) fn source(
    context: &Context<'_>,
    subquery: &Subquery,
    reference: &Reference,
    range_ms: i64,
    outer: &Steps,
    notes: &mut Notes,
) -> Result<Source, EvalError> {
    let step_ms = match &subquery.step {
        Some(step) => resolve(context, step, false)?,
        None => context.options.subquery_step_ms,
    }
    .max(1);
    // The first multiple of the step after the start of the first window.
    let before_ms = reference.first_ms.saturating_sub(range_ms);
    let first_ms = before_ms
        .div_euclid(step_ms)
        .saturating_add(1)
        .saturating_mul(step_ms);
    let steps = Steps::between(first_ms, reference.last_ms(outer), step_ms);
    context.hold(1, steps.count)?;
    let mut matrix = if steps.count == 0 {
        Vec::new()
    } else {
        eval_vector(context, &subquery.inner, &steps, notes)?
    };
    // What samples say of resets is true of their neighbours alone, and steps are not neighbours.
    for series in &mut matrix {
        for (_, histogram) in &mut series.histograms {
            if matches!(
                histogram.counter_reset,
                CounterReset::Reset | CounterReset::NotReset
            ) {
                Arc::make_mut(histogram).counter_reset = CounterReset::Unknown;
            }
        }
    }
    Ok(Source::Subquery { matrix, steps })
}
