//! Answers of the query API, and whether two say the same.

use std::collections::BTreeMap;

use serde_json::Value;

/// What a query is asked as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Question<'a> {
    Instant(&'a str),
    Range { step_s: &'a str, expression: &'a str },
    Error(&'a str),
}

/// The questions of a file: one a line.
pub(super) fn questions(text: &str) -> Vec<Question<'_>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| match line.split_once(' ') {
            Some(("instant", expression)) => Question::Instant(expression),
            Some(("error", expression)) => Question::Error(expression),
            Some(("range", rest)) => {
                let (step_s, expression) = rest.split_once(' ').unwrap_or_else(|| panic!("no step: {line}"));
                Question::Range { step_s, expression }
            }
            _ => panic!("no question: {line}"),
        })
        .collect()
}

impl Question<'_> {
    /// The request, without the API's prefix, at that time.
    pub(super) fn path(&self, at_ms: i64) -> String {
        let second = |ms: i64| format!("{}.{:03}", ms / 1000, ms % 1000);
        match self {
            Self::Instant(expression) | Self::Error(expression) => {
                format!(
                    "/api/v1/query?time={}&query={}",
                    second(at_ms),
                    escaped(expression)
                )
            }
            Self::Range { step_s, expression } => format!(
                "/api/v1/query_range?start={}&end={}&step={step_s}&query={}",
                second(at_ms - 12_000),
                second(at_ms),
                escaped(expression)
            ),
        }
    }
}

/// For a query string.
pub(super) fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The first difference between two answers of the query API: status, type, labels, times, or values beyond one part
/// in a billion. Order counts where PromQL says so.
pub(super) fn difference(expression: &str, wanted: &Value, given: &Value) -> Option<String> {
    for field in ["status", "errorType"] {
        if wanted[field] != given[field] {
            return Some(format!(
                "{field}: wanted {}, given {}",
                wanted[field], given[field]
            ));
        }
    }
    let (wanted, given) = (&wanted["data"], &given["data"]);
    if wanted["resultType"] != given["resultType"] {
        return Some(format!(
            "wanted {}, given {}",
            wanted["resultType"], given["resultType"]
        ));
    }
    let (Some(wanted), Some(given)) = (wanted["result"].as_array(), given["result"].as_array()) else {
        return None;
    };
    if matches!(wanted.first(), Some(Value::Number(_))) {
        return point_difference("", &Value::from(wanted.clone()), &Value::from(given.clone()));
    }
    if expression.starts_with("sort") || expression.starts_with("topk") || expression.starts_with("bottomk") {
        let order = |series: &[Value]| {
            series
                .iter()
                .map(|one| one["metric"].to_string())
                .collect::<Vec<_>>()
        };
        if order(wanted) != order(given) {
            return Some(format!(
                "order: wanted {:?}, given {:?}",
                order(wanted),
                order(given)
            ));
        }
    }
    let (wanted, given) = (by_labels(wanted), by_labels(given));
    if wanted.len() != given.len() {
        let (wanted, given) = (
            wanted.keys().collect::<Vec<_>>(),
            given.keys().collect::<Vec<_>>(),
        );
        return Some(format!("wanted {wanted:?}, given {given:?}"));
    }
    wanted.iter().find_map(|(labels, one)| match given.get(labels) {
        None => Some(format!("no {labels}; given {:?}", given.keys())),
        Some(other) => series_difference(labels, one, other),
    })
}

fn by_labels(series: &[Value]) -> BTreeMap<String, &Value> {
    series
        .iter()
        .map(|one| {
            let labels: BTreeMap<&String, &Value> = one["metric"].as_object().into_iter().flatten().collect();
            (format!("{labels:?}"), one)
        })
        .collect()
}

fn series_difference(labels: &str, wanted: &Value, given: &Value) -> Option<String> {
    if let Some(points) = wanted["values"].as_array() {
        let others = given["values"].as_array().cloned().unwrap_or_default();
        if points.len() != others.len() {
            return Some(format!("{labels}: wanted {points:?}, given {others:?}"));
        }
        return points
            .iter()
            .zip(&others)
            .find_map(|(one, other)| point_difference(labels, one, other));
    }
    point_difference(labels, &wanted["value"], &given["value"])
}

fn point_difference(labels: &str, wanted: &Value, given: &Value) -> Option<String> {
    let number = |value: &Value| value[1].as_str().and_then(|text| text.parse::<f64>().ok());
    let same = match (number(wanted), number(given)) {
        (Some(one), Some(other)) => {
            one.to_bits() == other.to_bits()
                || (one.is_nan() && other.is_nan())
                || one == other
                || (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
        }
        _ => wanted[1] == given[1],
    };
    (!same || wanted[0] != given[0]).then(|| format!("{labels}: wanted {wanted}, given {given}"))
}
