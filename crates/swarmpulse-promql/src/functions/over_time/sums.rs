//! Sums and means of windows.

use std::sync::Arc;

use swarmpulse_model::series::CounterReset;

use super::exact::{overlap, running_sums};
use super::kinds::is_mixed;
use crate::PointValue;
use crate::functions::remarks::Operation;
use crate::functions::sum::{LANES, mean, mean_of_sum, sum_of, sums_of};
use crate::functions::{Function, RangeContext, of_range, remarks};
use crate::histogram::{Fitted, Total};
use crate::kahan::Kahan;
use crate::matrix::Scalar;
use crate::window::{Window, Windows};

pub(in crate::functions) const FUNCTIONS: &[Function] = &[
    of_range("avg_over_time", average, Some(average_all)),
    of_range("sum_over_time", sum, Some(sum_all)),
];

fn sum(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    if is_mixed(window, context) {
        return None;
    }
    if window.histograms.is_empty() {
        return Some(PointValue::Float(sum_of(window.values).total()));
    }
    combined(window, context, false)
}

fn average(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    if is_mixed(window, context) {
        return None;
    }
    if window.histograms.is_empty() {
        return Some(PointValue::Float(mean(window.values)));
    }
    combined(window, context, true)
}

/// The sum of the histograms of a window, or their mean.
fn combined(window: &Window<'_>, context: &mut RangeContext<'_>, wants_mean: bool) -> Option<PointValue> {
    let (first, rest) = window.histograms.split_first()?;
    let span = context.call.argument_span(0);
    let mut total = Total::of(&first.1);
    let mut all = Fitted::default();
    for (_, next) in rest {
        let Ok(fitted) = total.add(next, wants_mean) else {
            let text = remarks::incompatible(context.labels.metric_name());
            context.notes.warn(text, span);
            return None;
        };
        all.bounds_reconciled |= fitted.bounds_reconciled;
    }
    let says = |reset| {
        window
            .histograms
            .iter()
            .any(|(_, one)| one.counter_reset == reset)
    };
    all.resets_collide = says(CounterReset::Reset) && says(CounterReset::NotReset);
    remarks::fitted(all, Operation::Aggregation, span, context.notes);
    let result = if wants_mean { total.mean() } else { total.sum() };
    result.ok().map(|result| PointValue::Histogram(Arc::new(result)))
}

fn sum_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    each(windows, into, |_, sum| sum.total())
}

fn average_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    each(windows, into, mean_of_sum)
}

/// A value for each window from its samples and their sum.
fn each(windows: &Windows<'_>, into: &mut [f64], value: impl Fn(&[f64], Kahan) -> f64) -> bool {
    if !overlap(windows) {
        return false;
    }
    let values = windows.values;
    if let Some(sums) = running_sums(values) {
        for (place, (from, to)) in into.iter_mut().zip(windows.bounds()) {
            if from < to {
                *place = value(&values[from..to], Kahan::of(sums[to] - sums[from]));
            }
        }
        return true;
    }
    let mut bounds = windows.bounds();
    for places in into.chunks_mut(LANES) {
        let runs: [(usize, usize); LANES] = std::array::from_fn(|_| bounds.next().unwrap_or_default());
        for ((place, sum), (from, to)) in places.iter_mut().zip(sums_of(values, runs)).zip(runs) {
            if from < to {
                *place = value(&values[from..to], sum);
            }
        }
    }
    true
}
