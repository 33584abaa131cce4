//! Operations on two expressions.

mod element;
mod groups;
mod matched;
mod set;
mod with_scalar;

use super::context::Context;
use super::eval as eval_expr;
use crate::matrix::{Evaluated, Scalar, Steps};
use crate::syntax::{Binary, BinaryOp};
use crate::{EvalError, Notes};

/// An operation on two expressions.
pub(super) fn eval(
    context: &Context<'_>,
    binary: &Binary,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Evaluated, EvalError> {
    let held = context.held();
    let left = eval_expr(context, &binary.left, steps, notes)?;
    let right = eval_expr(context, &binary.right, steps, notes)?;
    let result = match (left, right) {
        (Evaluated::Scalar(left), Evaluated::Scalar(right)) => {
            return Ok(Evaluated::Scalar(scalars(binary.op, &left, &right, steps)));
        }
        (Evaluated::Vector(matrix), Evaluated::Scalar(scalar)) => {
            with_scalar::eval(binary, matrix, &scalar, false, notes)
        }
        (Evaluated::Scalar(scalar), Evaluated::Vector(matrix)) => {
            with_scalar::eval(binary, matrix, &scalar, true, notes)
        }
        (Evaluated::Vector(left), Evaluated::Vector(right)) if binary.op.is_set() => {
            set::eval(binary, left, right, steps)
        }
        (Evaluated::Vector(left), Evaluated::Vector(right)) => {
            matched::eval(context, binary, left, right, steps, notes)?
        }
        _ => return Err(EvalError::Execution("operators do not work on text".to_owned())),
    };
    context.release_to(held, result.len(), steps.count);
    Ok(Evaluated::Vector(result))
}

fn scalars(op: BinaryOp, left: &Scalar, right: &Scalar, steps: &Steps) -> Scalar {
    let compute = |left: f64, right: f64| {
        if op.is_comparison() {
            f64::from(u8::from(element::compare(op, left, right)))
        } else {
            element::arithmetic(op, left, right)
        }
    };
    match (left, right) {
        (Scalar::Constant(left), Scalar::Constant(right)) => Scalar::Constant(compute(*left, *right)),
        _ => Scalar::Steps(
            (0..steps.count)
                .map(|step| compute(left.at(step), right.at(step)))
                .collect(),
        ),
    }
}
