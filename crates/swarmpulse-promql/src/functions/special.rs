//! Functions that the evaluator does itself.

use super::{Body, Function, Special, Variadic};
use crate::syntax::ValueType::{Matrix, Scalar, Vector};

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
    of_query("end", Special::QueryEnd),
    of_query("range", Special::QueryRange),
    of_query("start", Special::QueryStart),
    of_query("step", Special::QueryStep),
    Function {
        sees_time: true,
        ..Function::new("timestamp", &[Vector], Body::Special(Special::Timestamp))
    },
];

/// Tells of the query.
const fn of_query(name: &'static str, special: Special) -> Function {
    Function {
        returns: Scalar,
        experimental: true,
        sees_time: true,
        ..Function::new(name, &[], Body::Special(special))
    }
}
