//! Calls of functions.

use super::context::Context;
use super::selector::{self, Taken};
use super::{eval as eval_expr, eval_scalar, eval_vector, info, range};
use crate::functions::{Body, Inputs, Special};
use crate::matrix::{ABSENT, Evaluated, Matrix, Scalar, Series, Steps, is_present};
use crate::syntax::{Call, Expr, ValueType};
use crate::{EvalError, Notes};

/// A call of any function.
pub(super) fn eval(
    context: &Context<'_>,
    call: &Call,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Evaluated, EvalError> {
    match &call.function.body {
        Body::Range(body) => range::eval(context, call, body, steps, notes).map(Evaluated::Vector),
        Body::Float(map) => {
            let (mut matrix, scalars) = vector_and_scalars(context, call, steps, notes)?;
            each_float(&mut matrix, &scalars, map);
            Ok(Evaluated::Vector(matrix))
        }
        Body::Date(map) => {
            let mut matrix = match call.arguments.first() {
                Some(argument) => eval_vector(context, argument, steps, notes)?,
                None => vec![time_itself(steps)],
            };
            each_float(&mut matrix, &[], |value, _| Some(map(value)));
            Ok(Evaluated::Vector(matrix))
        }
        Body::Histogram(map) => {
            let (mut matrix, scalars) = vector_and_scalars(context, call, steps, notes)?;
            let mut row = vec![0.0; scalars.len()];
            for series in &mut matrix {
                series.drop_name = true;
                series.values.fill(ABSENT);
                for (step, histogram) in std::mem::take(&mut series.histograms) {
                    let step = step as usize;
                    for (value, scalar) in row.iter_mut().zip(&scalars) {
                        *value = scalar.at(step);
                    }
                    series.values[step] = map(&histogram, &row).unwrap_or(ABSENT);
                }
            }
            matrix.retain(|series| !series.is_empty());
            Ok(Evaluated::Vector(matrix))
        }
        Body::Vector(function) => {
            let arguments = call
                .arguments
                .iter()
                .map(|argument| eval_expr(context, argument, steps, notes))
                .collect::<Result<Vec<_>, _>>()?;
            function(Inputs {
                steps: *steps,
                call,
                arguments,
                notes,
            })
        }
        Body::Special(Special::Timestamp) => timestamp(context, call, steps, notes).map(Evaluated::Vector),
        Body::Special(Special::AbsentOverTime) => {
            range::absent_over_time(context, call, steps, notes).map(Evaluated::Vector)
        }
        Body::Special(
            told @ (Special::QueryStart | Special::QueryEnd | Special::QueryRange | Special::QueryStep),
        ) => {
            let ms = match told {
                Special::QueryStart => context.start_ms,
                Special::QueryEnd => context.end_ms,
                Special::QueryRange => context.end_ms.saturating_sub(context.start_ms),
                _ => context.step_ms,
            };
            Ok(Evaluated::Scalar(Scalar::Constant(ms as f64 / 1000.0)))
        }
        Body::Special(Special::Info) => info::eval(context, call, steps, notes).map(Evaluated::Vector),
    }
}

fn vector_and_scalars(
    context: &Context<'_>,
    call: &Call,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<(Matrix, Vec<Scalar>), EvalError> {
    let (mut matrix, mut scalars) = (Matrix::new(), Vec::new());
    for argument in &call.arguments {
        if argument.value_type() == ValueType::Vector {
            matrix = eval_vector(context, argument, steps, notes)?;
        } else {
            scalars.push(eval_scalar(context, argument, steps, notes)?);
        }
    }
    Ok((matrix, scalars))
}

/// Maps floats, drops histograms, the metric's name and series that are left without values.
fn each_float(matrix: &mut Matrix, scalars: &[Scalar], map: impl Fn(f64, &[f64]) -> Option<f64>) {
    let constant = scalars.iter().all(|scalar| matches!(scalar, Scalar::Constant(_)));
    let mut row: Vec<f64> = scalars.iter().map(|scalar| scalar.at(0)).collect();
    matrix.retain_mut(|series| {
        series.drop_name = true;
        series.histograms = Vec::new();
        let mut any = false;
        for (step, value) in series.values.iter_mut().enumerate() {
            if !is_present(*value) {
                continue;
            }
            if !constant {
                for (value, scalar) in row.iter_mut().zip(scalars) {
                    *value = scalar.at(step);
                }
            }
            *value = map(*value, &row).unwrap_or(ABSENT);
            any |= is_present(*value);
        }
        any
    });
}

/// The time of evaluation in seconds, as a vector.
fn time_itself(steps: &Steps) -> Series {
    let values = (0..steps.count).map(|step| steps.at(step) as f64 / 1000.0);
    Series {
        values: values.collect(),
        ..Series::absent(swarmpulse_model::Labels::empty(), true, 0)
    }
}

/// `timestamp`: of samples themselves when a selector is its argument, else the time of evaluation.
fn timestamp(
    context: &Context<'_>,
    call: &Call,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let Some(argument) = call.arguments.first() else {
        return Ok(Matrix::new());
    };
    if let Expr::Selector(inner) = argument.unwrapped() {
        let mut matrix = selector::instant(context, inner, steps, Taken::Time, notes)?;
        for series in &mut matrix {
            series.drop_name = true;
        }
        return Ok(matrix);
    }
    let mut matrix = eval_vector(context, argument, steps, notes)?;
    for series in &mut matrix {
        series.drop_name = true;
        let histograms = std::mem::take(&mut series.histograms);
        for (step, value) in series.values.iter_mut().enumerate() {
            if is_present(*value) {
                *value = steps.at(step) as f64 / 1000.0;
            }
        }
        for (step, _) in histograms {
            series.values[step as usize] = steps.at(step as usize) as f64 / 1000.0;
        }
    }
    Ok(matrix)
}
