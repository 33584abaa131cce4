//! Puts samples into the store of a test.

use std::sync::Arc;

use swarmpulse_model::series::{CounterReset, METRIC_NAME, NativeHistogram, SampleBatch, is_stale};
use swarmpulse_model::{Labels, Sample, Timestamp};
use swarmpulse_store::MetricStore;

use super::custom_buckets;
use super::overlay::Overlaid;
use super::script::Load;
use super::sequence::Item;
use crate::histogram::is_reset;

/// Loads samples; `now` is the time of the newest.
pub(super) fn load(load: &Load, store: &Overlaid) -> Result<(), String> {
    let mut batch = SampleBatch::default();
    let mut newest_ms = 0;
    for (labels, items) in &load.series {
        newest_ms = newest_ms.max(items.len() as i64 * load.step_ms);
        let samples = floats(items, load.step_ms);
        if labels.get(METRIC_NAME).is_none() {
            store.append_nameless(labels, &samples);
        } else if !samples.is_empty() {
            batch.push(labels, &samples);
        }
        append_histograms(labels, items, load.step_ms, store);
    }
    let now = Timestamp(newest_ms.saturating_mul(1_000_000));
    let appended = store
        .append_durably("default", now, &batch)
        .map_err(|error| error.to_string())?;
    if let Some(rejection) = appended.rejections.first() {
        let rejected = appended.rejected_samples;
        return Err(format!(
            "the store refused {rejected} samples: {}",
            rejection.detail
        ));
    }
    if load.with_custom_buckets {
        for (labels, items) in custom_buckets::histograms(load) {
            append_histograms(&labels, &items, load.step_ms, store);
        }
    }
    Ok(())
}

pub(super) fn floats(items: &[Item], step_ms: i64) -> Vec<Sample> {
    let sample = |(place, item): (usize, &Item)| match item {
        Item::Float(value) => Some(Sample {
            at_ms: place as i64 * step_ms,
            value: *value,
        }),
        Item::Omitted | Item::Histogram(_) => None,
    };
    items.iter().enumerate().filter_map(sample).collect()
}

/// Adds histograms. What each says of resets is then what a store would have found.
fn append_histograms(labels: &Labels, items: &[Item], step_ms: i64, store: &Overlaid) {
    let mut found: Vec<(i64, Arc<NativeHistogram>)> = Vec::new();
    let mut before: Option<Arc<NativeHistogram>> = None;
    for (place, item) in items.iter().enumerate() {
        match item {
            Item::Omitted => {}
            Item::Float(_) => before = None,
            Item::Histogram(histogram) => {
                let mut kept = NativeHistogram::clone(histogram);
                kept.counter_reset = reset_of(histogram, before.as_deref());
                before = Some(histogram.clone());
                found.push((place as i64 * step_ms, Arc::new(kept)));
            }
        }
    }
    if !found.is_empty() {
        store.append_histograms(labels, &found);
    }
}

/// Gauges stay gauges. Of others, Prometheus' store knows only that a histogram goes on from the one before: where it was
/// reset, a new chunk begins, and whoever reads compares.
fn reset_of(histogram: &NativeHistogram, before: Option<&NativeHistogram>) -> CounterReset {
    if histogram.counter_reset == CounterReset::Gauge {
        return CounterReset::Gauge;
    }
    let Some(before) = before else {
        return CounterReset::Unknown;
    };
    let unsaid = |histogram: &NativeHistogram| NativeHistogram {
        counter_reset: CounterReset::Unknown,
        ..histogram.clone()
    };
    let goes_on = histogram.counter_reset != CounterReset::Reset
        && !is_stale(before.sum)
        && histogram.schema == before.schema
        && histogram.zero_threshold == before.zero_threshold
        && !is_reset(&unsaid(histogram), &unsaid(before));
    if goes_on {
        CounterReset::NotReset
    } else {
        CounterReset::Unknown
    }
}
