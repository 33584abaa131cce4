//! What the server found, as values.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// What the server found.
#[derive(Debug, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub enum Found {
    /// A number.
    Scalar((f64, String)),
    /// Text.
    String((f64, String)),
    /// Series with one value each.
    Vector(Vec<Sample>),
    /// Series with many values each.
    Matrix(Vec<Series>),
}

/// A series with one value.
#[derive(Debug, Deserialize)]
pub struct Sample {
    /// Its labels.
    pub metric: BTreeMap<String, String>,
    /// Time and value, if it is a number.
    pub value: Option<(f64, String)>,
    /// Time and value, if it is a native histogram.
    pub histogram: Option<(f64, Value)>,
}

/// A series with many values.
#[derive(Debug, Deserialize)]
pub struct Series {
    /// Its labels.
    pub metric: BTreeMap<String, String>,
    /// Times and values that are numbers; none of native histograms.
    #[serde(default)]
    pub values: Vec<(f64, String)>,
}

impl Found {
    /// Reads the data of an answer.
    ///
    /// # Errors
    /// If it is not of that shape.
    pub fn read(data: &RawValue) -> anyhow::Result<Self> {
        serde_json::from_str(data.get()).context("read the server's answer")
    }
}

/// A series as PromQL writes it.
#[must_use]
pub fn name(metric: &BTreeMap<String, String>) -> String {
    let name = metric.get("__name__").map_or("", String::as_str);
    let labels: Vec<String> = metric
        .iter()
        .filter(|(label, _)| *label != "__name__")
        .map(|(label, value)| format!("{label}={value:?}"))
        .collect();
    if labels.is_empty() && !name.is_empty() {
        name.to_owned()
    } else {
        format!("{name}{{{}}}", labels.join(", "))
    }
}

/// A native histogram in short.
#[must_use]
pub fn histogram(value: &Value) -> String {
    let text = |name: &str| value[name].as_str().unwrap_or("?").to_owned();
    format!("{{count: {}, sum: {}}}", text("count"), text("sum"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Found {
        Found::read(&RawValue::from_string(text.to_owned()).unwrap()).unwrap()
    }

    #[test]
    fn every_shape_is_read() {
        assert!(matches!(
            found(r#"{"resultType":"scalar","result":[1.5,"NaN"]}"#),
            Found::Scalar((at, value)) if at == 1.5 && value == "NaN"
        ));
        assert!(matches!(
            found(r#"{"resultType":"string","result":[1,"x"]}"#),
            Found::String(_)
        ));
        let Found::Vector(samples) = found(
            r#"{"resultType":"vector","stats":{},"result":[{"metric":{"__name__":"up","job":"a"},"value":[1,"2"]},{"metric":{},"histogram":[1,{"count":"2","sum":"3"}]}]}"#,
        ) else {
            panic!("a vector")
        };
        assert_eq!(name(&samples[0].metric), r#"up{job="a"}"#);
        assert_eq!(name(&samples[1].metric), "{}");
        let (_, value) = samples[1].histogram.as_ref().unwrap();
        assert_eq!(histogram(value), "{count: 2, sum: 3}");
        let Found::Matrix(series) = found(
            r#"{"resultType":"matrix","result":[{"metric":{"__name__":"up"},"values":[[1,"2"],[2,"3"]]}]}"#,
        ) else {
            panic!("a matrix")
        };
        assert_eq!(
            (name(&series[0].metric).as_str(), series[0].values.len()),
            ("up", 2)
        );
    }
}
