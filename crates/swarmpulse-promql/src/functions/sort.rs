//! Functions that put the series of an instant vector in order. In a range query, the order does not matter.

use std::cmp::Ordering;

use super::natural_order::compare;
use super::{Body, Function, Inputs, Variadic};
use crate::EvalError;
use crate::matrix::{Evaluated, Series};
use crate::quantile::ascending;
use crate::syntax::ValueType::{String as Text, Vector};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("sort", &[Vector], Body::Vector(|inputs| by_value(inputs, false))),
    Function::new(
        "sort_desc",
        &[Vector],
        Body::Vector(|inputs| by_value(inputs, true)),
    ),
    Function {
        variadic: Variadic::Any,
        experimental: true,
        ..Function::new(
            "sort_by_label",
            &[Vector, Text],
            Body::Vector(|inputs| by_labels(inputs, false)),
        )
    },
    Function {
        variadic: Variadic::Any,
        experimental: true,
        ..Function::new(
            "sort_by_label_desc",
            &[Vector, Text],
            Body::Vector(|inputs| by_labels(inputs, true)),
        )
    },
];

/// By value; what is not a number last. Histograms are left out.
fn by_value(mut inputs: Inputs<'_>, descending: bool) -> Result<Evaluated, EvalError> {
    let mut matrix = inputs.take_vector(0)?;
    matrix.retain_mut(|series| {
        series.histograms.clear();
        !series.is_empty()
    });
    if inputs.steps.is_instant() {
        matrix.sort_by(|left, right| compare_values(left, right, descending));
    } else {
        warn_of_range(&mut inputs);
    }
    Ok(Evaluated::Vector(matrix))
}

fn compare_values(left: &Series, right: &Series, descending: bool) -> Ordering {
    let (left, right) = (left.values[0], right.values[0]);
    match (left.is_nan(), right.is_nan()) {
        (false, false) if descending => ascending(&right, &left),
        (false, false) => ascending(&left, &right),
        (left, right) => left.cmp(&right),
    }
}

/// By the values of labels in natural order, and by all labels where those are the same.
fn by_labels(mut inputs: Inputs<'_>, descending: bool) -> Result<Evaluated, EvalError> {
    let mut names = Vec::new();
    for place in 1..inputs.arguments.len() {
        names.push(inputs.take_text(place)?);
    }
    let mut matrix = inputs.take_vector(0)?;
    if inputs.steps.is_instant() {
        matrix.sort_by(|left, right| {
            let order = names
                .iter()
                .map(|name| {
                    let (left, right) = (left.labels.get(name), right.labels.get(name));
                    compare(left.unwrap_or_default(), right.unwrap_or_default())
                })
                .find(|order| order.is_ne())
                .unwrap_or_else(|| left.labels.cmp(&right.labels));
            if descending { order.reverse() } else { order }
        });
    } else {
        warn_of_range(&mut inputs);
    }
    Ok(Evaluated::Vector(matrix))
}

fn warn_of_range(inputs: &mut Inputs<'_>) {
    let text = "sort is ineffective for range queries since results are always ordered by labels";
    inputs.notes.warn(text, inputs.call.span);
}
