//! Attributes and reported numbers as JSON.

use serde_json::{Map, Number, Value as Json};
use swarmpulse_model::attribute::Value;
use swarmpulse_model::{Attributes, Text};

/// Attributes as an object; of a name sent twice the last value counts.
pub(super) fn attributes(attributes: &Attributes) -> Map<String, Json> {
    let pairs = attributes.0.iter();
    pairs
        .map(|(name, value)| (name.to_string(), json(value)))
        .collect()
}

/// Reported numbers as an object; what is no JSON number is null.
pub(super) fn numbers(numbers: &[(Text, f64)]) -> Map<String, Json> {
    let pairs = numbers.iter();
    pairs
        .map(|(name, value)| (name.to_string(), number(*value)))
        .collect()
}

/// A number; null where JSON has none, as for infinity.
pub(super) fn number(value: f64) -> Json {
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}

/// The fields that are there, as an object.
pub(super) fn present<const N: usize>(fields: [(&str, Option<f64>); N]) -> Map<String, Json> {
    let there = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), number(value?))));
    there.collect()
}

/// JSON text as JSON; text that is none stays text.
pub(super) fn parsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_owned()))
}

pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Integer(value) => Json::Number((*value).into()),
        Value::Number(value) => number(*value),
        Value::Text(value) => Json::String(value.to_string()),
        Value::Json(value) => parsed(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_keep_their_types() {
        let sent = Attributes(vec![
            ("team".into(), Value::Text("a".into())),
            ("team".into(), Value::Text("b".into())),
            ("count".into(), Value::Integer(3)),
            ("share".into(), Value::Number(0.5)),
            ("endless".into(), Value::Number(f64::INFINITY)),
            ("list".into(), Value::Json("[1,{\"x\":null}]".into())),
            ("broken".into(), Value::Json("[1,".into())),
        ]);
        let expected = json!({
            "team": "b", "count": 3, "share": 0.5, "endless": null, "list": [1, {"x": null}], "broken": "[1,",
        });
        assert_eq!(Json::Object(attributes(&sent)), expected);
    }
}
