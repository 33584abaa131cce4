//! First and last samples of windows, how many there are, and when they were.

use crate::PointValue;
use crate::functions::{Body, Function, RangeBody, RangeContext, WindowFunction, of_range};
use crate::matrix::Scalar;
use crate::syntax::ValueType::Matrix;
use crate::window::{Window, Windows};

pub(in crate::functions) const FUNCTIONS: &[Function] = &[
    of_range("count_over_time", count, Some(count_all)),
    experimental(Function::new(
        "first_over_time",
        &[Matrix],
        Body::Range(RangeBody {
            window: first,
            series: Some(first_all),
            keeps_name: true,
            review: None,
        }),
    )),
    Function::new(
        "last_over_time",
        &[Matrix],
        Body::Range(RangeBody {
            window: last,
            series: Some(last_all),
            keeps_name: true,
            review: None,
        }),
    ),
    of_range("present_over_time", present, Some(present_all)),
    experimental(of_range(
        "ts_of_first_over_time",
        time_of_first as WindowFunction,
        None,
    )),
    experimental(of_range(
        "ts_of_last_over_time",
        time_of_last as WindowFunction,
        None,
    )),
];

const fn experimental(mut function: Function) -> Function {
    function.experimental = true;
    function
}

fn count(window: &Window<'_>, _: &[f64], _: &mut RangeContext<'_>) -> Option<PointValue> {
    let count = window.values.len() + window.histograms.len();
    Some(PointValue::Float(count as f64))
}

fn present(_: &Window<'_>, _: &[f64], _: &mut RangeContext<'_>) -> Option<PointValue> {
    Some(PointValue::Float(1.0))
}

fn first(window: &Window<'_>, _: &[f64], _: &mut RangeContext<'_>) -> Option<PointValue> {
    match (window.times_ms.first(), window.histograms.first()) {
        (float, Some((at, histogram))) if float.is_none_or(|float| at < float) => {
            Some(PointValue::Histogram(histogram.clone()))
        }
        _ => window.values.first().copied().map(PointValue::Float),
    }
}

fn last(window: &Window<'_>, _: &[f64], _: &mut RangeContext<'_>) -> Option<PointValue> {
    match (window.times_ms.last(), window.histograms.last()) {
        (float, Some((at, histogram))) if float.is_none_or(|float| at >= float) => {
            Some(PointValue::Histogram(histogram.clone()))
        }
        _ => window.values.last().copied().map(PointValue::Float),
    }
}

fn time_of_first(window: &Window<'_>, _: &[f64], _: &mut RangeContext<'_>) -> Option<PointValue> {
    let histogram = window.histograms.first().map(|(at, _)| *at);
    let at_ms = window
        .times_ms
        .first()
        .copied()
        .into_iter()
        .chain(histogram)
        .min()?;
    Some(PointValue::Float(at_ms as f64 / 1000.0))
}

fn time_of_last(window: &Window<'_>, _: &[f64], _: &mut RangeContext<'_>) -> Option<PointValue> {
    let histogram = window.histograms.last().map(|(at, _)| *at);
    let at_ms = window
        .times_ms
        .last()
        .copied()
        .into_iter()
        .chain(histogram)
        .max()?;
    Some(PointValue::Float(at_ms as f64 / 1000.0))
}

fn count_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    each(windows, into, |from, to| (to - from) as f64)
}

fn present_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    each(windows, into, |_, _| 1.0)
}

fn first_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    each(windows, into, |from, _| windows.values[from])
}

fn last_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    each(windows, into, |_, to| windows.values[to - 1])
}

/// A value for each window that is not empty, from the places of its first sample and of the one after its last.
fn each(windows: &Windows<'_>, into: &mut [f64], value: impl Fn(usize, usize) -> f64) -> bool {
    for (place, (from, to)) in into.iter_mut().zip(windows.bounds()) {
        if from < to {
            *place = value(from, to);
        }
    }
    true
}
