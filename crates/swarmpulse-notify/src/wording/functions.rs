//! The functions of Alertmanager's templates.

mod json;

use swarmpulse_template::{
    ANY_LIST, Answer, Function, Sort, Surroundings, Text, Time, Value, humanize, text, texts,
};

const ANY: Sort = Sort::ANY;
const STRING: Sort = Sort::STRING;
const STRINGS: Sort = Sort::STRINGS;
const TIME: Sort = Sort::TIME;
const LIST: Sort = Sort {
    type_name: "[]interface {}",
    fits: |value| matches!(value, Value::List(_)),
};

/// Every function beside Go's own. One line each.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("toUpper", &[STRING], texts::to_upper),
    Function::new("toLower", &[STRING], texts::to_lower),
    Function::new("title", &[STRING], title),
    Function::new("trimSpace", &[STRING], texts::trim_space),
    Function::new("join", &[STRING, STRINGS], join),
    Function::new("match", &[STRING, STRING], texts::matches).costly(),
    Function::new("safeHtml", &[STRING], texts::safe_html),
    Function::new("safeUrl", &[STRING], texts::safe_url),
    Function::new("urlUnescape", &[STRING], url_unescape),
    Function::new("reReplaceAll", &[STRING, STRING, STRING], texts::re_replace_all).costly(),
    Function::many("stringSlice", &[STRING], 0, string_slice),
    Function::new("date", &[STRING, TIME], date),
    Function::new("tz", &[STRING, TIME], tz).costly(),
    Function::new("now", &[], now).impure(),
    Function::new("since", &[TIME], since).impure(),
    Function::new("humanizeDuration", &[ANY], humanize::humanize_duration),
    Function::new("toJson", &[ANY], json::to_json).costly(),
    Function::many("list", &[ANY], 0, list),
    Function::many("append", &[LIST, ANY], 1, append),
    Function::many("dict", &[ANY], 0, dict),
];

/// The first letter of each word in upper case, the rest in lower.
fn title(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let text = text(arguments, 0);
    let mut titled = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        in_word = c.is_alphanumeric() || c == '_' || (in_word && matches!(c, '\'' | '\u{2019}'));
    }
    Ok(titled.into())
}

fn join(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let Some(Value::List(list)) = arguments.get(1) else {
        return Ok("".into());
    };
    let words: Vec<String> = list.values.iter().map(Value::printed).collect();
    Ok(words.join(&text(arguments, 0)).into())
}

fn url_unescape(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let text = text(arguments, 0);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
                let unescaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                let Some(unescaped) = unescaped else {
                    let shown = String::from_utf8_lossy(&rest[..rest.len().min(2)]);
                    return Err(format!("invalid URL escape \"%{shown}\""));
                };
                rest = &rest[2..];
                unescaped
            }
            other => *other,
        });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned().into())
}

fn string_slice(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(Value::texts(
        (0..arguments.len()).map(|place| text(arguments, place)),
    ))
}

/// The time of an argument that was checked to be one.
fn time(arguments: &[Value], place: usize) -> Time {
    match arguments.get(place) {
        Some(Value::Time(time)) => time.clone(),
        _ => Time::zero(),
    }
}

fn date(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(time(arguments, 1).format(&text(arguments, 0)).into())
}

fn tz(surroundings: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let (name, time) = (text(arguments, 0), time(arguments, 1));
    let (offset_s, zone) = match name.as_str() {
        "" | "UTC" | "Local" => (0, Text::const_new("UTC")),
        name => surroundings.zone(name, time.at_ns)?,
    };
    Ok(Value::Time(Time {
        offset_s,
        zone,
        ..time
    }))
}

fn now(surroundings: &dyn Surroundings, _: &[Value]) -> Answer {
    Ok(Value::Time(Time::utc(surroundings.at_ns())))
}

fn since(surroundings: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let ago = i128::from(surroundings.at_ns()) - time(arguments, 0).at_ns;
    let longest = i128::from(i64::MAX);
    Ok(Value::Duration(
        i64::try_from(ago.clamp(-longest, longest)).unwrap_or_default(),
    ))
}

/// Lists of lists of lists could be made so deep that nothing can walk them.
fn flat(arguments: &[Value]) -> Result<(), String> {
    let depth_of_one = |value: &Value| match value {
        Value::List(list) => list.values.iter().any(is_made),
        Value::Map(map) => map.entries.values().any(is_made),
        _ => false,
    };
    if arguments
        .iter()
        .any(|value| is_made(value) && depth_of_one(value))
    {
        return Err("arguments are within one another too deep".into());
    }
    Ok(())
}

/// Whether it comes of `list` or `dict`.
fn is_made(value: &Value) -> bool {
    matches!(value.type_name(), "[]interface {}" | "map[string]interface {}")
}

fn list(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    flat(arguments)?;
    Ok(Value::list(&ANY_LIST, arguments.to_vec()))
}

fn append(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let Some((Value::List(list), more)) = arguments.split_first() else {
        return Ok(Value::Nil);
    };
    flat(more)?;
    let values = list.values.iter().chain(more).cloned().collect();
    Ok(Value::list(list.kind, values))
}

fn dict(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    flat(arguments)?;
    let (pairs, []) = arguments.as_chunks::<2>() else {
        return Err("dict expects even number of arguments".into());
    };
    let mut entries = Vec::with_capacity(pairs.len());
    for [name, value] in pairs {
        let Value::String(name) = name else {
            return Err("dict keys must be strings".into());
        };
        entries.push((name.clone(), value.clone()));
    }
    Ok(Value::any_map(entries))
}
