//! Functions of Go's own that work on values and texts.

use swarmpulse_model::Text;

use super::call::Surroundings;
use super::value::{MapKind, TemplateValue};

type Answer = Result<TemplateValue, String>;

pub(super) fn not(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok((!arguments.first().is_some_and(TemplateValue::truth)).into())
}

pub(super) fn len(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let length = match &arguments[0] {
        TemplateValue::String(text) => text.len(),
        TemplateValue::List(values) => values.len(),
        TemplateValue::Map(map) if !matches!(map.kind, MapKind::Record(_)) => map.entries.len(),
        TemplateValue::Nil => return Err("len of nil pointer".into()),
        other => return Err(format!("len of type {}", other.type_name())),
    };
    Ok(i64::try_from(length).unwrap_or(i64::MAX).into())
}

pub(super) fn index(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let [first, keys @ ..] = arguments else {
        return Err("index of untyped nil".into());
    };
    let mut value = first.clone();
    for key in keys {
        value = match (&value, key) {
            (TemplateValue::Map(map), TemplateValue::String(name)) => match (map.entries.get(name), map.kind)
            {
                (Some(found), _) => found.clone(),
                (None, MapKind::Strings) => "".into(),
                (None, MapKind::Any) => TemplateValue::Nil,
                (None, MapKind::Record(type_name)) => {
                    return Err(format!("can't index item of type {type_name}"));
                }
            },
            (TemplateValue::Map(_), other) => {
                return Err(format!("value has type {}; should be string", other.type_name()));
            }
            (TemplateValue::List(values), TemplateValue::Int(place)) => usize::try_from(*place)
                .ok()
                .and_then(|place| values.get(place))
                .cloned()
                .ok_or_else(|| format!("index out of range: {place}"))?,
            (TemplateValue::String(text), TemplateValue::Int(place)) => {
                let byte = usize::try_from(*place)
                    .ok()
                    .and_then(|place| text.as_bytes().get(place));
                TemplateValue::Int(i64::from(
                    *byte.ok_or_else(|| format!("index out of range: {place}"))?,
                ))
            }
            (TemplateValue::List(_) | TemplateValue::String(_), other) => {
                return Err(format!(
                    "cannot index slice/array with type {}",
                    other.type_name()
                ));
            }
            (TemplateValue::Nil, _) => return Err("index of untyped nil".into()),
            (other, _) => return Err(format!("can't index item of type {}", other.type_name())),
        };
    }
    Ok(value)
}

pub(super) fn slice(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let length = match &arguments[0] {
        TemplateValue::String(text) => text.len(),
        TemplateValue::List(values) => values.len(),
        other => return Err(format!("can't slice item of type {}", other.type_name())),
    };
    let bound = |place: usize, default: usize| match arguments.get(place) {
        None => Ok(default),
        Some(TemplateValue::Int(bound)) => usize::try_from(*bound)
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
        TemplateValue::String(text) => Ok(TemplateValue::String(Text::from_utf8_lossy(
            &text.as_bytes()[from..to],
        ))),
        TemplateValue::List(values) => Ok(TemplateValue::list(values[from..to].to_vec())),
        _ => Ok(TemplateValue::Nil),
    }
}

pub(super) fn call(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Err(format!("non-function of type {}", arguments[0].type_name()))
}

/// Go's `Sprint`: a space between two that are both no text.
pub(super) fn sprint(arguments: &[TemplateValue]) -> String {
    let mut text = String::new();
    for (place, value) in arguments.iter().enumerate() {
        let is_text = |value: &TemplateValue| matches!(value, TemplateValue::String(_));
        if place > 0 && !is_text(value) && !is_text(&arguments[place - 1]) {
            text.push(' ');
        }
        value.print(&mut text);
    }
    text
}

pub(super) fn print(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(sprint(arguments).into())
}

pub(super) fn println(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let words: Vec<String> = arguments.iter().map(TemplateValue::printed).collect();
    Ok(format!("{}\n", words.join(" ")).into())
}

pub(super) fn html(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
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

pub(super) fn js(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
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

pub(super) fn urlquery(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(query_escaped(&sprint(arguments)).into())
}

/// A text as a part of a query in a URL.
pub(super) fn query_escaped(text: &str) -> String {
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
