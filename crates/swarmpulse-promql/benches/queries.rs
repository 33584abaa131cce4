//! How long whole queries take, from text to answer, over 1,000 series of 6 hours at 15 s in plain columns.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use swarmpulse_model::series::{MetricMetadata, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_promql::{Options, When, evaluate, parse};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::{
    Acknowledge, Appended, MetricError, MetricStatistics, Points, Selected, Selection, SeriesCount,
};

const SERIES: usize = 1000;
const STEP_MS: i64 = 15_000;
const SPAN_MS: i64 = 6 * 3_600_000;

/// Columns of samples; every selector finds all series whose name it asks for.
struct Columns(Arc<Vec<(Labels, Points)>>);

impl Columns {
    fn new() -> Self {
        let mut columns = Vec::new();
        for series in 0..SERIES {
            let (agent, kind) = (format!("agent-{series:04}"), format!("kind-{}", series % 10));
            let labels = Labels::from_pairs([
                ("__name__", "x_total"),
                ("agent", &agent),
                ("host", "host-1"),
                ("kind", &kind),
                ("namespace", "default"),
            ]);
            let mut points = Points::default();
            let (mut value, mut seed) = (0.0, series as u64 + 1);
            for sample in 0..=SPAN_MS / STEP_MS {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                points
                    .times_ms
                    .push(sample * STEP_MS + (series as i64 * 7) % STEP_MS);
                value = if seed >> 54 == 0 {
                    0.0
                } else {
                    value + (seed >> 60) as f64
                };
                points.values.push(value);
            }
            columns.push((labels, points));
        }
        columns.sort_by(|a, b| a.0.cmp(&b.0));
        Self(Arc::new(columns))
    }
}

struct Found {
    columns: Arc<Vec<(Labels, Points)>>,
    places: Vec<usize>,
    from_ms: i64,
    to_ms: i64,
}

impl Selected for Found {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn labels(&self, series: usize) -> &Labels {
        &self.columns[self.places[series]].0
    }

    fn read(&self, series: usize, into: &mut Points) -> Result<(), MetricError> {
        let points = &self.columns[self.places[series]].1;
        let from = points.times_ms.partition_point(|time| *time < self.from_ms);
        let to = points.times_ms.partition_point(|time| *time <= self.to_ms);
        into.clear();
        into.times_ms.extend_from_slice(&points.times_ms[from..to]);
        into.values.extend_from_slice(&points.values[from..to]);
        Ok(())
    }

    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        let points = &self.columns[self.places[series]].1;
        let to = points.times_ms.partition_point(|time| *time <= at_ms);
        Ok(to
            .checked_sub(1)
            .map(|place| (points.times_ms[place], points.values[place]))
            .filter(|(time, _)| *time > after_ms))
    }
}

impl MetricStore for Columns {
    fn append(
        &self,
        _: &str,
        _: Timestamp,
        _: &SampleBatch,
        _: Acknowledge,
    ) -> Result<Appended, MetricError> {
        Err(MetricError::Stopping)
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        let passes = |labels: &Labels| {
            let value = |name: &str| labels.get(name).unwrap_or_default();
            selection
                .matchers
                .iter()
                .all(|matcher| matcher.matches(value(matcher.name())))
        };
        let places = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, (labels, _))| passes(labels));
        Ok(Box::new(Found {
            places: places.map(|(place, _)| place).collect(),
            columns: self.0.clone(),
            from_ms: selection.from_ms,
            to_ms: selection.to_ms,
        }))
    }

    fn label_names(&self, _: &[Selection], _: usize) -> Result<Vec<String>, MetricError> {
        Ok(Vec::new())
    }

    fn label_values(&self, _: &str, _: &[Selection], _: usize) -> Result<Vec<String>, MetricError> {
        Ok(Vec::new())
    }

    fn series(&self, _: &[Selection], _: usize) -> Result<Vec<Labels>, MetricError> {
        Ok(Vec::new())
    }

    fn metadata(&self, _: Option<&str>) -> Vec<MetricMetadata> {
        Vec::new()
    }

    fn span_ms(&self) -> Option<(i64, i64)> {
        Some((0, SPAN_MS))
    }

    fn statistics(&self) -> MetricStatistics {
        MetricStatistics::default()
    }

    fn largest(&self, _: usize) -> Vec<SeriesCount> {
        Vec::new()
    }

    fn maintain(&self, _: Timestamp) -> Result<(), MetricError> {
        Ok(())
    }

    fn close(&self, _: Timestamp) -> Result<(), MetricError> {
        Ok(())
    }
}

fn queries(criterion: &mut Criterion) {
    let store = Columns::new();
    let range = |step_ms| When::Range {
        start_ms: 0,
        end_ms: SPAN_MS,
        step_ms,
    };
    let now = When::Instant { at_ms: SPAN_MS };
    let options = Options::default();
    for (text, when) in [
        ("sum by (kind) (rate(x_total[5m]))", range(60_000)),
        ("topk(10, x_total)", now),
        ("max_over_time(x_total[1h])", now),
        ("quantile(0.99, x_total)", range(60_000)),
        ("x_total{agent=\"agent-0042\"}", range(15_000)),
        ("x_total", now),
        ("sum(x_total)", range(60_000)),
        ("x_total / on (agent) x_total", range(60_000)),
    ] {
        let shape = match when {
            When::Instant { .. } => "once".to_owned(),
            When::Range { step_ms, .. } => format!("6 h every {} s", step_ms / 1000),
        };
        criterion.bench_function(&format!("{text}, {shape}"), |bencher| {
            bencher.iter(|| {
                let expr = parse(black_box(text)).expect("valid");
                evaluate(&store, text, &expr, when, &options).expect("an answer")
            });
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = queries
}
criterion_main!(benches);
