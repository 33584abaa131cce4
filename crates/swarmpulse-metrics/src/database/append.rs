//! Taking samples: the hot path.

use std::cell::RefCell;
use std::sync::atomic::Ordering;

use swarmpulse_model::series::{LabelBytes, SampleBatch};
use swarmpulse_model::{Sample, Timestamp};
use swarmpulse_store::metrics::{
    Acknowledge, Appended, MetricError, MetricLimits, REJECTIONS_SHOWN_MAX, RejectReason,
};

use super::EmbeddedMetrics;
use crate::counters::Counters;
use crate::head::{HeadSeries, Late, Packer, part_of};
use crate::index::UNKNOWN;
use crate::wal::entry::{SampleEncoder, encode_metadata};

/// So many series are fetched from memory at once.
const WARMED_SERIES: usize = 16;

thread_local! {
    /// The numbers of the series of a batch: kept, so that a batch costs no memory of its own.
    static NUMBERS: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// A batch on its way in.
pub(super) struct Intake<'a> {
    pub(super) batch: &'a SampleBatch,
    pub(super) limits: &'a MetricLimits,
    pub(super) oldest_ms: i64,
    pub(super) furthest_ms: i64,
    pub(super) appended: Appended,
    counters: &'a Counters,
    late: u64,
    /// The oldest and the newest sample that was taken.
    span_ms: (i64, i64),
}

impl Intake<'_> {
    /// Whether a time is taken at all.
    pub(super) fn is_timely(&self, at_ms: i64) -> bool {
        (self.oldest_ms..=self.furthest_ms).contains(&at_ms)
    }

    /// Notes a refusal.
    pub(super) fn reject(&mut self, number: usize, samples: &[Sample], reason: RejectReason, what: &str) {
        self.appended.rejected_samples += samples.len() as u64;
        self.counters.reject(reason, samples.len() as u64);
        if self.appended.rejections.len() < REJECTIONS_SHOWN_MAX {
            let at_ms = samples.first().map_or(0, |sample| sample.at_ms);
            let refusal = self
                .limits
                .refusal(number as u32, samples.len() as u32, reason, what, at_ms);
            self.appended.rejections.push(refusal);
        }
    }
}

impl EmbeddedMetrics {
    /// Takes a batch.
    pub(super) fn take(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(MetricError::Stopping);
        }
        let _gate = self.gate.read();
        let permit = self.writer.reserve(12 * batch.samples.len() + 16)?;
        let limits = &self.options.limits;
        let (oldest_ms, furthest_ms) = limits.span_ms(now);
        let mut intake = Intake {
            batch,
            limits,
            oldest_ms,
            furthest_ms,
            appended: Appended::default(),
            counters: &self.counters,
            late: 0,
            span_ms: (i64::MAX, i64::MIN),
        };
        let mut numbers = NUMBERS.take();
        if self.find(namespace, batch, &mut numbers) {
            self.create_missing(namespace, now, &mut intake, &mut numbers)?;
        }
        let mut encoder = SampleEncoder::new(self.writer.buffer(), batch.samples.len());
        self.push(&mut intake, &numbers, &mut encoder);
        NUMBERS.set(numbers);
        self.note_metadata(now, batch)?;
        self.count(&intake);
        self.writer.append(permit, now, encoder.finish(), acknowledge)?;
        Ok(intake.appended)
    }

    /// Finds the numbers of series; whether some are not known.
    fn find(&self, namespace: &str, batch: &SampleBatch, numbers: &mut Vec<u32>) -> bool {
        numbers.clear();
        let key = self.hasher.namespace(namespace);
        let lookup = self.lookup.read();
        let mut missing = false;
        numbers.extend(batch.series.iter().map(|series| {
            let number = lookup.find(self.hasher.series(key, batch.labels_of(series)));
            missing |= number == UNKNOWN;
            number
        }));
        missing
    }

    /// Adds the samples to their series and to the journal's entry.
    fn push(&self, intake: &mut Intake<'_>, numbers: &[u32], encoder: &mut SampleEncoder) {
        let generation = self.generation.load(Ordering::Acquire);
        let mut locked = None;
        let batch = intake.batch;
        for (first, numbers) in (0..).step_by(WARMED_SERIES).zip(numbers.chunks(WARMED_SERIES)) {
            let mut warmed = false;
            for (place, number) in (first..).zip(numbers.iter().copied()) {
                if number == UNKNOWN {
                    continue;
                }
                let wanted = part_of(number);
                let part = match &mut locked {
                    Some((part, guard)) if *part == wanted => guard,
                    other => {
                        // Never two at once.
                        *other = None;
                        &mut other.insert((wanted, self.head.part(wanted))).1
                    }
                };
                if !warmed && numbers.iter().all(|other| part_of(*other) == wanted) {
                    std::hint::black_box(part.warm(numbers));
                }
                warmed = true;
                let (held, packer) = part.series_mut(number);
                if !held.known {
                    self.find_out(number, held);
                }
                let samples = batch.samples_of(&batch.series[place]);
                push_series(
                    intake,
                    place,
                    (number, held),
                    samples,
                    (generation, packer, encoder),
                );
            }
        }
    }

    /// Finds out the newest sample of a series of which memory holds none.
    pub(super) fn find_out(&self, series: u32, held: &mut HeadSeries) {
        held.newest_ms = self.archive.shelf().newest_ms(series).unwrap_or(i64::MIN);
        held.known = true;
    }

    fn note_metadata(&self, now: Timestamp, batch: &SampleBatch) -> Result<(), MetricError> {
        if batch.metadata.is_empty() {
            return Ok(());
        }
        let (new, dropped) = self.metadata.note(&batch.metadata);
        self.counters
            .metadata_dropped
            .fetch_add(dropped, Ordering::Relaxed);
        if new.is_empty() {
            return Ok(());
        }
        self.writer.describe(now, encode_metadata(&new))
    }

    fn count(&self, intake: &Intake<'_>) {
        let counters = &self.counters;
        let appended = &intake.appended;
        counters.samples.fetch_add(appended.samples, Ordering::Relaxed);
        counters.late.fetch_add(intake.late, Ordering::Relaxed);
        counters
            .series_created
            .fetch_add(appended.series_created, Ordering::Relaxed);
        self.oldest_ms.fetch_min(intake.span_ms.0, Ordering::Relaxed);
        self.newest_ms.fetch_max(intake.span_ms.1, Ordering::Relaxed);
    }
}

/// Adds samples to one series.
fn push_series(
    intake: &mut Intake<'_>,
    place: usize,
    (number, held): (u32, &mut HeadSeries),
    samples: &[Sample],
    (generation, packer, encoder): (u32, &mut Packer, &mut SampleEncoder),
) {
    let mut start = 0;
    for (at, sample) in samples.iter().enumerate() {
        if sample.at_ms > held.newest_ms && intake.is_timely(sample.at_ms) {
            held.push(number, *sample, generation, packer);
            continue;
        }
        encoder.push(number, false, &samples[start..at]);
        intake.take_run(&samples[start..at]);
        start = at + 1;
        let outcome = late_outcome(intake, held, *sample, packer);
        match outcome {
            Late::Taken => {
                encoder.push(number, true, &[*sample]);
                intake.late += 1;
                intake.take_run(&[*sample]);
            }
            Late::Repeat => intake.appended.samples += 1,
            Late::Refused(reason) => {
                let labels = intake.batch.labels_of(&intake.batch.series[place]);
                let what = LabelBytes::parse(labels).map_or_else(|_| String::new(), |l| l.to_string());
                intake.reject(place, &[*sample], reason, &what);
            }
        }
    }
    encoder.push(number, false, &samples[start..]);
    intake.take_run(&samples[start..]);
}

fn late_outcome(intake: &Intake<'_>, held: &mut HeadSeries, sample: Sample, packer: &mut Packer) -> Late {
    if sample.at_ms > intake.furthest_ms {
        return Late::Refused(RejectReason::TooFarInFuture);
    }
    let late_from_ms = intake.limits.late_from_ms(held.newest_ms);
    if sample.at_ms < intake.oldest_ms.max(late_from_ms) {
        return Late::Refused(RejectReason::TooOld);
    }
    held.push_late(sample, packer)
}

impl Intake<'_> {
    /// Counts samples that were taken.
    fn take_run(&mut self, samples: &[Sample]) {
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
            return;
        };
        self.appended.samples += samples.len() as u64;
        self.span_ms = (self.span_ms.0.min(first.at_ms), self.span_ms.1.max(last.at_ms));
    }
}
