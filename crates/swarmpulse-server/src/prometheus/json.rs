//! Answers as JSON, written straight into one buffer: labels, points and histograms of the query API.

use swarmpulse_model::Labels;
use swarmpulse_promql::{MatrixSeries, PointValue, Value, VectorSample};

use super::histogram::push_histogram;
use super::number::{push_float, push_time};

/// A guess at the bytes of one point, so that the buffer grows seldom.
const POINT_BYTES: usize = 28;

/// Writes text as a JSON string.
pub(super) fn push_text(into: &mut Vec<u8>, text: &str) {
    into.push(b'"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        into.extend_from_slice(&text.as_bytes()[from..at]);
        from = at + 1;
        match byte {
            b'"' => into.extend_from_slice(b"\\\""),
            b'\\' => into.extend_from_slice(b"\\\\"),
            b'\n' => into.extend_from_slice(b"\\n"),
            b'\r' => into.extend_from_slice(b"\\r"),
            b'\t' => into.extend_from_slice(b"\\t"),
            other => into.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
    }
    into.extend_from_slice(&text.as_bytes()[from..]);
    into.push(b'"');
}

/// Writes a list of texts.
pub(super) fn push_texts<'t>(into: &mut Vec<u8>, texts: impl IntoIterator<Item = &'t str>) {
    into.push(b'[');
    for (n, text) in texts.into_iter().enumerate() {
        if n > 0 {
            into.push(b',');
        }
        push_text(into, text);
    }
    into.push(b']');
}

/// Writes labels as an object.
pub(super) fn push_labels(into: &mut Vec<u8>, labels: &Labels) {
    into.push(b'{');
    for (n, label) in labels.iter().enumerate() {
        if n > 0 {
            into.push(b',');
        }
        push_text(into, &label.name);
        into.push(b':');
        push_text(into, &label.value);
    }
    into.push(b'}');
}

/// Writes what an expression came to, at most `limit` series of it: `"resultType":..,"result":..`. True if some were left
/// out.
pub(super) fn push_value(into: &mut Vec<u8>, value: &Value, limit: usize) -> bool {
    match value {
        Value::Scalar { at_ms, value } => {
            into.extend_from_slice(br#""resultType":"scalar","result":"#);
            push_point(into, *at_ms, *value);
            false
        }
        Value::String { at_ms, value } => {
            into.extend_from_slice(br#""resultType":"string","result":["#);
            push_time(into, *at_ms);
            into.push(b',');
            push_text(into, value);
            into.push(b']');
            false
        }
        Value::Vector(samples) => {
            into.extend_from_slice(br#""resultType":"vector","result":["#);
            into.reserve(samples.len().min(limit) * 128);
            for (n, sample) in samples.iter().take(limit).enumerate() {
                if n > 0 {
                    into.push(b',');
                }
                push_sample(into, sample);
            }
            into.push(b']');
            samples.len() > limit
        }
        Value::Matrix(series) => {
            into.extend_from_slice(br#""resultType":"matrix","result":["#);
            let mut times = Times::default();
            for (n, series) in series.iter().take(limit).enumerate() {
                if n > 0 {
                    into.push(b',');
                }
                push_series(into, series, &mut times);
            }
            into.push(b']');
            series.len() > limit
        }
    }
}

fn push_point(into: &mut Vec<u8>, at_ms: i64, value: f64) {
    into.push(b'[');
    push_time(into, at_ms);
    into.extend_from_slice(b",\"");
    push_float(into, value);
    into.extend_from_slice(b"\"]");
}

fn push_sample(into: &mut Vec<u8>, sample: &VectorSample) {
    into.extend_from_slice(br#"{"metric":"#);
    push_labels(into, &sample.labels);
    match &sample.value {
        PointValue::Float(value) => {
            into.extend_from_slice(br#","value":"#);
            push_point(into, sample.at_ms, *value);
        }
        PointValue::Histogram(histogram) => {
            into.extend_from_slice(br#","histogram":["#);
            push_time(into, sample.at_ms);
            into.push(b',');
            push_histogram(into, histogram);
            into.push(b']');
        }
    }
    into.push(b'}');
}

fn push_series(into: &mut Vec<u8>, series: &MatrixSeries, times: &mut Times) {
    let points = &series.points;
    into.extend_from_slice(br#"{"metric":"#);
    push_labels(into, &series.labels);
    if !points.times_ms.is_empty() {
        into.reserve(points.times_ms.len() * POINT_BYTES);
        into.extend_from_slice(br#","values":["#);
        times.of(&points.times_ms);
        for (n, value) in points.values.iter().enumerate() {
            into.extend_from_slice(times.text(n));
            push_float(into, *value);
            into.extend_from_slice(b"\"]");
        }
        into.push(b']');
    }
    for (n, (at_ms, histogram)) in points.histograms.iter().enumerate() {
        into.extend_from_slice(if n == 0 { br#","histograms":["# } else { b"," });
        into.push(b'[');
        push_time(into, *at_ms);
        into.push(b',');
        push_histogram(into, histogram);
        into.push(b']');
        if n + 1 == points.histograms.len() {
            into.push(b']');
        }
    }
    into.push(b'}');
}

/// The beginnings of points, `,[1435781451.781,"`, as text: most series of an answer have the same times.
#[derive(Default)]
struct Times {
    times_ms: Vec<i64>,
    texts: Vec<u8>,
    ends: Vec<usize>,
}

impl Times {
    /// Makes the texts of these times, if they are not those of the series before.
    fn of(&mut self, times_ms: &[i64]) {
        if self.times_ms == times_ms {
            return;
        }
        self.times_ms.clear();
        self.times_ms.extend_from_slice(times_ms);
        self.texts.clear();
        self.ends.clear();
        for (n, at_ms) in times_ms.iter().enumerate() {
            self.texts.extend_from_slice(if n == 0 { b"[" } else { b",[" });
            push_time(&mut self.texts, *at_ms);
            self.texts.extend_from_slice(b",\"");
            self.ends.push(self.texts.len());
        }
    }

    fn text(&self, n: usize) -> &[u8] {
        let start = if n == 0 { 0 } else { self.ends[n - 1] };
        &self.texts[start..self.ends[n]]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use swarmpulse_model::series::NativeHistogram;
    use swarmpulse_store::metrics::Points;

    use super::*;

    fn written(value: &Value, limit: usize) -> (String, bool) {
        let mut text = Vec::new();
        let cut = push_value(&mut text, value, limit);
        (String::from_utf8(text).unwrap(), cut)
    }

    #[test]
    fn texts_are_escaped_as_json() {
        let mut text = Vec::new();
        push_text(&mut text, "a\"b\\c\nd\u{1}ü\t");
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, r#""a\"b\\c\nd\u0001ü\t""#);
        assert_eq!(
            serde_json::from_str::<String>(&text).unwrap(),
            "a\"b\\c\nd\u{1}ü\t"
        );
    }

    #[test]
    fn every_sort_of_value_has_its_shape() {
        let labels = Labels::from_pairs([("__name__", "up"), ("job", "a")]);
        let scalar = Value::Scalar {
            at_ms: 1_500,
            value: 0.5,
        };
        assert_eq!(
            written(&scalar, 9).0,
            r#""resultType":"scalar","result":[1.500,"0.5"]"#
        );
        let text = Value::String {
            at_ms: 1_000,
            value: "x".into(),
        };
        assert_eq!(written(&text, 9).0, r#""resultType":"string","result":[1,"x"]"#);
        let sample = VectorSample {
            labels: labels.clone(),
            at_ms: 2_000,
            value: PointValue::Float(f64::NAN),
        };
        let vector = Value::Vector(vec![sample.clone(), sample]);
        let one = r#"{"metric":{"__name__":"up","job":"a"},"value":[2,"NaN"]}"#;
        assert_eq!(
            written(&vector, 1),
            (format!(r#""resultType":"vector","result":[{one}]"#), true)
        );
        assert_eq!(
            written(&vector, 2),
            (format!(r#""resultType":"vector","result":[{one},{one}]"#), false)
        );
        assert_eq!(
            written(&Value::Matrix(Vec::new()), 5).0,
            r#""resultType":"matrix","result":[]"#
        );
    }

    #[test]
    fn series_of_other_times_do_not_share_texts() {
        let series = |name: &str, times_ms: &[i64]| MatrixSeries {
            labels: Labels::from_pairs([("__name__", name)]),
            points: Points {
                times_ms: times_ms.to_vec(),
                values: times_ms.iter().map(|at_ms| *at_ms as f64).collect(),
                histograms: Vec::new(),
            },
        };
        let mut last = series("c", &[1_000, 3_000]);
        let histogram = NativeHistogram {
            count: 2.0,
            sum: 3.5,
            ..NativeHistogram::default()
        };
        last.points.histograms = vec![(2_000, Arc::new(histogram))];
        let matrix = Value::Matrix(vec![
            series("a", &[1_000, 2_000]),
            series("b", &[1_000, 2_000]),
            last,
        ]);
        let expected = concat!(
            r#""resultType":"matrix","result":["#,
            r#"{"metric":{"__name__":"a"},"values":[[1,"1000"],[2,"2000"]]},"#,
            r#"{"metric":{"__name__":"b"},"values":[[1,"1000"],[2,"2000"]]},"#,
            r#"{"metric":{"__name__":"c"},"values":[[1,"1000"],[3,"3000"]],"histograms":[[2,{"count":"2","sum":"3.5"}]]}]"#
        );
        assert_eq!(written(&matrix, 9).0, expected);
    }
}
