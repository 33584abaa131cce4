//! `absent`: has a value where a vector has none.

use super::{Body, Function, Inputs};
use crate::EvalError;
use crate::label_set;
use crate::matrix::{ABSENT, Evaluated, Matrix, Series};
use crate::syntax::ValueType;

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "absent",
    &[ValueType::Vector],
    Body::Vector(absent),
)];

fn absent(mut inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let matrix = inputs.take_vector(0)?;
    let labels = inputs.call.arguments.first().map(label_set::of_absent);
    let Some(labels) = labels else {
        return Ok(Evaluated::Vector(Matrix::new()));
    };
    let mut result = Series::absent(labels, false, inputs.steps.count);
    for (step, value) in result.values.iter_mut().enumerate() {
        let anywhere = matrix.iter().any(|series| series.has(step));
        *value = if anywhere { ABSENT } else { 1.0 };
    }
    Ok(Evaluated::Vector(if result.is_empty() {
        Matrix::new()
    } else {
        vec![result]
    }))
}
