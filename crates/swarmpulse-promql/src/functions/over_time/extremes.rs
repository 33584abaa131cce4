//! The smallest and largest values of windows, and when they were.
//!
//! A value that is not a number gives way to any number.

use super::exact::overlap;
use super::kinds::floats;
use crate::PointValue;
use crate::functions::{Function, RangeContext, of_range};
use crate::matrix::Scalar;
use crate::window::{Window, Windows};

pub(in crate::functions) const FUNCTIONS: &[Function] = &[
    of_range("max_over_time", largest, Some(largest_all)),
    of_range("min_over_time", smallest, Some(smallest_all)),
    Function {
        experimental: true,
        ..of_range("ts_of_max_over_time", time_of_largest, Some(time_of_largest_all))
    },
    Function {
        experimental: true,
        ..of_range(
            "ts_of_min_over_time",
            time_of_smallest,
            Some(time_of_smallest_all),
        )
    },
];

fn is_larger(new: f64, old: f64) -> bool {
    new > old || old.is_nan()
}

fn is_smaller(new: f64, old: f64) -> bool {
    new < old || old.is_nan()
}

fn is_no_smaller(new: f64, old: f64) -> bool {
    new >= old || old.is_nan()
}

fn is_no_larger(new: f64, old: f64) -> bool {
    new <= old || old.is_nan()
}

/// The place of the value that no later one beats.
fn best(values: &[f64], beats: impl Fn(f64, f64) -> bool) -> usize {
    let mut best = 0;
    for (place, value) in values.iter().enumerate() {
        if beats(*value, values[best]) {
            best = place;
        }
    }
    best
}

fn largest(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    let values = floats(window, context)?;
    Some(PointValue::Float(fold(values, is_larger)))
}

fn smallest(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    let values = floats(window, context)?;
    Some(PointValue::Float(fold(values, is_smaller)))
}

/// The value that no later one beats; of one at least.
fn fold(values: &[f64], beats: impl Fn(f64, f64) -> bool) -> f64 {
    let mut best = values[0];
    for value in values {
        best = if beats(*value, best) { *value } else { best };
    }
    best
}

fn time_of_largest(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    let place = best(floats(window, context)?, is_no_smaller);
    Some(PointValue::Float(window.times_ms[place] as f64 / 1000.0))
}

fn time_of_smallest(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    let place = best(floats(window, context)?, is_no_larger);
    Some(PointValue::Float(window.times_ms[place] as f64 / 1000.0))
}

fn largest_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    slide(windows, into, is_larger, |place| windows.values[place])
}

fn smallest_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    slide(windows, into, is_smaller, |place| windows.values[place])
}

fn time_of_largest_all(
    windows: &Windows<'_>,
    _: &[Scalar],
    into: &mut [f64],
    _: &mut RangeContext<'_>,
) -> bool {
    slide(windows, into, is_no_smaller, |place| {
        windows.times_ms[place] as f64 / 1000.0
    })
}

fn time_of_smallest_all(
    windows: &Windows<'_>,
    _: &[Scalar],
    into: &mut [f64],
    _: &mut RangeContext<'_>,
) -> bool {
    slide(windows, into, is_no_larger, |place| {
        windows.times_ms[place] as f64 / 1000.0
    })
}

/// Keeps the places of values that no later one in the window has beaten: the first of them is the best.
fn slide(
    windows: &Windows<'_>,
    into: &mut [f64],
    beats: impl Fn(f64, f64) -> bool,
    value: impl Fn(usize) -> f64,
) -> bool {
    if !overlap(windows) {
        return false;
    }
    let values = windows.values;
    let mut unbeaten: Vec<u32> = Vec::with_capacity(values.len());
    let (mut first, mut seen) = (0, 0);
    for (place, (from, to)) in into.iter_mut().zip(windows.bounds()) {
        for (new, new_value) in values.iter().enumerate().take(to).skip(seen) {
            while unbeaten.len() > first
                && unbeaten
                    .last()
                    .is_some_and(|old| beats(*new_value, values[*old as usize]))
            {
                unbeaten.pop();
            }
            unbeaten.push(new as u32);
        }
        seen = to;
        if from < to {
            while (unbeaten[first] as usize) < from {
                first += 1;
            }
            *place = value(unbeaten[first] as usize);
        }
    }
    true
}
