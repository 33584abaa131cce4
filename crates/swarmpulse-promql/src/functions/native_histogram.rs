//! Single numbers of native histograms.

use swarmpulse_model::series::NativeHistogram;

use super::{Body, Function};
use crate::histogram;
use crate::syntax::ValueType::Vector;

pub(super) const FUNCTIONS: &[Function] = &[
    of_histogram("histogram_avg", |histogram, _| {
        Some(histogram.sum / histogram.count)
    }),
    of_histogram("histogram_count", |histogram, _| Some(histogram.count)),
    of_histogram("histogram_stddev", |histogram, _| {
        Some(histogram::variance(histogram).sqrt())
    }),
    of_histogram("histogram_stdvar", |histogram, _| {
        Some(histogram::variance(histogram))
    }),
    of_histogram("histogram_sum", |histogram, _| Some(histogram.sum)),
];

const fn of_histogram(name: &'static str, map: fn(&NativeHistogram, &[f64]) -> Option<f64>) -> Function {
    Function::new(name, &[Vector], Body::Histogram(map))
}
