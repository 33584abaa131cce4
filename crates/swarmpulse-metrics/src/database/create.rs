//! Series seen for the first time.

use hashbrown::HashMap;
use swarmpulse_model::series::{BatchSeries, Label, LabelBytes, LabelError};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::metrics::{MetricError, RejectReason};

use super::EmbeddedMetrics;
use super::append::Intake;
use crate::hash::{NamespaceKey, SeriesHash, is_default};
use crate::head::{HeadSeries, part_of};
use crate::index::UNKNOWN;
use crate::wal::entry::SeriesEncoder;

/// So many series are created before others get a turn.
const TURN_SERIES: usize = 256;

/// What is made in one turn, before anyone else may see it.
#[derive(Default)]
struct Turn {
    /// By the hash of sorted labels.
    fresh: HashMap<(u64, u32), u32>,
    entries: Vec<(SeriesHash, u32)>,
    encoder: SeriesEncoder,
    created: Vec<u32>,
    bytes: Vec<u8>,
}

impl EmbeddedMetrics {
    /// Finds or creates the series whose bytes are not known; those that are refused stay unknown.
    pub(super) fn create_missing(
        &self,
        namespace: &str,
        now: Timestamp,
        intake: &mut Intake<'_>,
        numbers: &mut [u32],
    ) -> Result<(), MetricError> {
        let batch = intake.batch;
        let missing: Vec<usize> = (0..numbers.len())
            .filter(|place| numbers[*place] == UNKNOWN)
            .collect();
        for places in missing.chunks(TURN_SERIES) {
            let mut parsed = Vec::with_capacity(places.len());
            for place in places.iter().copied() {
                let series = &batch.series[place];
                match parse(namespace, batch.labels_of(series)) {
                    Ok(labels) => parsed.push((place, series, labels)),
                    Err(error) => {
                        let samples = batch.samples_of(series);
                        let reason = RejectReason::InvalidLabels;
                        intake.reject(place, samples, reason, &error.to_string());
                    }
                }
            }
            let key = self.hasher.namespace(namespace);
            self.create_turn((key, now), intake, &parsed, numbers)?;
        }
        Ok(())
    }

    fn create_turn(
        &self,
        (key, now): (NamespaceKey, Timestamp),
        intake: &mut Intake<'_>,
        parsed: &[(usize, &BatchSeries, Labels)],
        numbers: &mut [u32],
    ) -> Result<(), MetricError> {
        let mut turn = Turn::default();
        let mut index = self.index.write();
        for (place, series, labels) in parsed {
            let samples = intake.batch.samples_of(series);
            turn.bytes.clear();
            LabelBytes::push_all(&mut turn.bytes, labels);
            let canonical = self.hasher.series(self.hasher.namespace(""), &turn.bytes);
            let came = self.hasher.series(key, intake.batch.labels_of(series));
            let fresh = turn.fresh.get(&(canonical.place, canonical.check)).copied();
            let known = fresh.unwrap_or_else(|| self.lookup.find(canonical));
            let number = if known != UNKNOWN {
                known
            } else if samples.iter().any(|sample| intake.is_timely(sample.at_ms)) {
                if let Some(reason) = index.refused(labels, intake.limits) {
                    intake.reject(*place, samples, reason, &labels.to_string());
                    continue;
                }
                let number = index.create(labels)?;
                turn.fresh.insert((canonical.place, canonical.check), number);
                turn.entries.push((canonical, number));
                turn.encoder.push(number, &turn.bytes);
                turn.created.push(number);
                intake.appended.series_created += 1;
                number
            } else {
                reject_untimely(intake, *place, labels);
                continue;
            };
            let twice = || turn.entries.iter().any(|(hash, _)| *hash == came);
            if came != canonical
                && self.lookup.find(came) == UNKNOWN
                && !twice()
                && index.add_alias(number, came)
            {
                turn.entries.push((came, number));
            }
            numbers[*place] = number;
        }
        // Journaled before anyone can find them: samples of others must not come before what describes their series.
        let body = turn.encoder.finish();
        if !body.is_empty() {
            self.writer.describe(now, body)?;
        }
        for number in turn.created {
            let mut part = self.head.part(part_of(number));
            *part.series_mut(number).0 = HeadSeries::new();
        }
        for (hash, number) in turn.entries {
            self.lookup.insert(hash, number);
        }
        Ok(())
    }
}

/// Refuses the samples of a new series that has none in time, each for its reason.
fn reject_untimely(intake: &mut Intake<'_>, place: usize, labels: &Labels) {
    let samples = intake.batch.samples_of(&intake.batch.series[place]);
    let what = labels.to_string();
    for sample in samples {
        let reason = if sample.at_ms > intake.furthest_ms {
            RejectReason::TooFarInFuture
        } else {
            RejectReason::TooOld
        };
        intake.reject(place, &[*sample], reason, &what);
    }
}

/// The labels of a series, with the namespace of its credential.
fn parse(namespace: &str, bytes: &[u8]) -> Result<Labels, LabelError> {
    let labels = LabelBytes::parse(bytes)?;
    if is_default(namespace) {
        return Ok(labels);
    }
    let others = labels.iter().filter(|label| label.name != "namespace").cloned();
    let own = Label {
        name: "namespace".into(),
        value: namespace.into(),
    };
    Labels::new(others.chain([own]).collect())
}
