//! A text that was pushed: every good line is taken, every other one is told by its number.

use swarmpulse_model::series::{BatchSeries, Sample, SampleBatch};

use super::label_set::{self, Conflict};
use super::{Item, Parser, TextFormat, families};

/// At most so many bad lines are described one by one; all are counted.
const ERRORS_SHOWN_MAX: usize = 16;

/// How a pushed text is read.
#[derive(Clone, Debug)]
pub struct ImportOptions<'o> {
    /// Its format.
    pub format: TextFormat,
    /// The time of samples that have none, in milliseconds.
    pub now_ms: i64,
    /// Labels that every series gets; they win over its own.
    pub labels: &'o [(String, String)],
    /// Samples taken; lines beyond are refused.
    pub samples_max: usize,
    /// Bytes of labels; lines beyond are refused.
    pub label_bytes_max: usize,
}

/// What became of a pushed text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines that were refused.
    pub refused_lines: u64,
    /// Why the first of them were.
    pub errors: Vec<String>,
    /// Exemplars, which are not kept.
    pub exemplars: u64,
}

impl Imported {
    fn refuse(&mut self, error: impl FnOnce() -> String) {
        self.refused_lines += 1;
        if self.errors.len() < ERRORS_SHOWN_MAX {
            self.errors.push(error());
        }
    }
}

/// Replaces what is in the batch by the samples of a text.
pub fn import(text: &[u8], options: &ImportOptions<'_>, into: &mut SampleBatch) -> Imported {
    into.clear();
    let mut imported = Imported::default();
    let mut parser = Parser::new(text, options.format);
    let label_bytes_max = options.label_bytes_max.min(u32::MAX as usize >> 2);
    loop {
        let sample = match parser.next() {
            Ok(None) => return imported,
            Ok(Some(Item::Sample(sample))) => sample,
            Ok(Some(comment)) => {
                families::describe(&mut into.metadata, &comment);
                continue;
            }
            Err(error) => {
                imported.refuse(|| error.to_string());
                continue;
            }
        };
        if into.samples.len() >= options.samples_max || into.bytes.len() > label_bytes_max {
            let line = parser.line();
            imported.refuse(|| format!("line {line}: beyond the limit of one body; send it in several"));
            continue;
        }
        imported.exemplars += u64::from(sample.has_exemplar);
        let start = into.bytes.len();
        label_set::write(
            &mut into.bytes,
            parser.labels(),
            options.labels,
            Conflict::Replace,
        );
        into.series.push(BatchSeries {
            labels_start: start as u32,
            labels_length: (into.bytes.len() - start) as u32,
            first_sample: into.samples.len() as u32,
            samples: 1,
        });
        into.samples.push(Sample {
            at_ms: sample.at_ms.unwrap_or(options.now_ms),
            value: sample.value,
        });
    }
}
