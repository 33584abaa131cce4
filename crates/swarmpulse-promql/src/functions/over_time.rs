//! Functions of the windows of a range that sum them up: `..._over_time`.

use super::{Body, Function, RangeBody, RangeContext};
use crate::PointValue;
use crate::matrix::Scalar;
use crate::syntax::ValueType;
use crate::window::{Window, Windows};

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "count_over_time",
    &[ValueType::Matrix],
    Body::Range(RangeBody {
        window: count,
        series: Some(count_all),
        keeps_name: false,
        review: None,
    }),
)];

fn count(window: &Window<'_>, _: &[f64], _: &mut RangeContext<'_>) -> Option<PointValue> {
    let count = window.values.len() + window.histograms.len();
    Some(PointValue::Float(count as f64))
}

fn count_all(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    for (value, (from, to)) in into.iter_mut().zip(windows.bounds()) {
        if from < to {
            *value = (to - from) as f64;
        }
    }
    true
}
