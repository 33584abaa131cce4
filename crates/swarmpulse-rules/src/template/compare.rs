//! Comparisons: of like with like alone, as in Go.

use std::cmp::Ordering;

use super::call::Surroundings;
use super::value::TemplateValue;

type Answer = Result<TemplateValue, String>;

const INCOMPATIBLE: &str = "incompatible types for comparison";
const NOT_ORDERED: &str = "invalid type for comparison";

fn equal(a: &TemplateValue, b: &TemplateValue) -> Result<bool, String> {
    use TemplateValue as V;
    match (a, b) {
        (V::Nil, V::Nil) => Ok(true),
        (V::Nil, _) | (_, V::Nil) => Ok(false),
        (V::List(_), V::List(_)) | (V::Map(_), V::Map(_)) => {
            Err(format!("non-comparable type {}: {}", a.printed(), a.type_name()))
        }
        (V::Bool(a), V::Bool(b)) => Ok(a == b),
        (V::Int(a), V::Int(b)) | (V::Duration(a), V::Duration(b)) | (V::Time(a), V::Time(b)) => Ok(a == b),
        (V::Float(a), V::Float(b)) => Ok(a == b),
        (V::String(a), V::String(b)) => Ok(a == b),
        _ => Err(INCOMPATIBLE.into()),
    }
}

fn order(arguments: &[TemplateValue]) -> Result<Option<Ordering>, String> {
    use TemplateValue as V;
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
pub(super) fn eq(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
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

pub(super) fn ne(surroundings: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    eq(surroundings, arguments).map(|equal| (!equal.truth()).into())
}

pub(super) fn lt(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    order(arguments).map(|order| (order == Some(Ordering::Less)).into())
}

pub(super) fn le(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    order(arguments).map(|order| matches!(order, Some(Ordering::Less | Ordering::Equal)).into())
}

pub(super) fn gt(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    // Go says `not le`: whatever cannot be ordered is greater.
    order(arguments).map(|order| (!matches!(order, Some(Ordering::Less | Ordering::Equal))).into())
}

pub(super) fn ge(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    order(arguments).map(|order| (order != Some(Ordering::Less)).into())
}
