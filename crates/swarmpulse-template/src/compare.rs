//! Comparisons: of like with like alone, as in Go.

use std::cmp::Ordering;

use crate::function::{Answer, Surroundings};
use crate::value::Value;

const INCOMPATIBLE: &str = "incompatible types for comparison";
const NOT_ORDERED: &str = "invalid type for comparison";

fn equal(a: &Value, b: &Value) -> Result<bool, String> {
    use Value as V;
    match (a, b) {
        (V::Nil, V::Nil) => Ok(true),
        (V::Nil, _) | (_, V::Nil) => Ok(false),
        (V::List(_), V::List(_)) | (V::Map(_), V::Map(_)) => {
            Err(format!("non-comparable type {}: {}", a.printed(), a.type_name()))
        }
        (V::Bool(a), V::Bool(b)) => Ok(a == b),
        (V::Int(a), V::Int(b)) | (V::Duration(a), V::Duration(b)) => Ok(a == b),
        (V::Time(a), V::Time(b)) => Ok(a.at_ns == b.at_ns),
        (V::Float(a), V::Float(b)) => Ok(a == b),
        (V::String(a) | V::Safe(_, a), V::String(b) | V::Safe(_, b)) => Ok(a == b),
        _ => Err(INCOMPATIBLE.into()),
    }
}

fn order(arguments: &[Value]) -> Result<Option<Ordering>, String> {
    use Value as V;
    match arguments {
        [V::Int(a), V::Int(b)] | [V::Duration(a), V::Duration(b)] => Ok(Some(a.cmp(b))),
        [V::Float(a), V::Float(b)] => Ok(a.partial_cmp(b)),
        [V::String(a), V::String(b)] => Ok(Some(a.cmp(b))),
        [
            V::Int(_) | V::Float(_) | V::String(_),
            V::Int(_) | V::Float(_) | V::String(_) | V::Bool(_),
        ] => Err(INCOMPATIBLE.into()),
        _ => Err(NOT_ORDERED.into()),
    }
}

/// Whether the first is equal to any of the others.
pub(crate) fn eq(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let [first, others @ ..] = arguments else {
        return Err("missing argument for comparison".into());
    };
    if others.is_empty() {
        return Err("missing argument for comparison".into());
    }
    for other in others {
        if equal(first, other)? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

pub(crate) fn ne(surroundings: &dyn Surroundings, arguments: &[Value]) -> Answer {
    eq(surroundings, arguments).map(|equal| (!equal.truth()).into())
}

pub(crate) fn lt(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    order(arguments).map(|order| (order == Some(Ordering::Less)).into())
}

pub(crate) fn le(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    order(arguments).map(|order| matches!(order, Some(Ordering::Less | Ordering::Equal)).into())
}

pub(crate) fn gt(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    // Go says `not le`: whatever cannot be ordered is greater.
    order(arguments).map(|order| (!matches!(order, Some(Ordering::Less | Ordering::Equal))).into())
}

pub(crate) fn ge(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    order(arguments).map(|order| (order != Some(Ordering::Less)).into())
}
