//! A snapshot of series of the store in memory.

use std::sync::Arc;

use swarmpulse_model::Labels;
use swarmpulse_model::series::is_stale;

use super::Series;
use crate::metrics::{Bucket, MetricError, Points, RollupRow, Selected};

/// Series as they were when they were selected: the maps are shared and copied when written to.
#[derive(Debug)]
pub(super) struct MemorySelected {
    pub(super) series: Vec<(Labels, Arc<Series>)>,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) raw_from_ms: i64,
}

impl Selected for MemorySelected {
    fn len(&self) -> usize {
        self.series.len()
    }

    fn labels(&self, series: usize) -> &Labels {
        &self.series[series].0
    }

    fn read(&self, series: usize, into: &mut Points) -> Result<(), MetricError> {
        into.clear();
        let series = &self.series[series].1;
        let span = self.from_ms..=self.to_ms;
        for (at_ms, value) in series.samples.range(span.clone()) {
            into.times_ms.push(*at_ms);
            into.values.push(*value);
        }
        let histograms = series.histograms.range(span);
        into.histograms
            .extend(histograms.map(|(at_ms, histogram)| (*at_ms, Arc::clone(histogram))));
        Ok(())
    }

    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        let (from, to) = (
            self.from_ms.max(after_ms.saturating_add(1)),
            self.to_ms.min(at_ms),
        );
        if from > to {
            return Ok(None);
        }
        let found = self.series[series].1.samples.range(from..=to).next_back();
        Ok(found.map(|(at_ms, value)| (*at_ms, *value)))
    }

    fn has_histograms(&self) -> bool {
        self.series
            .iter()
            .any(|(_, series)| !series.histograms.is_empty())
    }

    fn raw_from_ms(&self) -> i64 {
        self.raw_from_ms
    }

    fn rollups(&self, series: usize, bucket: Bucket, into: &mut Vec<RollupRow>) -> Result<bool, MetricError> {
        into.clear();
        let samples = &self.series[series].1.samples;
        let first = self.from_ms.saturating_sub(bucket.length_ms());
        let (mut end_ms, mut times, mut values) = (i64::MIN, Vec::new(), Vec::new());
        let mut finish = |end_ms: i64, times: &mut Vec<i64>, values: &mut Vec<f64>| {
            if (self.from_ms..=self.to_ms).contains(&end_ms) {
                into.extend(RollupRow::of(end_ms, times, values));
            }
            times.clear();
            values.clear();
        };
        for (at_ms, value) in samples.range(first..=self.to_ms.max(first)) {
            let end = bucket.end_of(*at_ms);
            if end != end_ms {
                finish(end_ms, &mut times, &mut values);
                end_ms = end;
            }
            if !is_stale(*value) {
                times.push(*at_ms);
                values.push(*value);
            }
        }
        finish(end_ms, &mut times, &mut values);
        Ok(self.from_ms.saturating_sub(bucket.length_ms()) >= self.raw_from_ms)
    }
}
