//! How fast counters and gauges move: `rate`, `increase`, `delta`.
//!
//! Method: Prometheus'. The difference of last and first sample, plus what restarts of a counter took away, stretched to
//! the ends of the window: all the way if samples come that near to them, else by half the usual distance; and never
//! to before a counter was 0.

mod extrapolate;
mod histograms;
mod series;

use std::sync::Arc;

use extrapolate::Stretch;
pub(super) use extrapolate::seconds;

use super::{Body, Function, RangeBody, RangeContext, RolledWindow, SeriesFunction, WindowFunction, remarks};
use crate::PointValue;
use crate::histogram;
use crate::syntax::ValueType::Matrix;
use crate::window::Window;

pub(super) const FUNCTIONS: &[Function] = &[
    of_movement(
        "delta",
        |window, _, context| moved(window, context, DELTA),
        series::delta,
        None,
    ),
    of_movement(
        "increase",
        |window, _, context| moved(window, context, INCREASE),
        series::increase,
        Some(check_name),
    ),
    of_movement(
        "rate",
        |window, _, context| moved(window, context, RATE),
        series::rate,
        Some(check_name),
    ),
];

const fn of_movement(
    name: &'static str,
    window: WindowFunction,
    series: SeriesFunction,
    review: Option<fn(&mut RangeContext<'_>)>,
) -> Function {
    Function::new(
        name,
        &[Matrix],
        Body::Range(RangeBody {
            window,
            series: Some(series),
            keeps_name: false,
            review,
        }),
    )
}

/// What is asked.
#[derive(Clone, Copy)]
pub(super) struct Movement {
    /// Whether a fall is a restart.
    pub counter: bool,
    /// Whether it is divided by the seconds of the window.
    pub per_second: bool,
}

pub(super) const DELTA: Movement = Movement {
    counter: false,
    per_second: false,
};
pub(super) const INCREASE: Movement = Movement {
    counter: true,
    per_second: false,
};
pub(super) const RATE: Movement = Movement {
    counter: true,
    per_second: true,
};

fn moved(window: &Window<'_>, context: &mut RangeContext<'_>, movement: Movement) -> Option<PointValue> {
    if !window.values.is_empty() && !window.histograms.is_empty() {
        let text = remarks::mixed_samples(context.labels.metric_name());
        context.notes.warn(text, context.call.argument_span(0));
        return None;
    }
    let ends = (window.start_ms, window.end_ms);
    let range_s = seconds(window.end_ms - window.start_ms);
    if let [(first_at, _), .., (last_at, _)] = window.histograms {
        let mut result = histograms::difference(window.histograms, movement.counter, context)?;
        let stretch = Stretch::of(ends, (*first_at, *last_at), window.histograms.len(), range_s);
        let first_count = window.histograms[0].1.count;
        let zero = movement.counter.then_some((first_count, result.count));
        histogram::multiply(&mut result, stretch.factor(zero, movement.per_second));
        return Some(PointValue::Histogram(Arc::new(result)));
    }
    let ([first_at, .., last_at], [first, .., last]) = (window.times_ms, window.values) else {
        return None;
    };
    let mut difference = last - first;
    if movement.counter {
        for pair in window.values.windows(2) {
            if pair[1] < pair[0] {
                difference += pair[0];
            }
        }
    }
    let stretch = Stretch::of(ends, (*first_at, *last_at), window.values.len(), range_s);
    let zero = movement.counter.then_some((*first, difference));
    Some(PointValue::Float(
        difference * stretch.factor(zero, movement.per_second),
    ))
}

/// The movement in a window of which aggregates are known, with so many samples in all.
pub(super) fn rolled_movement(window: &RolledWindow<'_>, samples: usize, movement: Movement) -> Option<f64> {
    let (first, last) = (window.rows.first()?, window.rows.last()?);
    if samples < 2 {
        return None;
    }
    let mut difference = last.last - first.first;
    if movement.counter {
        difference += window.rows.iter().map(|row| row.lost_by_resets).sum::<f64>();
        for pair in window.rows.windows(2) {
            if pair[1].first < pair[0].last {
                difference += pair[0].last;
            }
        }
    }
    let ends = (window.start_ms, window.end_ms);
    let range_s = seconds(window.end_ms - window.start_ms);
    let stretch = Stretch::of(ends, (first.first_at_ms, last.last_at_ms), samples, range_s);
    let zero = movement.counter.then_some((first.first, difference));
    Some(difference * stretch.factor(zero, movement.per_second))
}

/// Says so if a metric has not the name of a counter.
fn check_name(context: &mut RangeContext<'_>) {
    let name = context.labels.metric_name();
    let is_counter = ["_total", "_sum", "_count", "_bucket"]
        .iter()
        .any(|suffix| name.ends_with(suffix));
    if !name.is_empty() && !is_counter {
        let text = remarks::perhaps_not_a_counter(name);
        context.notes.info(text, context.call.argument_span(0));
    }
}
