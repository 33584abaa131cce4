//! From vectors to scalars and back; scalars from nothing and from scalars: `scalar`, `vector`, `time`, `pi`, `min_of`,
//! `max_of`.

use swarmpulse_model::Labels;

use super::{Body, Function, Inputs};
use crate::EvalError;
use crate::matrix::{Evaluated, Matrix, Scalar, Series, is_present};
use crate::syntax::ValueType;

pub(super) const FUNCTIONS: &[Function] = &[
    of_two("max_of", |inputs| chosen(inputs, f64::max)),
    of_two("min_of", |inputs| chosen(inputs, f64::min)),
    Function {
        returns: ValueType::Scalar,
        ..Function::new("pi", &[], Body::Vector(pi))
    },
    Function {
        returns: ValueType::Scalar,
        ..Function::new("scalar", &[ValueType::Vector], Body::Vector(scalar))
    },
    Function {
        returns: ValueType::Scalar,
        sees_time: true,
        ..Function::new("time", &[], Body::Vector(time))
    },
    Function::new("vector", &[ValueType::Scalar], Body::Vector(vector)),
];

/// A function of two scalars to one.
const fn of_two(name: &'static str, body: fn(Inputs<'_>) -> Result<Evaluated, EvalError>) -> Function {
    Function {
        returns: ValueType::Scalar,
        experimental: true,
        ..Function::new(name, &[ValueType::Scalar, ValueType::Scalar], Body::Vector(body))
    }
}

/// One of two numbers at each step; not a number if one of them is not, unless the other is infinite and chosen.
fn chosen(mut inputs: Inputs<'_>, choose: fn(f64, f64) -> f64) -> Result<Evaluated, EvalError> {
    let (left, right) = (inputs.take_scalar(0)?, inputs.take_scalar(1)?);
    let choose = |left: f64, right: f64| {
        let first = choose(f64::INFINITY, f64::NEG_INFINITY);
        if left == first || right == first {
            first
        } else if left.is_nan() || right.is_nan() {
            f64::NAN
        } else {
            choose(left, right)
        }
    };
    Ok(Evaluated::Scalar(match (&left, &right) {
        (Scalar::Constant(left), Scalar::Constant(right)) => Scalar::Constant(choose(*left, *right)),
        _ => Scalar::Steps(
            (0..inputs.steps.count)
                .map(|step| choose(left.at(step), right.at(step)))
                .collect(),
        ),
    }))
}

fn pi(_: Inputs<'_>) -> Result<Evaluated, EvalError> {
    Ok(Evaluated::Scalar(Scalar::Constant(std::f64::consts::PI)))
}

#[expect(clippy::needless_pass_by_value, reason = "every function takes its inputs")]
fn time(inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let steps = inputs.steps;
    let seconds = (0..steps.count).map(|step| steps.at(step) as f64 / 1000.0);
    Ok(Evaluated::Scalar(Scalar::Steps(seconds.collect())))
}

/// The value of the only float at each step; not a number where there is none, or more.
fn scalar(mut inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let matrix = inputs.take_vector(0)?;
    let mut values = vec![f64::NAN; inputs.steps.count];
    let mut found = vec![false; inputs.steps.count];
    for series in &matrix {
        for ((value, found), new) in values.iter_mut().zip(&mut found).zip(&series.values) {
            if is_present(*new) {
                *value = if *found { f64::NAN } else { *new };
                *found = true;
            }
        }
    }
    Ok(Evaluated::Scalar(Scalar::Steps(values)))
}

/// One series without labels.
fn vector(mut inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let scalar = inputs.take_scalar(0)?;
    let values: Vec<f64> = (0..inputs.steps.count).map(|step| scalar.at(step)).collect();
    let matrix = if values.is_empty() {
        Matrix::new()
    } else {
        vec![Series {
            values,
            ..Series::absent(Labels::empty(), false, 0)
        }]
    };
    Ok(Evaluated::Vector(matrix))
}
