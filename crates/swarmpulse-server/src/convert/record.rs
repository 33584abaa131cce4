//! A journaled record as JSON: the fields of its type as people write them.

use serde_json::{Map, Value, json};
use swarmpulse_model::{Record, Timestamp};

use super::values;

/// A record of an envelope with its place there.
pub(crate) fn journal_item(index: u64, record: &Record) -> swarmpulse_api::JournalItem {
    swarmpulse_api::JournalItem {
        index,
        kind: record.type_name().to_owned(),
        record: fields(record),
    }
}

fn fields(record: &Record) -> Value {
    // A record's JSON is its type's name with the fields; of a tick the name alone.
    match serde_json::to_value(record) {
        Ok(Value::Object(outer)) => outer
            .into_iter()
            .next()
            .map_or(Value::Null, |(_, inner)| tidy("", inner)),
        _ => json!({}),
    }
}

/// Drops what is absent; writes times, attributes and numbers as the API does everywhere.
fn tidy(name: &str, value: Value) -> Value {
    match value {
        Value::Number(number) if is_time(name) => match number.as_i64() {
            Some(nanoseconds) => Value::String(Timestamp(nanoseconds).to_string()),
            None => Value::Number(number),
        },
        Value::String(text) if name == "data" => values::parsed(&text),
        Value::Array(pairs) if matches!(name, "attributes" | "metrics") => Value::Object(object(pairs)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| tidy("", item)).collect()),
        Value::Object(fields) => {
            let present = fields.into_iter().filter(|(_, value)| !is_absent(value));
            let tidied = present.map(|(name, value)| {
                let value = tidy(&name, value);
                (name, value)
            });
            Value::Object(tidied.filter(|(_, value)| !is_absent(value)).collect())
        }
        other => other,
    }
}

fn is_time(name: &str) -> bool {
    matches!(name, "at" | "since") || name.ends_with("_at")
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Pairs of names and values, the values with or without the name of their type.
fn object(pairs: Vec<Value>) -> Map<String, Value> {
    let pairs = pairs.into_iter().filter_map(|pair| {
        let Value::Array(pair) = pair else { return None };
        let [name, value] = <[Value; 2]>::try_from(pair).ok()?;
        Some((name.as_str()?.to_owned(), untagged(value)))
    });
    pairs.collect()
}

fn untagged(value: Value) -> Value {
    match value {
        Value::Object(tagged) => match tagged.into_iter().next() {
            Some((tag, Value::String(text))) if tag == "json" => values::parsed(&text),
            Some((_, value)) => value,
            None => Value::Null,
        },
        Value::String(tag) if tag == "null" => Value::Null,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Attributes;
    use swarmpulse_model::attribute::Value as Attribute;
    use swarmpulse_model::record::{Event, Heartbeat, Sandbox};

    use super::*;

    #[test]
    fn records_read_as_they_were_sent() {
        let heartbeat = Record::Heartbeat(Box::new(Heartbeat {
            agent: "a1".into(),
            at: Some(Timestamp::from_unix_s(60.0)),
            metrics: vec![("queue_depth".into(), 3.0)],
            attributes: Attributes(vec![
                ("team".into(), Attribute::Text("null".into())),
                ("nothing".into(), Attribute::Null),
                ("deep".into(), Attribute::Json("{\"x\":[1]}".into())),
            ]),
            ..Heartbeat::default()
        }));
        let expected = json!({
            "agent": "a1",
            "at": "1970-01-01T00:01:00.000Z",
            "metrics": {"queue_depth": 3.0},
            "attributes": {"team": "null", "nothing": null, "deep": {"x": [1]}},
        });
        let shown = journal_item(4, &heartbeat);
        assert_eq!((shown.index, shown.kind.as_str()), (4, "heartbeat"));
        assert_eq!(shown.record, expected);
    }

    #[test]
    fn data_is_json_and_absent_fields_are_left_out() {
        let event = Event {
            event_type: "x".into(),
            data: Some("{\"a\":1}".into()),
            ..Event::default()
        };
        let shown = fields(&Record::Event(Box::new(event)));
        assert_eq!(
            shown,
            json!({"event_type": "x", "source": "agent", "data": {"a": 1}})
        );
        let sandbox = Record::Sandbox(Box::new(Sandbox {
            sandbox: "s1".into(),
            ..Sandbox::default()
        }));
        assert_eq!(fields(&sandbox), json!({"sandbox": "s1"}));
        assert_eq!(fields(&Record::Tick), json!({}));
    }
}
