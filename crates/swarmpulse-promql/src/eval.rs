//! Evaluates expressions: every part for all steps at once.

mod aged;
mod aggregate;
mod binary;
mod call;
mod context;
mod finish;
mod hinted;
mod info;
mod parallel;
mod range;
mod rolled;
mod selector;
mod smoothed;
mod source;
mod subquery;
mod time;
mod unary;

use swarmpulse_store::MetricStore;

use crate::matrix::{Evaluated, Matrix, Scalar, Series, Steps};
use crate::syntax::{Expr, Extent};
use crate::{Answer, EvalError, Notes, Options, When};
use context::Context;

/// Evaluates an expression over a store. `text` is what it was read from: warnings name places in it.
///
/// # Errors
/// If the expression cannot be evaluated on this data, touches more than the limits allow, is told to stop, or the store
/// cannot be read.
pub fn evaluate(
    store: &dyn MetricStore,
    text: &str,
    expr: &Expr,
    when: When,
    options: &Options,
) -> Result<Answer, EvalError> {
    let (steps, query_step_ms) = match when {
        When::Instant { at_ms } => (Steps::once(at_ms), 0),
        When::Range {
            start_ms,
            end_ms,
            step_ms,
        } => (Steps::between(start_ms, end_ms, step_ms), step_ms),
    };
    let end_ms = match when {
        When::Instant { at_ms } => at_ms,
        When::Range { end_ms, .. } => end_ms,
    };
    let context = Context::new(store, expr, options, (steps.start_ms, end_ms), query_step_ms);
    let mut notes = Notes::of(text);
    let value = finish::answer(&context, expr, when, &steps, &mut notes)?;
    notes.check()?;
    Ok(Answer {
        value,
        annotations: notes.into_annotations(),
        samples_read: context.samples_read(),
    })
}

/// The value of an expression at every step.
fn eval(
    context: &Context<'_>,
    expr: &Expr,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Evaluated, EvalError> {
    context.check()?;
    if steps.count > 1 && time::is_invariant(expr) && !matches!(expr, Expr::Number(_) | Expr::Text(_)) {
        let once = eval(context, expr, &Steps::once(steps.start_ms), notes)?;
        return repeated(context, once, steps.count);
    }
    match expr {
        Expr::Number(number) => Ok(Evaluated::Scalar(Scalar::Constant(number.value))),
        Expr::Text(text) => Ok(Evaluated::Text(text.value.clone())),
        Expr::Selector(selector) => {
            if selector.extent == Extent::Smoothed {
                return smoothed::instant(context, selector, steps, notes).map(Evaluated::Vector);
            }
            let matrix = selector::instant(context, selector, steps, selector::Taken::Value, notes)?;
            Ok(Evaluated::Vector(matrix))
        }
        Expr::Parens(parens) => eval(context, &parens.inner, steps, notes),
        Expr::Unary(unary) => unary::eval(context, unary, steps, notes),
        Expr::Binary(binary) => binary::eval(context, binary, steps, notes),
        Expr::Aggregate(aggregate) => {
            aggregate::eval(context, aggregate, steps, notes).map(Evaluated::Vector)
        }
        Expr::Call(call) => call::eval(context, call, steps, notes),
        Expr::Range(_) | Expr::Subquery(_) => Err(EvalError::Execution(
            "a range vector has no value at single steps".to_owned(),
        )),
    }
}

/// The value of an expression that is a vector.
fn eval_vector(
    context: &Context<'_>,
    expr: &Expr,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    match eval(context, expr, steps, notes)? {
        Evaluated::Vector(matrix) => Ok(matrix),
        Evaluated::Scalar(_) | Evaluated::Text(_) => {
            Err(EvalError::Execution("expected an instant vector".to_owned()))
        }
    }
}

/// The value of an expression that is a scalar.
fn eval_scalar(
    context: &Context<'_>,
    expr: &Expr,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Scalar, EvalError> {
    match eval(context, expr, steps, notes)? {
        Evaluated::Scalar(scalar) => Ok(scalar),
        Evaluated::Vector(_) | Evaluated::Text(_) => {
            Err(EvalError::Execution("expected a scalar".to_owned()))
        }
    }
}

/// The value at one step, at every step.
fn repeated(context: &Context<'_>, once: Evaluated, count: usize) -> Result<Evaluated, EvalError> {
    Ok(match once {
        Evaluated::Scalar(scalar) => Evaluated::Scalar(Scalar::Constant(scalar.at(0))),
        Evaluated::Text(text) => Evaluated::Text(text),
        Evaluated::Vector(matrix) => {
            context.hold(matrix.len(), count)?;
            let repeat = |series: Series| Series {
                values: vec![series.values[0]; count],
                histograms: match series.histograms.first() {
                    Some((_, histogram)) => (0..count as u32).map(|step| (step, histogram.clone())).collect(),
                    None => Vec::new(),
                },
                ..series
            };
            Evaluated::Vector(matrix.into_iter().map(repeat).collect())
        }
    })
}
