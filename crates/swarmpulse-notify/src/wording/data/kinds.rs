//! The kinds of what templates see, with their methods.

use swarmpulse_template::{Answer, Kind, Method, Shape, Text, Value};

/// All of it.
pub(in crate::wording) static DATA: Kind = Kind::plain(
    "template.Data",
    Shape::Fields(&[
        "Receiver",
        "Status",
        "Alerts",
        "GroupLabels",
        "CommonLabels",
        "CommonAnnotations",
        "ExternalURL",
    ]),
);

/// One alert.
pub(in crate::wording) static ALERT: Kind = Kind::plain(
    "template.Alert",
    Shape::Fields(&[
        "Status",
        "Labels",
        "Annotations",
        "StartsAt",
        "EndsAt",
        "GeneratorURL",
        "Fingerprint",
    ]),
);

/// The alerts.
pub(in crate::wording) static ALERTS: Kind = Kind {
    type_name: "template.Alerts",
    shape: Shape::Any,
    methods: &[
        Method {
            name: "Firing",
            takes: 0,
            run: |alerts, _| Ok(with_status(alerts, "firing")),
        },
        Method {
            name: "Resolved",
            takes: 0,
            run: |alerts, _| Ok(with_status(alerts, "resolved")),
        },
    ],
    shown: None,
};

/// Some of the alerts.
static SOME_ALERTS: Kind = Kind::plain("[]template.Alert", Shape::Any);

/// Labels or annotations.
pub(in crate::wording) static KV: Kind = Kind {
    type_name: "template.KV",
    shape: Shape::Texts,
    methods: &[
        Method {
            name: "SortedPairs",
            takes: 0,
            run: |set, _| Ok(Value::list(&PAIRS, sorted(set))),
        },
        Method {
            name: "Names",
            takes: 0,
            run: |set, _| Ok(parts(&sorted(set), "Name")),
        },
        Method {
            name: "Values",
            takes: 0,
            run: |set, _| Ok(parts(&sorted(set), "Value")),
        },
        Method {
            name: "Remove",
            takes: 1,
            run: remove,
        },
        Method {
            name: "String",
            takes: 0,
            run: |set, _| Ok(joined(&sorted(set)).into()),
        },
    ],
    shown: Some(|set| joined(&sorted(set))),
};

/// A name with its value.
static PAIR: Kind = Kind::plain("template.Pair", Shape::Fields(&["Name", "Value"]));

/// Names with their values, in order.
static PAIRS: Kind = Kind {
    type_name: "template.Pairs",
    shape: Shape::Any,
    methods: &[
        Method {
            name: "Names",
            takes: 0,
            run: |pairs, _| Ok(parts(items(pairs), "Name")),
        },
        Method {
            name: "Values",
            takes: 0,
            run: |pairs, _| Ok(parts(items(pairs), "Value")),
        },
        Method {
            name: "String",
            takes: 0,
            run: |pairs, _| Ok(joined(items(pairs)).into()),
        },
    ],
    shown: Some(|pairs| joined(items(pairs))),
};

fn items(list: &Value) -> &[Value] {
    match list {
        Value::List(list) => &list.values,
        _ => &[],
    }
}

fn field<'a>(record: &'a Value, name: &str) -> &'a Value {
    match record {
        Value::Map(map) => map.entries.get(name).unwrap_or(&Value::Nil),
        _ => &Value::Nil,
    }
}

fn with_status(alerts: &Value, status: &str) -> Value {
    let wanted = Value::from(status);
    let some = items(alerts)
        .iter()
        .filter(|alert| *field(alert, "Status") == wanted);
    Value::list(&SOME_ALERTS, some.cloned().collect())
}

/// Pairs by name, the alert's name first.
fn sorted(set: &Value) -> Vec<Value> {
    let Value::Map(map) = set else {
        return Vec::new();
    };
    let (first, rest): (Vec<_>, Vec<_>) = map.entries.iter().partition(|(name, _)| *name == "alertname");
    let pair = |(name, value): (&Text, &Value)| {
        Value::map(
            &PAIR,
            [
                ("Name".into(), name.clone().into()),
                ("Value".into(), value.clone()),
            ],
        )
    };
    first.into_iter().chain(rest).map(pair).collect()
}

fn parts(pairs: &[Value], name: &str) -> Value {
    Value::texts(pairs.iter().map(|pair| field(pair, name).printed().into()))
}

fn joined(pairs: &[Value]) -> String {
    let written: Vec<String> = pairs
        .iter()
        .map(|pair| {
            format!(
                "{}={}",
                field(pair, "Name").printed(),
                field(pair, "Value").printed()
            )
        })
        .collect();
    written.join(", ")
}

fn remove(set: &Value, arguments: &[Value]) -> Answer {
    let (Value::Map(map), Some(Value::List(names))) = (set, arguments.first()) else {
        return Err("wrong type for Remove; expected []string".into());
    };
    let stays = |(name, _): &(&Text, &Value)| !names.values.contains(&Value::String((*name).clone()));
    let left = map.entries.iter().filter(stays);
    Ok(Value::map(
        &KV,
        left.map(|(name, value)| (name.clone(), value.clone())),
    ))
}
