//! InfluxDB's line protocol: `measurement,tag=value field=1,other=2i 1465839830100400200`, to batches of samples.
//!
//! Each number of a line becomes a sample of the series `MEASUREMENT_FIELD` with the tags as labels, as VictoriaMetrics
//! names them; flags are 1 and 0; texts are no samples and are counted. A line that is none costs only itself.
//! Method: <https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/>.

mod line;
mod precision;

use swarmpulse_model::series::{BatchSeries, LabelBytes, METRIC_NAME, Sample, SampleBatch};

use line::{Field, Line};
pub use precision::Precision;

/// At most so many bad lines are described one by one; all are counted.
const ERRORS_SHOWN_MAX: usize = 16;
/// So much of a bad line is shown.
const SHOWN_CHARACTERS: usize = 80;

/// How a body is read.
#[derive(Clone, Debug)]
pub struct InfluxOptions<'o> {
    /// The unit of times.
    pub precision: Precision,
    /// The time of lines that have none, in milliseconds.
    pub now_ms: i64,
    /// Labels that every series gets, where the line has no tag of that name.
    pub labels: &'o [(String, String)],
    /// Samples taken; lines beyond are refused.
    pub samples_max: usize,
    /// Bytes of labels; lines beyond are refused.
    pub label_bytes_max: usize,
}

/// What became of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InfluxTaken {
    /// Lines that were refused.
    pub refused_lines: u64,
    /// Why the first of them were.
    pub errors: Vec<String>,
    /// Fields that are texts, which are not kept.
    pub texts: u64,
}

/// Replaces what is in the batch by the samples of a body.
pub fn decode(body: &[u8], options: &InfluxOptions<'_>, into: &mut SampleBatch) -> InfluxTaken {
    into.clear();
    let mut taken = InfluxTaken::default();
    let mut line = Line::default();
    let mut name = String::new();
    let limit = options.label_bytes_max.min(u32::MAX as usize >> 2);
    let mut number = 0u64;
    let mut rest = body;
    while !rest.is_empty() {
        let (bytes, after) = line::split(rest);
        rest = after;
        number += 1 + memchr::memchr_iter(b'\n', bytes).count() as u64;
        let first = number - memchr::memchr_iter(b'\n', bytes).count() as u64;
        let bytes = bytes.trim_ascii();
        if bytes.is_empty() || bytes[0] == b'#' {
            continue;
        }
        let read = if into.samples.len() >= options.samples_max || into.bytes.len() > limit {
            Err("beyond the limit of one body; send it in several")
        } else {
            std::str::from_utf8(bytes)
                .map_err(|_| "not UTF-8")
                .and_then(|text| take(text, &mut line, &mut name, options, &mut taken, into))
        };
        if let Err(problem) = read {
            taken.refused_lines += 1;
            if taken.errors.len() < ERRORS_SHOWN_MAX {
                let shown: String = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * SHOWN_CHARACTERS)])
                    .chars()
                    .take(SHOWN_CHARACTERS)
                    .collect();
                taken.errors.push(format!("line {first}: {problem}: {shown:?}"));
            }
        }
    }
    taken
}

/// Takes a line whole or not at all.
fn take<'t>(
    text: &'t str,
    line: &mut Line<'t>,
    name: &mut String,
    options: &InfluxOptions<'_>,
    taken: &mut InfluxTaken,
    into: &mut SampleBatch,
) -> Result<(), &'static str> {
    line.read(text)?;
    let at_ms = match line.time {
        Some(time) => options.precision.to_ms(time).ok_or("a time out of bounds")?,
        None => options.now_ms,
    };
    for (key, field) in &line.fields {
        let value = match field {
            Field::Number(value) => *value,
            Field::Text => {
                taken.texts += 1;
                continue;
            }
        };
        name.clear();
        name.push_str(&line.measurement);
        name.push('_');
        name.push_str(key);
        let start = into.bytes.len();
        LabelBytes::push(&mut into.bytes, METRIC_NAME, name);
        for (tag, value) in &line.tags {
            LabelBytes::push(&mut into.bytes, tag, value);
        }
        for (label, value) in options.labels {
            if !line.tags.iter().any(|(tag, _)| tag == label) {
                LabelBytes::push(&mut into.bytes, label, value);
            }
        }
        into.series.push(BatchSeries {
            labels_start: start as u32,
            labels_length: (into.bytes.len() - start) as u32,
            first_sample: into.samples.len() as u32,
            samples: 1,
        });
        into.samples.push(Sample { at_ms, value });
    }
    Ok(())
}
