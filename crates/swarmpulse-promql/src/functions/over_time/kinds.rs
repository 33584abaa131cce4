//! What functions of windows do where a window has floats and histograms.

use crate::functions::{RangeContext, remarks};
use crate::window::Window;

/// The floats, if there are any; says so if histograms are left out.
pub(super) fn floats<'a>(window: &Window<'a>, context: &mut RangeContext<'_>) -> Option<&'a [f64]> {
    if window.values.is_empty() {
        return None;
    }
    if !window.histograms.is_empty() {
        ignored(context);
    }
    Some(window.values)
}

/// Says that histograms are left out.
pub(super) fn ignored(context: &mut RangeContext<'_>) {
    let text = remarks::histograms_ignored(context.labels.metric_name());
    context.notes.info(text, context.call.argument_span(0));
}

/// Whether a window has both kinds; says so.
pub(super) fn is_mixed(window: &Window<'_>, context: &mut RangeContext<'_>) -> bool {
    let mixed = !window.values.is_empty() && !window.histograms.is_empty();
    if mixed {
        let text = remarks::mixed_samples(context.labels.metric_name());
        context.notes.warn(text, context.call.argument_span(0));
    }
    mixed
}
