//! Functions of Go's own that work on values and texts.

use crate::function::{Answer, Function, Sort, Surroundings};
use crate::kind::Shape;
use crate::value::{Text, Value};
use crate::{compare, printf};

const ANY: Sort = Sort::ANY;

/// `and` and `or` stop at what decides: they are evaluated elsewhere.
fn decided_elsewhere(_: &dyn Surroundings, _: &[Value]) -> Answer {
    Ok(Value::Nil)
}

/// Go's own functions. One line each.
const FUNCTIONS: &[Function] = &[
    Function::many("and", &[ANY], 1, decided_elsewhere),
    Function::many("or", &[ANY], 1, decided_elsewhere),
    Function::new("not", &[ANY], not),
    Function::new("len", &[ANY], len),
    Function::many("index", &[ANY], 1, index),
    Function::many("slice", &[ANY], 1, slice),
    Function::many("print", &[ANY], 0, print),
    Function::many("println", &[ANY], 0, println),
    Function::many("printf", &[Sort::STRING, ANY], 1, printf::run),
    Function::many("html", &[ANY], 0, html),
    Function::many("js", &[ANY], 0, js),
    Function::many("urlquery", &[ANY], 0, urlquery),
    Function::many("eq", &[ANY], 1, compare::eq),
    Function::new("ne", &[ANY, ANY], compare::ne),
    Function::new("lt", &[ANY, ANY], compare::lt),
    Function::new("le", &[ANY, ANY], compare::le),
    Function::new("gt", &[ANY, ANY], compare::gt),
    Function::new("ge", &[ANY, ANY], compare::ge),
    Function::many("call", &[ANY], 1, call),
];

/// Go's own function of that name.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

fn not(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok((!arguments.first().is_some_and(Value::truth)).into())
}

fn len(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let length = match &arguments[0] {
        Value::String(text) => text.len(),
        Value::Safe(_, text) => text.len(),
        Value::List(list) => list.values.len(),
        Value::Map(map) if !matches!(map.kind.shape, Shape::Fields(_)) => map.entries.len(),
        Value::Nil => return Err("len of nil pointer".into()),
        other => return Err(format!("len of type {}", other.type_name())),
    };
    Ok(i64::try_from(length).unwrap_or(i64::MAX).into())
}

fn index(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let [first, keys @ ..] = arguments else {
        return Err("index of untyped nil".into());
    };
    let mut value = first.clone();
    for key in keys {
        value = match (&value, key) {
            (Value::Map(map), Value::String(name)) => match (map.entries.get(name), map.kind.shape) {
                (_, Shape::Fields(_)) => {
                    return Err(format!("can't index item of type {}", map.kind.type_name));
                }
                (Some(found), _) => found.clone(),
                (None, Shape::Texts) => "".into(),
                (None, Shape::Any) => Value::Nil,
            },
            (Value::Map(_), other) => {
                return Err(format!("value has type {}; should be string", other.type_name()));
            }
            (Value::List(list), Value::Int(place)) => usize::try_from(*place)
                .ok()
                .and_then(|place| list.values.get(place))
                .cloned()
                .ok_or_else(|| format!("index out of range: {place}"))?,
            (Value::String(text), Value::Int(place)) => {
                let byte = usize::try_from(*place)
                    .ok()
                    .and_then(|place| text.as_bytes().get(place));
                Value::Int(i64::from(
                    *byte.ok_or_else(|| format!("index out of range: {place}"))?,
                ))
            }
            (Value::List(_) | Value::String(_), other) => {
                return Err(format!(
                    "cannot index slice/array with type {}",
                    other.type_name()
                ));
            }
            (Value::Nil, _) => return Err("index of untyped nil".into()),
            (other, _) => return Err(format!("can't index item of type {}", other.type_name())),
        };
    }
    Ok(value)
}

fn slice(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let length = match &arguments[0] {
        Value::String(text) => text.len(),
        Value::List(list) => list.values.len(),
        other => return Err(format!("can't slice item of type {}", other.type_name())),
    };
    let bound = |place: usize, default: usize| match arguments.get(place) {
        None => Ok(default),
        Some(Value::Int(bound)) => usize::try_from(*bound)
            .ok()
            .filter(|bound| *bound <= length)
            .ok_or_else(|| format!("index out of range: {bound}")),
        Some(other) => Err(format!(
            "cannot index slice/array with type {}",
            other.type_name()
        )),
    };
    if arguments.len() > 3 {
        return Err(format!("too many slice indexes: {}", arguments.len() - 1));
    }
    let (from, to) = (bound(1, 0)?, bound(2, length)?);
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    match &arguments[0] {
        Value::String(text) => Ok(Value::String(Text::from_utf8_lossy(&text.as_bytes()[from..to]))),
        Value::List(list) => Ok(Value::list(list.kind, list.values[from..to].to_vec())),
        _ => Ok(Value::Nil),
    }
}

fn call(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Err(format!("non-function of type {}", arguments[0].type_name()))
}

/// Go's `Sprint`: a space between two that are both no text.
pub(crate) fn sprint(arguments: &[Value]) -> String {
    let mut text = String::new();
    for (place, value) in arguments.iter().enumerate() {
        let is_text = |value: &Value| matches!(value, Value::String(_));
        if place > 0 && !is_text(value) && !is_text(&arguments[place - 1]) {
            text.push(' ');
        }
        value.print(&mut text);
    }
    text
}

fn print(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(sprint(arguments).into())
}

fn println(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let words: Vec<String> = arguments.iter().map(Value::printed).collect();
    Ok(format!("{}\n", words.join(" ")).into())
}

fn html(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let mut safe = String::new();
    for c in sprint(arguments).chars() {
        match c {
            '"' => safe.push_str("&#34;"),
            '\'' => safe.push_str("&#39;"),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\0' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    Ok(safe.into())
}

fn js(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let mut safe = String::new();
    for c in sprint(arguments).chars() {
        match c {
            '\\' => safe.push_str("\\\\"),
            '\'' => safe.push_str("\\'"),
            '"' => safe.push_str("\\\""),
            '<' | '>' | '&' | '=' => safe.push_str(&format!("\\u{:04X}", u32::from(c))),
            c if c.is_control() => safe.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => safe.push(c),
        }
    }
    Ok(safe.into())
}

fn urlquery(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(query_escaped(&sprint(arguments)).into())
}

/// A text as a part of a query in a URL.
#[must_use]
pub fn query_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('+'),
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
