//! Functions that the evaluator does itself.

use super::{Body, Function, Special, Variadic};
use crate::syntax::ValueType::{Matrix, Vector};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "absent_over_time",
        &[Matrix],
        Body::Special(Special::AbsentOverTime),
    ),
    Function {
        variadic: Variadic::UpTo(1),
        experimental: true,
        ..Function::new("info", &[Vector, Vector], Body::Special(Special::Info))
    },
    Function {
        sees_time: true,
        ..Function::new("timestamp", &[Vector], Body::Special(Special::Timestamp))
    },
];
