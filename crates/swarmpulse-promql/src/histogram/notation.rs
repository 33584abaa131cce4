//! Native histograms as tests write them: `{{schema:1 count:10 sum:15 offset:-2 buckets:[1 0 3]}}`.

use swarmpulse_model::series::{BucketSpan, CounterReset, NativeHistogram};

use super::side::indexed;
use crate::number_text::general;

/// The most buckets of one side, and bounds, that a notation may have.
const NUMBERS_MAX: usize = 10_000;

/// Why a text is not a histogram.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotationError {
    /// It does not begin with two braces.
    #[error("a histogram begins with {{{{")]
    NoBegin,
    /// It does not end with two braces.
    #[error("a histogram ends with }}}}")]
    NoEnd,
    /// A key that is none.
    #[error(
        "unknown key {0:?} in histogram; keys are schema, count, sum, z_bucket, z_bucket_w, custom_values, offset, buckets, n_offset, n_buckets, counter_reset_hint"
    )]
    UnknownKey(String),
    /// A key twice.
    #[error("duplicate key {0:?} in histogram")]
    DuplicateKey(String),
    /// A value that its key cannot have.
    #[error("error parsing {key} {value:?} in histogram: {reason}")]
    Value {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Reads a histogram that is all of the text.
///
/// # Errors
/// If it is not one, or something follows.
pub fn parse(text: &str) -> Result<NativeHistogram, NotationError> {
    let (histogram, length) = parse_prefix(text)?;
    if text[length..].trim().is_empty() {
        Ok(histogram)
    } else {
        Err(NotationError::NoEnd)
    }
}

/// Reads a histogram at the start of a text. Returns it and how many bytes it takes.
///
/// # Errors
/// If there is none.
pub fn parse_prefix(text: &str) -> Result<(NativeHistogram, usize), NotationError> {
    let begin = text.len() - text.trim_start().len();
    let inner = text[begin..].strip_prefix("{{").ok_or(NotationError::NoBegin)?;
    let length = inner.find("}}").ok_or(NotationError::NoEnd)?;
    let mut fields = Fields::default();
    let mut rest = inner[..length].trim_start();
    while !rest.is_empty() {
        rest = fields.take(rest)?.trim_start();
    }
    Ok((fields.into_histogram(), begin + length + 4))
}

/// The parts of a histogram while they are being read.
#[derive(Default)]
struct Fields {
    histogram: NativeHistogram,
    offset: i32,
    negative_offset: i32,
    seen: Vec<String>,
}

impl Fields {
    /// Takes the next key and value; returns what follows.
    fn take<'a>(&mut self, text: &'a str) -> Result<&'a str, NotationError> {
        let (key, rest) = text
            .split_once(':')
            .ok_or_else(|| NotationError::UnknownKey(text.trim().to_owned()))?;
        let (key, rest) = (key.trim(), rest.trim_start());
        let end = if rest.starts_with('[') {
            rest.find(']').map(|end| end + 1)
        } else {
            rest.find(char::is_whitespace)
        };
        let (value, rest) = rest.split_at(end.unwrap_or(rest.len()));
        if self.seen.iter().any(|seen| seen == key) {
            return Err(NotationError::DuplicateKey(key.to_owned()));
        }
        self.seen.push(key.to_owned());
        self.set(key, value)?;
        Ok(rest)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), NotationError> {
        let wrong = |reason| NotationError::Value {
            key: key.to_owned(),
            value: value.to_owned(),
            reason,
        };
        let histogram = &mut self.histogram;
        match key {
            "schema" => histogram.schema = integer(value).map_err(wrong)?,
            "count" => histogram.count = number(value).map_err(wrong)?,
            "sum" => histogram.sum = number(value).map_err(wrong)?,
            "z_bucket" => histogram.zero_count = number(value).map_err(wrong)?,
            "z_bucket_w" => histogram.zero_threshold = number(value).map_err(wrong)?,
            "custom_values" => histogram.custom_values = numbers(value).map_err(wrong)?,
            "offset" => self.offset = integer(value).map_err(wrong)?,
            "n_offset" => self.negative_offset = integer(value).map_err(wrong)?,
            "buckets" => histogram.positive_buckets = numbers(value).map_err(wrong)?,
            "n_buckets" => histogram.negative_buckets = numbers(value).map_err(wrong)?,
            "counter_reset_hint" => histogram.counter_reset = hint(value).map_err(wrong)?,
            _ => return Err(NotationError::UnknownKey(key.to_owned())),
        }
        Ok(())
    }

    fn into_histogram(self) -> NativeHistogram {
        let spans = |offset, counts: &[f64]| match counts.len() as u32 {
            0 => Vec::new(),
            length => vec![BucketSpan { offset, length }],
        };
        NativeHistogram {
            positive_spans: spans(self.offset, &self.histogram.positive_buckets),
            negative_spans: spans(self.negative_offset, &self.histogram.negative_buckets),
            ..self.histogram
        }
    }
}

fn integer(text: &str) -> Result<i32, &'static str> {
    text.parse().map_err(|_| "not a whole number")
}

fn number(text: &str) -> Result<f64, &'static str> {
    text.parse().map_err(|_| "not a number")
}

fn numbers(text: &str) -> Result<Vec<f64>, &'static str> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let inner = inner.ok_or("not a list of numbers in brackets")?;
    let numbers: Vec<f64> = inner.split_whitespace().map(number).collect::<Result<_, _>>()?;
    if numbers.len() > NUMBERS_MAX {
        return Err("more than 10,000 numbers");
    }
    Ok(numbers)
}

fn hint(text: &str) -> Result<CounterReset, &'static str> {
    Ok(match text {
        "unknown" => CounterReset::Unknown,
        "reset" => CounterReset::Reset,
        "not_reset" => CounterReset::NotReset,
        "gauge" => CounterReset::Gauge,
        _ => return Err("not one of unknown, reset, not_reset, gauge"),
    })
}

/// Writes a histogram in the notation: what is 0 is left out, and so are empty buckets at the ends.
#[must_use]
pub fn print(histogram: &NativeHistogram) -> String {
    let mut parts = Vec::new();
    if histogram.schema != 0 {
        parts.push(format!("schema:{}", histogram.schema));
    }
    let numbers = [
        ("count", histogram.count),
        ("sum", histogram.sum),
        ("z_bucket", histogram.zero_count),
        ("z_bucket_w", histogram.zero_threshold),
    ];
    for (key, number) in numbers {
        if number != 0.0 {
            parts.push(format!("{key}:{}", general(number)));
        }
    }
    if super::bounds::has_custom_bounds(histogram) {
        parts.push(format!("custom_values:{}", list(&histogram.custom_values)));
    }
    match histogram.counter_reset {
        CounterReset::Unknown => {}
        CounterReset::Reset => parts.push("counter_reset_hint:reset".to_owned()),
        CounterReset::NotReset => parts.push("counter_reset_hint:not_reset".to_owned()),
        CounterReset::Gauge => parts.push("counter_reset_hint:gauge".to_owned()),
    }
    let sides = [
        (
            "offset",
            "buckets",
            &histogram.positive_spans,
            &histogram.positive_buckets,
        ),
        (
            "n_offset",
            "n_buckets",
            &histogram.negative_spans,
            &histogram.negative_buckets,
        ),
    ];
    for (offset_key, key, spans, counts) in sides {
        let (offset, counts) = one_span(spans, counts);
        if offset != 0 && !counts.is_empty() {
            parts.push(format!("{offset_key}:{offset}"));
        }
        if !counts.is_empty() {
            parts.push(format!("{key}:{}", list(&counts)));
        }
    }
    format!("{{{{{}}}}}", parts.join(" "))
}

/// The buckets of a side from the first to the last that is not empty, with those between; and the index of the first.
fn one_span(spans: &[BucketSpan], counts: &[f64]) -> (i32, Vec<f64>) {
    let mut full = indexed(spans, counts).filter(|(_, count)| *count != 0.0);
    let Some((first, count)) = full.next() else {
        return (0, Vec::new());
    };
    let mut all = vec![count];
    for (index, count) in full {
        let place = index.abs_diff(first) as usize;
        if place >= NUMBERS_MAX {
            break;
        }
        all.resize(place, 0.0);
        all.push(count);
    }
    (first, all)
}

fn list(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|number| general(*number)).collect();
    format!("[{}]", numbers.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        let cases = [
            "{{}}",
            "{{schema:1 count:10 sum:15 offset:-2 buckets:[1 0 3]}}",
            "{{count:4 sum:-1.5 z_bucket:2 z_bucket_w:0.001 n_offset:1 n_buckets:[2]}}",
            "{{schema:-53 count:3 sum:NaN custom_values:[5 10.5] buckets:[1 1 1]}}",
            "{{count:1e+06 sum:+Inf counter_reset_hint:gauge buckets:[1e+06]}}",
        ];
        for text in cases {
            assert_eq!(
                parse(text).map(|histogram| print(&histogram)),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn spaces_do_not_matter_and_what_follows_is_left() {
        let text = "  {{ schema:1  count:2\tbuckets:[ 1  1 ] }}x3";
        let (histogram, length) = parse_prefix(text).expect("valid notation");
        assert_eq!(print(&histogram), "{{schema:1 count:2 buckets:[1 1]}}");
        assert_eq!(&text[length..], "x3");
        assert!(parse(text).is_err());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("{schema:1}", "a histogram begins with {{"),
            ("{{schema:1}", "a histogram ends with }}"),
            ("{{schema:1 schema:2}}", "duplicate key \"schema\" in histogram"),
            (
                "{{schema:1.5}}",
                "error parsing schema \"1.5\" in histogram: not a whole number",
            ),
            ("{{sum:x}}", "error parsing sum \"x\" in histogram: not a number"),
            (
                "{{buckets:1}}",
                "error parsing buckets \"1\" in histogram: not a list of numbers in brackets",
            ),
            (
                "{{counter_reset_hint:no}}",
                "error parsing counter_reset_hint \"no\" in histogram: not one of unknown, reset, not_reset, gauge",
            ),
        ];
        for (text, expected) in cases {
            let error = parse(text).expect_err("no histogram").to_string();
            assert_eq!(error, expected, "{text}");
        }
        let error = parse("{{foo:1}}").expect_err("no histogram").to_string();
        assert!(
            error.starts_with("unknown key \"foo\" in histogram; keys are schema,"),
            "{error}"
        );
    }

    #[test]
    fn damaged_spans_do_not_fill_memory() {
        let histogram = NativeHistogram {
            positive_spans: vec![
                BucketSpan {
                    offset: i32::MIN,
                    length: 1,
                },
                BucketSpan {
                    offset: i32::MAX,
                    length: 1,
                },
            ],
            positive_buckets: vec![1.0, 1.0],
            ..NativeHistogram::default()
        };
        assert_eq!(print(&histogram), "{{offset:-2147483648 buckets:[1]}}");
    }
}
