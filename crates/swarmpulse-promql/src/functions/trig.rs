//! Angles and hyperbolas.

use std::f64::consts::PI;

use super::Function;
use super::math::of_one;

pub(super) const FUNCTIONS: &[Function] = &[
    of_one("acos", |value, _| Some(value.acos())),
    of_one("acosh", |value, _| Some(value.acosh())),
    of_one("asin", |value, _| Some(value.asin())),
    of_one("asinh", |value, _| Some(value.asinh())),
    of_one("atan", |value, _| Some(value.atan())),
    of_one("atanh", |value, _| Some(value.atanh())),
    of_one("cos", |value, _| Some(value.cos())),
    of_one("cosh", |value, _| Some(value.cosh())),
    of_one("deg", |value, _| Some(value * 180.0 / PI)),
    of_one("rad", |value, _| Some(value * PI / 180.0)),
    of_one("sin", |value, _| Some(value.sin())),
    of_one("sinh", |value, _| Some(value.sinh())),
    of_one("tan", |value, _| Some(value.tan())),
    of_one("tanh", |value, _| Some(value.tanh())),
];
