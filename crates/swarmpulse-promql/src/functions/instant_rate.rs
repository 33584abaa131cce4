//! How far counters and gauges moved between the last two samples: `irate`, `idelta`.

use std::sync::Arc;

use swarmpulse_model::series::{CounterReset, NativeHistogram};

use super::remarks::{self, Operation, without_resets};
use super::{Function, RangeContext, of_range};
use crate::PointValue;
use crate::histogram;
use crate::matrix::Scalar;
use crate::window::{Window, Windows};

pub(super) const FUNCTIONS: &[Function] = &[
    of_range(
        "idelta",
        |window, _, context| moved(window, context, false),
        Some(|windows, scalars, into, context| moved_all(windows, scalars, into, context, false)),
    ),
    of_range(
        "irate",
        |window, _, context| moved(window, context, true),
        Some(|windows, scalars, into, context| moved_all(windows, scalars, into, context, true)),
    ),
];

/// Of two floats, `interval_ms` apart.
fn of_floats(before: f64, last: f64, interval_ms: i64, rate: bool) -> f64 {
    // A counter that fell began again at 0.
    let moved = if rate && last < before {
        last
    } else {
        last - before
    };
    if rate {
        moved / (interval_ms as f64 / 1000.0)
    } else {
        moved
    }
}

fn moved(window: &Window<'_>, context: &mut RangeContext<'_>, rate: bool) -> Option<PointValue> {
    let [before, last] = last_two(window)?;
    let interval_ms = last.0 - before.0;
    if interval_ms == 0 {
        return None;
    }
    match (before.1, last.1) {
        (PointValue::Float(before), PointValue::Float(last)) => {
            Some(PointValue::Float(of_floats(before, last, interval_ms, rate)))
        }
        (PointValue::Histogram(before), PointValue::Histogram(last)) => {
            let mut result = of_histograms(&before, &last, rate, context)?;
            if rate {
                histogram::divide(&mut result, interval_ms as f64 / 1000.0);
            }
            Some(PointValue::Histogram(Arc::new(result)))
        }
        _ => {
            warn(context, remarks::mixed_samples);
            None
        }
    }
}

/// The last two samples of either kind, oldest first. At the same time, the histogram counts as the older.
fn last_two(window: &Window<'_>) -> Option<[(i64, PointValue); 2]> {
    let floats = window.times_ms.iter().zip(window.values).rev().take(2);
    let floats = floats.map(|(at, value)| (*at, PointValue::Float(*value)));
    let histograms = window.histograms.iter().rev().take(2);
    let histograms = histograms.map(|(at, value)| (*at, PointValue::Histogram(value.clone())));
    let mut newest: Vec<_> = floats.chain(histograms).collect();
    // Stable: floats come first.
    newest.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut newest = newest.into_iter();
    let last = newest.next()?;
    Some([newest.next()?, last])
}

fn of_histograms(
    before: &NativeHistogram,
    last: &NativeHistogram,
    rate: bool,
    context: &mut RangeContext<'_>,
) -> Option<NativeHistogram> {
    let is_gauge = |histogram: &NativeHistogram| histogram.counter_reset == CounterReset::Gauge;
    if rate && (is_gauge(before) || is_gauge(last)) {
        warn(context, remarks::not_a_counter);
    }
    if !(rate || is_gauge(before) && is_gauge(last)) {
        warn(context, remarks::not_a_gauge);
    }
    let mut result = last.clone();
    if !rate || !histogram::is_reset(last, before) {
        let Ok(fitted) = histogram::subtract(&mut result, before) else {
            warn(context, remarks::incompatible);
            return None;
        };
        let fitted = without_resets(fitted);
        let span = context.call.arguments_span();
        remarks::fitted(fitted, Operation::Subtraction, span, context.notes);
    }
    result.counter_reset = CounterReset::Gauge;
    histogram::compact(&mut result);
    Some(result)
}

fn warn(context: &mut RangeContext<'_>, text: impl FnOnce(&str) -> String) {
    let text = text(context.labels.metric_name());
    context.notes.warn(text, context.call.arguments_span());
}

fn moved_all(
    windows: &Windows<'_>,
    _: &[Scalar],
    into: &mut [f64],
    _: &mut RangeContext<'_>,
    rate: bool,
) -> bool {
    let (times, values) = (windows.times_ms, windows.values);
    for (place, (from, to)) in into.iter_mut().zip(windows.bounds()) {
        if to < from + 2 {
            continue;
        }
        let interval_ms = times[to - 1] - times[to - 2];
        if interval_ms != 0 {
            *place = of_floats(values[to - 2], values[to - 1], interval_ms, rate);
        }
    }
    true
}
