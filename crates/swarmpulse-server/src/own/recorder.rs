//! The recorder: writes the monitor's figures into its own metric store, so that they are series like all others, last, and
//! are gone when what they tell of is gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use swarmpulse_model::Timestamp;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::{
    BatchSeries, LabelBytes, METRIC_NAME, MetricMetadata, MetricType, Sample, SampleBatch, stale_marker,
};

use super::alerting;
use super::detection;
use super::exposition::{Exposition, Figure};
use super::figures;
use super::fleet::Told;
use super::registry::{Series, SeriesType, metric_names};
use crate::access::Access;
use crate::app::App;

/// Figures of the fleet and the machine are written so often.
const ROUND: Duration = Duration::from_secs(5);
/// Those of the monitor itself and of detectors, who are asked every 15 s, in every so many rounds.
const ROUNDS_OF_OWN: u64 = 3;

/// Writes figures into the metric store.
pub(crate) struct Recorder {
    fleet: Known,
    own: Known,
    rounds: u64,
}

/// The series that were written the last time, by their labels; what is no longer among them is marked as gone.
#[derive(Default)]
struct Known(HashMap<Box<[u8]>, u64>);

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            fleet: Known::default(),
            own: Known::default(),
            rounds: 0,
        }
    }

    /// Runs until the server stops.
    pub(crate) async fn run(mut self, app: Arc<App>) {
        let mut stopping = app.stopping();
        let mut ticks = tokio::time::interval(ROUND);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stops| *stops) => break,
                _ = ticks.tick() => {}
            }
            let (work, app) = (self, Arc::clone(&app));
            // The pass over the fleet takes a while, which others would wait for.
            let run = tokio::task::spawn_blocking(move || {
                let mut recorder = work;
                let now = app.runtime().now();
                recorder.round(&app, now);
                recorder
            });
            match run.await {
                Ok(recorder) => self = recorder,
                Err(error) => return tracing::error!(%error, "figures are no longer recorded"),
            }
        }
        let now = app.runtime().now();
        self.farewell(&app, now);
    }

    /// Writes figures of that time.
    pub(crate) fn round(&mut self, app: &App, now: Timestamp) {
        let mut batch = SampleBatch::default();
        let mut figures = Exposition::new();
        let all = Access::open();
        figures::of_fleet(app, &all, Told::Measured, &mut figures);
        figures::of_machine(app, &mut figures);
        self.fleet.push(&figures, now, self.rounds, &mut batch);
        if self.rounds.is_multiple_of(ROUNDS_OF_OWN) {
            let mut figures = Exposition::new();
            figures::of_monitor(app, &mut figures);
            detection::write(app, &all, &mut figures);
            alerting::write(app, &all, &mut figures);
            self.own.push(&figures, now, self.rounds, &mut batch);
        }
        if self.rounds == 0 {
            batch.metadata = metric_names().iter().map(metadata).collect();
        }
        self.rounds += 1;
        append(app, now, &batch);
    }

    /// Marks everything as gone: nobody watches from here on.
    fn farewell(self, app: &App, now: Timestamp) {
        let mut batch = SampleBatch::default();
        for known in [self.fleet, self.own] {
            for labels in known.0.keys() {
                push(&mut batch, labels, now, stale_marker());
            }
        }
        append(app, now, &batch);
    }
}

impl Known {
    /// Adds the figures, and markers for the series that are gone since the last time.
    fn push(&mut self, figures: &Exposition, now: Timestamp, round: u64, batch: &mut SampleBatch) {
        let mut labels = Vec::new();
        for (series, figure) in figures.iter() {
            labels.clear();
            push_labels(&mut labels, series, figure);
            push(batch, &labels, now, figure.value);
            match self.0.get_mut(labels.as_slice()) {
                Some(last) => *last = round,
                None => drop(self.0.insert(labels.as_slice().into(), round)),
            }
        }
        self.0.retain(|labels, last| {
            let stays = *last == round;
            if !stays {
                push(batch, labels, now, stale_marker());
            }
            stays
        });
    }
}

/// Labels without those that say nothing: empty ones, and the default namespace.
fn push_labels(into: &mut Vec<u8>, series: &Series, figure: &Figure) {
    LabelBytes::push(into, METRIC_NAME, &format!("{}{}", series.name, figure.suffix));
    for (name, value) in &figure.labels {
        let says_nothing = value.is_empty() || name == "namespace" && value == DEFAULT_NAMESPACE;
        if !says_nothing {
            LabelBytes::push(into, name, value);
        }
    }
}

fn push(batch: &mut SampleBatch, labels: &[u8], now: Timestamp, value: f64) {
    let at_ms = now.unix_ms();
    batch.series.push(BatchSeries {
        labels_start: batch.bytes.len() as u32,
        labels_length: labels.len() as u32,
        first_sample: batch.samples.len() as u32,
        samples: 1,
    });
    batch.bytes.extend_from_slice(labels);
    batch.samples.push(Sample { at_ms, value });
}

fn append(app: &App, now: Timestamp, batch: &SampleBatch) {
    let runtime = app.runtime();
    let appended = runtime
        .metrics()
        .append(DEFAULT_NAMESPACE, now, batch, Box::new(|_| {}));
    let lost = match appended {
        Ok(appended) => appended.rejected_samples,
        Err(error) => {
            tracing::debug!(%error, "figures are not recorded");
            batch.samples.len() as u64
        }
    };
    if lost > 0 {
        runtime.counters().drop_for("own_samples", lost);
    }
}

fn metadata(series: &Series) -> MetricMetadata {
    MetricMetadata {
        metric: series.name.into(),
        kind: match series.series_type {
            SeriesType::Counter => MetricType::Counter,
            SeriesType::Gauge => MetricType::Gauge,
            SeriesType::Histogram => MetricType::Histogram,
        },
        help: series.help.to_owned(),
        unit: series.unit.into(),
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Labels;
    use swarmpulse_model::series::is_stale;

    use super::*;

    fn figures(agents: &[(&str, f64)]) -> Exposition {
        let mut figures = Exposition::new();
        for (agent, value) in agents {
            let labels = [
                ("namespace", "default"),
                ("agent", *agent),
                ("kind", "bot"),
                ("host", ""),
            ];
            figures.add("swarmpulse_agent_up", &labels, *value);
        }
        figures
    }

    #[test]
    fn series_that_are_gone_are_marked_once() {
        let mut known = Known::default();
        let mut rounds = |n: u64, agents: &[(&str, f64)]| {
            let mut batch = SampleBatch::default();
            known.push(&figures(agents), Timestamp::from_unix_s(n as f64), n, &mut batch);
            let found = batch.series.iter().map(|series| {
                let labels = LabelBytes::parse(batch.labels_of(series)).unwrap();
                let sample = batch.samples_of(series)[0];
                let value = if is_stale(sample.value) {
                    None
                } else {
                    Some(sample.value)
                };
                (labels, sample.at_ms, value)
            });
            found.collect::<Vec<_>>()
        };
        let up = |agent| {
            Labels::from_pairs([
                (METRIC_NAME, "swarmpulse_agent_up"),
                ("agent", agent),
                ("kind", "bot"),
            ])
        };
        assert_eq!(
            rounds(1, &[("a", 1.0), ("b", 0.0)]),
            [(up("a"), 1_000, Some(1.0)), (up("b"), 1_000, Some(0.0))]
        );
        assert_eq!(
            rounds(2, &[("a", 1.0)]),
            [(up("a"), 2_000, Some(1.0)), (up("b"), 2_000, None)]
        );
        assert_eq!(rounds(3, &[("a", 1.0)]), [(up("a"), 3_000, Some(1.0))]);
        assert_eq!(
            rounds(4, &[("a", 1.0), ("b", 1.0)]),
            [(up("a"), 4_000, Some(1.0)), (up("b"), 4_000, Some(1.0))]
        );
    }
}
