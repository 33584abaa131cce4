//! What one target showed, scrape after scrape: labels joined once for each series, markers for those that are gone.

use std::collections::HashMap;

use swarmpulse_model::series::{BatchSeries, LabelBytes, METRIC_NAME, Sample, SampleBatch, stale_marker};

use super::label_set::{self, Conflict};
use super::{Item, Parser, SyntaxError, TextFormat, families};

/// How what a target shows becomes series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScrapeRules {
    /// The target's labels: `job`, `instance` and others.
    pub labels: Vec<(String, String)>,
    /// A label of the target's text wins over one of the rules; else it becomes `exported_NAME`.
    pub honor_labels: bool,
    /// Times in the text are taken; else every sample has the time of the scrape.
    pub honor_timestamps: bool,
    /// A text with more samples is refused whole.
    pub samples_max: usize,
}

/// What a text held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scraped {
    /// Samples in it.
    pub samples: u64,
    /// Of these, samples that go to the store: not the second of one series.
    pub kept: u64,
    /// Series that were not in the text before.
    pub series_added: u64,
}

/// Why a text was refused whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScrapeError {
    /// A line is none.
    #[error("{0}")]
    Syntax(#[from] SyntaxError),
    /// Too many samples.
    #[error("more than {limit} samples; raise `samples_max` of the job, or have the target show less")]
    TooManySamples {
        /// At most so many.
        limit: usize,
    },
}

#[derive(Debug)]
struct Known {
    /// Its labels, joined with the target's.
    labels: Box<[u8]>,
    /// The scrape that it was first in.
    first: u64,
    /// The scrape that it was last in.
    seen: u64,
    /// Whether its samples came without times of their own, so that its end is told.
    is_followed: bool,
}

/// What one target showed last.
#[derive(Debug, Default)]
pub struct ScrapeCache {
    known: HashMap<Box<str>, Known>,
    scrape: u64,
    is_reported: bool,
}

/// The series that tell of a scrape itself.
const REPORTS: [&str; 5] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
];

impl ScrapeCache {
    /// Replaces what is in the batch by the samples of a text, and markers for the series that were in the text before and
    /// are not in this one.
    ///
    /// # Errors
    /// If the text is refused whole. Then the batch holds markers for all series that were there before.
    pub fn take(
        &mut self,
        text: &[u8],
        format: TextFormat,
        rules: &ScrapeRules,
        at_ms: i64,
        into: &mut SampleBatch,
    ) -> Result<Scraped, ScrapeError> {
        into.clear();
        self.scrape += 1;
        match self.read(text, format, rules, at_ms, into) {
            Ok(scraped) => {
                self.end_unseen(at_ms, into);
                Ok(scraped)
            }
            Err(error) => {
                // What this text alone held was never stored.
                let scrape = self.scrape;
                self.known.retain(|_, known| known.first != scrape);
                self.fail(at_ms, into);
                Err(error)
            }
        }
    }

    fn read(
        &mut self,
        text: &[u8],
        format: TextFormat,
        rules: &ScrapeRules,
        at_ms: i64,
        into: &mut SampleBatch,
    ) -> Result<Scraped, ScrapeError> {
        let mut scraped = Scraped::default();
        let mut parser = Parser::new(text, format);
        let conflict = if rules.honor_labels {
            Conflict::Keep
        } else {
            Conflict::Export
        };
        while let Some(item) = parser.next()? {
            let Item::Sample(sample) = item else {
                families::describe(&mut into.metadata, &item);
                continue;
            };
            scraped.samples += 1;
            if scraped.samples > rules.samples_max as u64 {
                let limit = rules.samples_max;
                return Err(ScrapeError::TooManySamples { limit });
            }
            let own_time = sample.at_ms.filter(|_| rules.honor_timestamps);
            if let Some(known) = self.known.get_mut(sample.series) {
                if known.seen == self.scrape && own_time.is_none() {
                    continue;
                }
                known.seen = self.scrape;
                known.is_followed = own_time.is_none();
                push(into, &known.labels, own_time.unwrap_or(at_ms), sample.value);
            } else {
                let start = into.bytes.len();
                label_set::write(&mut into.bytes, parser.labels(), &rules.labels, conflict);
                let known = Known {
                    labels: into.bytes[start..].into(),
                    first: self.scrape,
                    seen: self.scrape,
                    is_followed: own_time.is_none(),
                };
                self.known.insert(sample.series.into(), known);
                scraped.series_added += 1;
                add(into, start, own_time.unwrap_or(at_ms), sample.value);
            }
            scraped.kept += 1;
        }
        Ok(scraped)
    }

    /// Marks the series that this scrape did not show, and forgets them.
    fn end_unseen(&mut self, at_ms: i64, into: &mut SampleBatch) {
        let scrape = self.scrape;
        self.known.retain(|_, known| {
            if known.seen == scrape {
                return true;
            }
            if known.is_followed {
                push(into, &known.labels, at_ms, stale_marker());
            }
            false
        });
    }

    /// Replaces what is in the batch by markers for all series that were there before: the target could not be read.
    pub fn fail(&mut self, at_ms: i64, into: &mut SampleBatch) {
        into.clear();
        for (_, known) in self.known.drain() {
            if known.is_followed {
                push(into, &known.labels, at_ms, stale_marker());
            }
        }
    }

    /// Adds what tells of the scrape itself; `None` for `scraped` is a failure.
    pub fn report(
        &mut self,
        rules: &ScrapeRules,
        at_ms: i64,
        duration_s: f64,
        scraped: Option<Scraped>,
        into: &mut SampleBatch,
    ) {
        self.is_reported = true;
        let counts = scraped.unwrap_or_default();
        let values = [
            f64::from(u8::from(scraped.is_some())),
            duration_s,
            counts.samples as f64,
            counts.samples as f64,
            counts.series_added as f64,
        ];
        for (name, value) in REPORTS.into_iter().zip(values) {
            push_report(into, rules, name, at_ms, value);
        }
    }

    /// Replaces what is in the batch by markers for everything, the reports included: the target is no longer looked at.
    pub fn end(&mut self, rules: &ScrapeRules, at_ms: i64, into: &mut SampleBatch) {
        self.fail(at_ms, into);
        if std::mem::take(&mut self.is_reported) {
            for name in REPORTS {
                push_report(into, rules, name, at_ms, stale_marker());
            }
        }
    }

    /// Series that the target showed last.
    #[must_use]
    pub fn series(&self) -> usize {
        self.known.len()
    }
}

fn push_report(into: &mut SampleBatch, rules: &ScrapeRules, name: &str, at_ms: i64, value: f64) {
    let start = into.bytes.len();
    LabelBytes::push(&mut into.bytes, METRIC_NAME, name);
    for (name, value) in &rules.labels {
        LabelBytes::push(&mut into.bytes, name, value);
    }
    add(into, start, at_ms, value);
}

fn push(into: &mut SampleBatch, labels: &[u8], at_ms: i64, value: f64) {
    let start = into.bytes.len();
    into.bytes.extend_from_slice(labels);
    add(into, start, at_ms, value);
}

fn add(into: &mut SampleBatch, start: usize, at_ms: i64, value: f64) {
    into.series.push(BatchSeries {
        labels_start: start as u32,
        labels_length: (into.bytes.len() - start) as u32,
        first_sample: into.samples.len() as u32,
        samples: 1,
    });
    into.samples.push(Sample { at_ms, value });
}
