//! What queries come to, and the functions that take it apart.

use swarmpulse_template::{Answer, Kind, Shape, Sort, Surroundings, Value, text};

use crate::expression::QuerySample;

static SAMPLE_KIND: Kind = Kind::plain("*template.sample", Shape::Fields(&["Labels", "Value"]));
static SAMPLES_KIND: Kind = Kind::plain("template.queryResult", Shape::Any);

/// A list of samples.
pub(super) const SAMPLES: Sort = Sort {
    type_name: "template.queryResult",
    fits: |value| matches!(value, Value::List(_)),
};
/// One sample.
pub(super) const SAMPLE: Sort = Sort {
    type_name: "*template.sample",
    fits: |value| matches!(value, Value::Map(_)),
};

/// What templates see of the answer to a query.
pub(super) fn values(samples: &[QuerySample]) -> Value {
    Value::list(&SAMPLES_KIND, samples.iter().map(sample).collect())
}

fn sample(sample: &QuerySample) -> Value {
    let labels = sample
        .labels
        .iter()
        .map(|label| (label.name.as_str(), label.value.as_str()));
    Value::map(
        &SAMPLE_KIND,
        [
            ("Labels".into(), Value::strings(labels)),
            ("Value".into(), sample.value.into()),
        ],
    )
}

pub(super) fn query(surroundings: &dyn Surroundings, arguments: &[Value]) -> Answer {
    surroundings.query(&text(arguments, 0))
}

pub(super) fn first(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    match &arguments[0] {
        Value::List(list) if !list.values.is_empty() => Ok(list.values[0].clone()),
        _ => Err("first() called on vector with no elements".into()),
    }
}

fn field(sample: &Value, name: &str) -> Value {
    match sample {
        Value::Map(map) => map.entries.get(name).cloned().unwrap_or_default(),
        _ => Value::Nil,
    }
}

fn label_of(sample: &Value, name: &str) -> Value {
    match field(&field(sample, "Labels"), name) {
        Value::Nil => "".into(),
        value => value,
    }
}

pub(super) fn label(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(label_of(&arguments[1], &text(arguments, 0)))
}

pub(super) fn value(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(field(&arguments[0], "Value"))
}

pub(super) fn strvalue(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(label_of(&arguments[0], "__value__"))
}

pub(super) fn sort_by_label(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let name = text(arguments, 0);
    let Value::List(list) = &arguments[1] else {
        return Ok(Value::Nil);
    };
    let mut sorted = list.values.clone();
    sorted.sort_by_cached_key(|sample| label_of(sample, &name).printed());
    Ok(Value::list(list.kind, sorted))
}
