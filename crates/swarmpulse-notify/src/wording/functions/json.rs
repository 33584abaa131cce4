//! Values as JSON, as Go writes them.

use serde_json::{Map, Number, Value as Json};
use swarmpulse_template::{Answer, Shape, Surroundings, Value};

/// A value as JSON.
pub(super) fn to_json(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let json = arguments.first().map_or(Json::Null, json);
    // Go escapes what would end a script in HTML.
    let mut text = String::new();
    for c in json.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    Ok(text.into())
}

fn json(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) | Value::Duration(value) => (*value).into(),
        Value::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
        Value::String(text) | Value::Safe(_, text) => text.as_str().into(),
        Value::List(list) => list.values.iter().map(json).collect(),
        Value::Map(map) => {
            let fields = matches!(map.kind.shape, Shape::Fields(_));
            let name = |name: &str| if fields { json_name(name) } else { name.to_owned() };
            let pairs = map.entries.iter().map(|(key, value)| (name(key), json(value)));
            Json::Object(pairs.collect::<Map<_, _>>())
        }
        Value::Time(time) => time.format("2006-01-02T15:04:05.999999999Z07:00").into(),
    }
}

/// What a field of Alertmanager's data is called in JSON: `startsAt`, `externalURL`.
fn json_name(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
