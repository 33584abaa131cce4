//! Functions of single numbers.

use super::{Body, Function};
use crate::syntax::ValueType;

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "abs",
    &[ValueType::Vector],
    Body::Float(|value, _| Some(value.abs())),
)];
