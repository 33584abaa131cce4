//! Values smoothed, with their trend: `double_exponential_smoothing`.

use super::regression::has_two_floats;
use super::{Body, Function, RangeBody, RangeContext};
use crate::PointValue;
use crate::syntax::ValueType::{Matrix, Scalar};
use crate::window::Window;

pub(super) const FUNCTIONS: &[Function] = &[Function {
    experimental: true,
    ..Function::new(
        "double_exponential_smoothing",
        &[Matrix, Scalar, Scalar],
        Body::Range(RangeBody {
            window: smoothed,
            series: None,
            keeps_name: false,
            review: None,
        }),
    )
}];

/// Method: Holt's linear trend. The first value starts the level, the first difference the trend.
fn smoothed(window: &Window<'_>, scalars: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    let (smoothing, trending) = (*scalars.first()?, *scalars.get(1)?);
    for (what, factor) in [("smoothing", smoothing), ("trend", trending)] {
        if factor <= 0.0 || factor >= 1.0 {
            let short = &what[..1];
            context.notes.fail(format!(
                "invalid {what} factor. Expected: 0 < {short}f < 1, got: {factor:.6}"
            ));
            return None;
        }
    }
    if !has_two_floats(window, context) {
        return None;
    }
    let values = window.values;
    let (mut level_before, mut level) = (0.0, values[0]);
    let mut trend = values[1] - values[0];
    for (place, value) in values.iter().enumerate().skip(1) {
        if place > 1 {
            trend = trending * (level - level_before) + (1.0 - trending) * trend;
        }
        let next = smoothing * value + (1.0 - smoothing) * (level + trend);
        (level_before, level) = (level, next);
    }
    Some(PointValue::Float(level))
}
