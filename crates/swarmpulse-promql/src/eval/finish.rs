//! From what an expression comes to, to an answer.

use swarmpulse_store::metrics::Points;

use super::context::Context;
use super::eval;
use super::range::Ranged;
use crate::functions::extended;
use crate::label_set::without_name;
use crate::matrix::{Evaluated, Matrix, Scalar, Series, Steps, is_present};
use crate::merge::merge_same_labels;
use crate::syntax::{Expr, Extent, ValueType};
use crate::{EvalError, MatrixSeries, Notes, PointValue, Value, VectorSample, When};

/// Evaluates and answers.
pub(super) fn answer(
    context: &Context<'_>,
    expr: &Expr,
    when: When,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Value, EvalError> {
    let at_ms = steps.start_ms;
    let instant = matches!(when, When::Instant { .. });
    if expr.value_type() == ValueType::Matrix {
        return if instant {
            windows(context, expr, steps, notes).map(Value::Matrix)
        } else {
            Err(wrong_type(expr))
        };
    }
    let mut matrix = match eval(context, expr, steps, notes)? {
        Evaluated::Text(value) if instant => return Ok(Value::String { at_ms, value }),
        Evaluated::Text(_) => return Err(wrong_type(expr)),
        Evaluated::Scalar(scalar) if instant => {
            let value = scalar.at(0);
            return Ok(Value::Scalar { at_ms, value });
        }
        Evaluated::Scalar(scalar) => vec![series_of(&scalar, steps)],
        Evaluated::Vector(matrix) => matrix,
    };
    for series in &mut matrix {
        if series.drop_name {
            series.labels = without_name(&series.labels);
        }
    }
    let mut matrix = merge_same_labels(matrix)?;
    context.check()?;
    if instant {
        return Ok(Value::Vector(samples(matrix, at_ms)));
    }
    matrix.sort_by(|a, b| a.labels.cmp(&b.labels));
    let series = matrix.into_iter().map(|series| points(series, steps));
    Ok(Value::Matrix(series.filter(has_points).collect()))
}

fn wrong_type(expr: &Expr) -> EvalError {
    let found = expr.value_type();
    EvalError::Execution(format!(
        "invalid expression type \"{found}\" for range query, must be Scalar or instant Vector"
    ))
}

fn series_of(scalar: &Scalar, steps: &Steps) -> Series {
    Series {
        values: (0..steps.count).map(|step| scalar.at(step)).collect(),
        ..Series::absent(swarmpulse_model::Labels::empty(), false, 0)
    }
}

fn has_points(series: &MatrixSeries) -> bool {
    !series.points.times_ms.is_empty() || !series.points.histograms.is_empty()
}

fn samples(matrix: Matrix, at_ms: i64) -> Vec<VectorSample> {
    let sample = |mut series: Series| {
        let value = match series.histograms.pop() {
            Some((_, histogram)) => PointValue::Histogram(histogram),
            None => PointValue::Float(
                series
                    .values
                    .first()
                    .copied()
                    .filter(|value| is_present(*value))?,
            ),
        };
        Some(VectorSample {
            labels: series.labels,
            at_ms,
            value,
        })
    };
    matrix.into_iter().filter_map(sample).collect()
}

fn points(series: Series, steps: &Steps) -> MatrixSeries {
    let whole = series.values.iter().copied().all(is_present);
    let times_ms = if whole {
        (0..steps.count).map(|step| steps.at(step)).collect()
    } else {
        let present = series.values.iter().copied().enumerate();
        present
            .filter(|(_, value)| is_present(*value))
            .map(|(step, _)| steps.at(step))
            .collect()
    };
    let mut values = series.values;
    if !whole {
        values.retain(|value| is_present(*value));
    }
    let histograms = series.histograms.into_iter();
    MatrixSeries {
        labels: series.labels,
        points: Points {
            times_ms,
            values,
            histograms: histograms
                .map(|(step, histogram)| (steps.at(step as usize), histogram))
                .collect(),
        },
    }
}

/// A range vector, in an instant query: the samples of the window.
fn windows(
    context: &Context<'_>,
    expr: &Expr,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Vec<MatrixSeries>, EvalError> {
    let ranged = Ranged::of(context, expr, steps, notes)?;
    let extent = expr
        .unwrapped()
        .selector()
        .map_or(Extent::Own, |selector| selector.extent);
    let mut found = Vec::new();
    let mut points = Points::default();
    for place in 0..ranged.source.len() {
        context.check()?;
        ranged.source.read(context, place, &mut points)?;
        let Some(Some(window)) = ranged.extended(&points).next() else {
            continue;
        };
        let (times_ms, values) = match extent {
            Extent::Own => (window.times_ms.to_vec(), window.values.to_vec()),
            Extent::Anchored | Extent::Smoothed if window.histograms.is_empty() => {
                extended::samples(&window, extent)
            }
            Extent::Anchored | Extent::Smoothed => {
                return Err(EvalError::Execution(format!(
                    "{} modifier is not supported with histograms",
                    extent.as_str()
                )));
            }
        };
        if times_ms.is_empty() && window.histograms.is_empty() {
            continue;
        }
        context.hold(1, window.values.len() + window.histograms.len())?;
        let labels = ranged.source.labels(place);
        found.push(MatrixSeries {
            labels: if ranged.source.drops_name(place) {
                without_name(labels)
            } else {
                labels.clone()
            },
            points: Points {
                times_ms,
                values,
                histograms: window.histograms.to_vec(),
            },
        });
    }
    found.sort_by(|a, b| a.labels.cmp(&b.labels));
    if found.windows(2).any(|pair| pair[0].labels == pair[1].labels) {
        return Err(EvalError::Execution(
            "vector cannot contain metrics with the same labelset".to_owned(),
        ));
    }
    Ok(found)
}
