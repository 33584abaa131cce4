//! What the checks share: a clock that stands still, batches, and reading everything back.

use swarmpulse_model::series::{METRIC_NAME, SampleBatch};
use swarmpulse_model::{Labels, Sample, Timestamp};

use crate::metrics::{Appended, MatchOp, Matcher, MetricStore, Points, Selection};

/// The receipt time of all checks, in milliseconds: 2026-01-31T12:00:00Z.
pub(super) const NOW_MS: i64 = 1_769_860_800_000;

/// The receipt time of all checks.
pub(super) fn now() -> Timestamp {
    Timestamp(NOW_MS * 1_000_000)
}

/// Labels with a metric name and pairs.
pub(super) fn series(metric: &str, pairs: &[(&str, &str)]) -> Labels {
    Labels::from_pairs([(METRIC_NAME, metric)].into_iter().chain(pairs.iter().copied()))
}

/// Samples `every_ms` apart that end at [`NOW_MS`]; values differ by `of`.
pub(super) fn samples(count: i64, every_ms: i64, of: u32) -> Vec<Sample> {
    let at = |step: i64| Sample {
        at_ms: NOW_MS - (count - 1 - step) * every_ms,
        value: f64::from(of) * 1000.0 + step as f64 * 0.5,
    };
    (0..count).map(at).collect()
}

/// A batch of series.
pub(super) fn batch(all: &[(&Labels, &[Sample])]) -> SampleBatch {
    let mut batch = SampleBatch::default();
    for (labels, samples) in all {
        batch.push(labels, samples);
    }
    batch
}

/// Appends series and waits until they are durable.
pub(super) fn append(store: &dyn MetricStore, all: &[(&Labels, &[Sample])]) -> Appended {
    store.append_durably("default", now(), &batch(all)).unwrap()
}

/// Appends samples, all of which must be taken.
pub(super) fn append_all(store: &dyn MetricStore, labels: &Labels, samples: &[Sample]) {
    let appended = append(store, &[(labels, samples)]);
    assert_eq!(
        (appended.samples, appended.rejected_samples),
        (samples.len() as u64, 0),
        "{appended:?}"
    );
}

/// A selection of everything that passes, of any time.
pub(super) fn select(matchers: &[(&str, MatchOp, &str)]) -> Selection {
    let matcher = |(name, op, value): &(&str, MatchOp, &str)| Matcher::new(name, *op, value).unwrap();
    Selection {
        matchers: matchers.iter().map(matcher).collect(),
        from_ms: i64::MIN,
        to_ms: i64::MAX,
        series_max: usize::MAX,
    }
}

/// A selection of one metric.
pub(super) fn metric(name: &str) -> Selection {
    select(&[(METRIC_NAME, MatchOp::Equal, name)])
}

/// What a selection gives: labels as text, times and bits of values; series without samples are left out.
pub(super) fn read(store: &dyn MetricStore, selection: &Selection) -> Vec<(String, Vec<(i64, u64)>)> {
    let selected = store.select(selection).unwrap();
    let mut points = Points::default();
    let mut all = Vec::new();
    for place in 0..selected.len() {
        selected.read(place, &mut points).unwrap();
        assert_eq!(points.times_ms.len(), points.values.len());
        assert!(
            points.times_ms.windows(2).all(|pair| pair[0] < pair[1]),
            "in order, each time once"
        );
        if !points.times_ms.is_empty() {
            let bits = points.values.iter().map(|value| value.to_bits());
            let samples = points.times_ms.iter().copied().zip(bits).collect();
            all.push((selected.labels(place).to_string(), samples));
        }
    }
    all
}

/// Samples as [`read`] gives them.
pub(super) fn bits(samples: &[Sample]) -> Vec<(i64, u64)> {
    let bits = samples
        .iter()
        .map(|sample| (sample.at_ms, sample.value.to_bits()));
    bits.collect()
}

/// The one series of a selection.
pub(super) fn read_one(store: &dyn MetricStore, selection: &Selection) -> Vec<(i64, u64)> {
    let mut all = read(store, selection);
    assert_eq!(all.len(), 1, "one series: {all:?}");
    all.remove(0).1
}
