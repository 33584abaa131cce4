//! Functions of single numbers.

use super::{Body, Function, Variadic};
use crate::syntax::ValueType::{Scalar, Vector};

pub(super) const FUNCTIONS: &[Function] = &[
    of_one("abs", |value, _| Some(value.abs())),
    of_one("ceil", |value, _| Some(value.ceil())),
    Function::new("clamp", &[Vector, Scalar, Scalar], Body::Float(clamp)),
    Function::new("clamp_max", &[Vector, Scalar], Body::Float(clamp_max)),
    Function::new("clamp_min", &[Vector, Scalar], Body::Float(clamp_min)),
    of_one("exp", |value, _| Some(value.exp())),
    of_one("floor", |value, _| Some(value.floor())),
    of_one("ln", |value, _| Some(value.ln())),
    of_one("log10", |value, _| Some(value.log10())),
    of_one("log2", |value, _| Some(value.log2())),
    Function {
        variadic: Variadic::UpTo(1),
        ..Function::new("round", &[Vector, Scalar], Body::Float(round))
    },
    of_one("sgn", sign),
    of_one("sqrt", |value, _| Some(value.sqrt())),
];

/// A function of a vector alone.
pub(super) const fn of_one(name: &'static str, map: fn(f64, &[f64]) -> Option<f64>) -> Function {
    Function::new(name, &[Vector], Body::Float(map))
}

/// The smaller; not a number if one is not, unless the other is the smallest of all.
fn lesser(left: f64, right: f64) -> f64 {
    if left == f64::NEG_INFINITY || right == f64::NEG_INFINITY {
        f64::NEG_INFINITY
    } else if left.is_nan() || right.is_nan() {
        f64::NAN
    } else {
        left.min(right)
    }
}

/// The larger; not a number if one is not, unless the other is the largest of all.
fn greater(left: f64, right: f64) -> f64 {
    if left == f64::INFINITY || right == f64::INFINITY {
        f64::INFINITY
    } else if left.is_nan() || right.is_nan() {
        f64::NAN
    } else {
        left.max(right)
    }
}

fn clamp(value: f64, limits: &[f64]) -> Option<f64> {
    let (low, high) = (*limits.first()?, *limits.get(1)?);
    if high < low {
        return None;
    }
    Some(greater(low, lesser(high, value)))
}

fn clamp_max(value: f64, limits: &[f64]) -> Option<f64> {
    Some(lesser(*limits.first()?, value))
}

fn clamp_min(value: f64, limits: &[f64]) -> Option<f64> {
    Some(greater(*limits.first()?, value))
}

/// To the nearest multiple; halves up.
fn round(value: f64, nearest: &[f64]) -> Option<f64> {
    // The inverse, as Prometheus has it: fewer surprises with decimal fractions.
    let inverse = 1.0 / nearest.first().copied().unwrap_or(1.0);
    Some((value * inverse + 0.5).floor() / inverse)
}

fn sign(value: f64, _: &[f64]) -> Option<f64> {
    Some(if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clamps_have_no_value_if_turned_around() {
        assert_eq!(clamp(5.0, &[0.0, 3.0]), Some(3.0));
        assert_eq!(clamp(-5.0, &[0.0, 3.0]), Some(0.0));
        assert_eq!(clamp(1.0, &[3.0, 0.0]), None);
        assert!(clamp(1.0, &[f64::NAN, 0.0]).is_some_and(f64::is_nan));
        assert_eq!(clamp_max(5.0, &[3.0]), Some(3.0));
        assert_eq!(clamp_min(5.0, &[7.0]), Some(7.0));
        assert!(clamp_min(f64::NAN, &[7.0]).is_some_and(f64::is_nan));
    }

    #[test]
    fn halves_round_up() {
        assert_eq!(round(2.5, &[]), Some(3.0));
        assert_eq!(round(-2.5, &[]), Some(-2.0));
        assert_eq!(round(5.6, &[5.0]), Some(5.0));
        assert_eq!(round(0.0515, &[0.1]), Some(0.1));
    }

    #[test]
    fn the_sign_of_no_number_is_none() {
        assert_eq!(sign(-3.0, &[]), Some(-1.0));
        assert_eq!(sign(0.0, &[]), Some(0.0));
        assert!(sign(f64::NAN, &[]).is_some_and(f64::is_nan));
    }
}
