//! Functions of windows that see a sample beyond their ends: `anchored` and `smoothed` ranges.
//!
//! Method: Prometheus'. An anchored window begins with the last sample at or before its start, so that what happens between
//! samples counts for exactly one of two windows side by side. A smoothed one begins and ends with values on the line
//! between the samples around its ends. Neither stretches what it sees.

mod floats;
mod histograms;

use super::RangeContext;
use super::rate::{DELTA, INCREASE, Movement, RATE};
use super::{changes, remarks};
use crate::PointValue;
use crate::syntax::{Expr, Extent};
use crate::window::Window;

pub(crate) use floats::{interpolated, samples};

/// A function of a window that has the samples of a look-back more before its start and, if it is smoothed, after its end.
pub(crate) type ExtendedFunction = fn(&Window<'_>, Extent, &mut RangeContext<'_>) -> Option<PointValue>;

/// What each function of anchored windows is called, with what it does; those first may be smoothed, too.
const FUNCTIONS: &[(&str, ExtendedFunction)] = &[
    ("delta", |window, extent, context| {
        moved(window, extent, context, DELTA)
    }),
    ("increase", |window, extent, context| {
        moved(window, extent, context, INCREASE)
    }),
    ("rate", |window, extent, context| {
        moved(window, extent, context, RATE)
    }),
    ("changes", |window, _, _| counted(window, changes::changes)),
    ("resets", |window, _, _| counted(window, changes::resets)),
];

/// So many of the functions work on smoothed windows.
const SMOOTHED: usize = 3;

/// How a call of a function works on its range, if that is extended.
///
/// # Errors
/// If the function does not work on such a range.
pub(crate) fn lookup(name: &str, argument: &Expr) -> Result<Option<(Extent, ExtendedFunction)>, String> {
    let Expr::Range(range) = argument.unwrapped() else {
        return Ok(None);
    };
    let extent = range.selector.extent;
    let (word, known) = match extent {
        Extent::Own => return Ok(None),
        Extent::Anchored => ("anchored", FUNCTIONS),
        Extent::Smoothed => ("smoothed", &FUNCTIONS[..SMOOTHED]),
    };
    if let Some((_, function)) = known.iter().find(|(known, _)| *known == name) {
        return Ok(Some((extent, *function)));
    }
    let mut names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    let names = names.join(", ");
    Err(format!(
        "{word} modifier can only be used with: {names} - not with {name}"
    ))
}

fn moved(
    window: &Window<'_>,
    extent: Extent,
    context: &mut RangeContext<'_>,
    movement: Movement,
) -> Option<PointValue> {
    match (window.values.is_empty(), window.histograms.is_empty()) {
        (true, true) => None,
        (false, false) => {
            let text = remarks::mixed_samples(context.labels.metric_name());
            context.notes.warn(text, context.call.argument_span(0));
            None
        }
        (false, true) => floats::movement(window, extent, movement).map(PointValue::Float),
        (true, false) => histograms::movement(window, extent, movement, context),
    }
}

/// Counts in an anchored window: from the last sample at or before its start.
fn counted(window: &Window<'_>, count: fn(&Window<'_>) -> Option<PointValue>) -> Option<PointValue> {
    let mut float = window.times_ms.partition_point(|at| *at <= window.start_ms);
    let mut histogram = window
        .histograms
        .partition_point(|(at, _)| *at <= window.start_ms);
    if float == window.times_ms.len() && histogram == window.histograms.len() {
        return None;
    }
    let float_at = float.checked_sub(1).map(|place| window.times_ms[place]);
    let histogram_at = histogram.checked_sub(1).map(|place| window.histograms[place].0);
    if float_at.is_some() && float_at >= histogram_at {
        float -= 1;
    } else if histogram_at.is_some() {
        histogram -= 1;
    }
    count(&Window {
        times_ms: &window.times_ms[float..],
        values: &window.values[float..],
        histograms: &window.histograms[histogram..],
        ..*window
    })
}
