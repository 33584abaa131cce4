//! How often values change, and how often counters restart: `changes`, `resets`.

use swarmpulse_model::series::NativeHistogram;

use super::{Function, RangeContext, of_range};
use crate::PointValue;
use crate::histogram;
use crate::matrix::Scalar;
use crate::window::{Window, Windows};

pub(super) const FUNCTIONS: &[Function] = &[
    of_range(
        "changes",
        |window, _, _| changes(window),
        Some(|windows, scalars, into, context| count_all(windows, scalars, into, context, &CHANGES)),
    ),
    of_range(
        "resets",
        |window, _, _| resets(window),
        Some(|windows, scalars, into, context| count_all(windows, scalars, into, context, &RESETS)),
    ),
];

/// What is counted: pairs of neighbours, the older one first.
struct Counted {
    floats: fn(f64, f64) -> bool,
    histograms: fn(&NativeHistogram, &NativeHistogram) -> bool,
}

const CHANGES: Counted = Counted {
    floats: |before, after| before != after && !(before.is_nan() && after.is_nan()),
    histograms: |before, after| !histogram::is_same(after, before),
};

const RESETS: Counted = Counted {
    floats: |before, after| after < before,
    histograms: |before, after| histogram::is_reset(after, before),
};

/// How often values change in a window.
pub(super) fn changes(window: &Window<'_>) -> Option<PointValue> {
    count(window, &CHANGES)
}

/// How often counters restart in a window.
pub(super) fn resets(window: &Window<'_>) -> Option<PointValue> {
    count(window, &RESETS)
}

/// A sample of either kind.
#[derive(Clone, Copy)]
enum Either<'a> {
    Float(f64),
    Histogram(&'a NativeHistogram),
}

fn count(window: &Window<'_>, counted: &Counted) -> Option<PointValue> {
    let mut floats = window.times_ms.iter().zip(window.values).peekable();
    let mut histograms = window.histograms.iter().peekable();
    let mut before = None;
    let mut found = 0u32;
    loop {
        let float_first = match (floats.peek(), histograms.peek()) {
            (Some((float_at, _)), Some((histogram_at, _))) => *float_at < histogram_at,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        let now = if float_first {
            floats.next().map(|(_, value)| Either::Float(*value))
        } else {
            histograms.next().map(|(_, value)| Either::Histogram(value))
        };
        let counts = match (before, now) {
            (Some(Either::Float(before)), Some(Either::Float(now))) => (counted.floats)(before, now),
            (Some(Either::Histogram(before)), Some(Either::Histogram(now))) => {
                (counted.histograms)(before, now)
            }
            (Some(_), Some(_)) => true,
            _ => false,
        };
        found += u32::from(counts);
        before = now;
    }
    Some(PointValue::Float(f64::from(found)))
}

/// Counts once, and takes the difference for each window.
fn count_all(
    windows: &Windows<'_>,
    _: &[Scalar],
    into: &mut [f64],
    _: &mut RangeContext<'_>,
    counted: &Counted,
) -> bool {
    let values = windows.values;
    let mut before_place = Vec::with_capacity(values.len());
    let mut found = 0u32;
    for place in 0..values.len() {
        found += u32::from(place > 0 && (counted.floats)(values[place - 1], values[place]));
        before_place.push(found);
    }
    for (place, (from, to)) in into.iter_mut().zip(windows.bounds()) {
        if from < to {
            *place = f64::from(before_place[to - 1] - before_place[from]);
        }
    }
    true
}
