//! Quantiles of the values of windows.

use super::exact::overlap;
use super::kinds::floats;
use crate::PointValue;
use crate::functions::order::Sorted;
use crate::functions::{Body, Function, RangeBody, RangeContext, of_range, remarks};
use crate::matrix::Scalar;
use crate::quantile::quantile;
use crate::syntax::ValueType;
use crate::window::{Window, Windows};

pub(in crate::functions) const FUNCTIONS: &[Function] = &[
    Function {
        experimental: true,
        ..of_range("mad_over_time", median_distance, None)
    },
    Function::new(
        "quantile_over_time",
        &[ValueType::Scalar, ValueType::Matrix],
        Body::Range(RangeBody {
            window: quantile_of,
            series: Some(quantile_of_all),
            keeps_name: false,
            review: None,
        }),
    ),
];

/// The median of the distances from the median.
fn median_distance(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    let mut values = floats(window, context)?.to_vec();
    let median = quantile(0.5, &mut values);
    for value in &mut values {
        *value = (*value - median).abs();
    }
    Some(PointValue::Float(quantile(0.5, &mut values)))
}

fn quantile_of(window: &Window<'_>, scalars: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    if window.values.is_empty() {
        return None;
    }
    let place = *scalars.first()?;
    check(place, context);
    let mut values = floats(window, context)?.to_vec();
    Some(PointValue::Float(without_sign_of_zero(quantile(
        place,
        &mut values,
    ))))
}

/// Which of two zeros is chosen depends on the order of samples: there is one.
fn without_sign_of_zero(value: f64) -> f64 {
    value + 0.0
}

fn check(quantile: f64, context: &mut RangeContext<'_>) {
    if !(0.0..=1.0).contains(&quantile) {
        let text = remarks::bad_quantile(quantile);
        context.notes.warn(text, context.call.argument_span(0));
    }
}

/// Keeps the values of the window in order while it moves.
fn quantile_of_all(
    windows: &Windows<'_>,
    scalars: &[Scalar],
    into: &mut [f64],
    context: &mut RangeContext<'_>,
) -> bool {
    let Some(places) = scalars.first().filter(|_| overlap(windows)) else {
        return false;
    };
    let mut sorted = Sorted::default();
    let mut before = (0, 0);
    for (step, (place, (from, to))) in into.iter_mut().zip(windows.bounds()).enumerate() {
        if from >= to {
            continue;
        }
        if from >= before.1 {
            sorted.clear();
            before = (from, from);
        }
        for value in &windows.values[before.0..from] {
            sorted.remove(*value);
        }
        for value in &windows.values[before.1..to] {
            sorted.insert(*value);
        }
        before = (from, to);
        let quantile = places.at(step);
        check(quantile, context);
        *place = without_sign_of_zero(sorted.quantile(quantile));
    }
    true
}
