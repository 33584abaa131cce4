//! What rules recorded meanwhile, laid over the store.
//!
//! Of a metric that the rules under test record, the store's samples count before the span and theirs within it: another
//! definition of the same name must not see what the old one recorded. What shows alerts is theirs alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;
use swarmpulse_model::series::{METRIC_NAME, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::{
    Acknowledge, Appended, Layer, MatchOp, Matcher, MetricError, Points, Selected, Selection,
};

/// A store with what was recorded on top.
pub(crate) struct Overlay {
    base: Arc<dyn MetricStore>,
    /// Metrics that are made here, with the millisecond from which on the store's samples of them do not count.
    names: BTreeMap<String, i64>,
    /// By the name of the metric.
    made: RwLock<BTreeMap<String, BTreeMap<Labels, Arc<Points>>>>,
}

impl Overlay {
    pub fn new(base: Arc<dyn MetricStore>, names: BTreeMap<String, i64>) -> Self {
        Self {
            base,
            names,
            made: RwLock::default(),
        }
    }

    /// Adds samples of one series that come after those that it has.
    pub fn record(&self, labels: &Labels, points: &Points) {
        let metric = labels.get(METRIC_NAME).unwrap_or_default();
        let mut made = self.made.write();
        let known = made.entry(metric.to_owned()).or_default();
        let known = Arc::make_mut(known.entry(labels.clone()).or_default());
        known.times_ms.extend_from_slice(&points.times_ms);
        known.values.extend_from_slice(&points.values);
    }

    /// Adds one sample of a series that comes after those that it has.
    pub fn record_one(&self, labels: &Labels, at_ms: i64, value: f64) {
        let point = Points {
            times_ms: vec![at_ms],
            values: vec![value],
            histograms: Vec::new(),
        };
        self.record(labels, &point);
    }

    /// The last millisecond at which the store's samples of a series count.
    fn stored_until_ms(&self, labels: &Labels) -> i64 {
        let made_from = labels.get(METRIC_NAME).and_then(|name| self.names.get(name));
        made_from.map_or(i64::MAX, |from_ms| from_ms.saturating_sub(1))
    }
}

/// The one metric that matchers ask for, if they name one.
fn metric_of(matchers: &[Matcher]) -> Option<&str> {
    matchers
        .iter()
        .find(|matcher| matcher.name() == METRIC_NAME && matcher.op() == MatchOp::Equal)
        .map(Matcher::value)
}

fn passes(labels: &Labels, matchers: &[Matcher]) -> bool {
    matchers
        .iter()
        .all(|matcher| matcher.matches(labels.get(matcher.name()).unwrap_or("")))
}

impl Layer for Overlay {
    fn below(&self) -> &dyn MetricStore {
        &*self.base
    }

    fn append(
        &self,
        _namespace: &str,
        _now: Timestamp,
        _batch: &SampleBatch,
        _acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        // The past takes nothing.
        Err(MetricError::Stopping)
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        let metric = metric_of(&selection.matchers);
        if metric.is_some_and(|name| !self.names.contains_key(name)) {
            return self.base.select(selection);
        }
        let mut found: BTreeMap<Labels, Layers> = BTreeMap::new();
        let stored = self.base.select(selection)?;
        for number in 0..stored.len() {
            let labels = stored.labels(number);
            let until_ms = self.stored_until_ms(labels);
            if selection.from_ms <= until_ms {
                let layers = found.entry(labels.clone()).or_default();
                layers.stored = Some((number, until_ms));
            }
        }
        let made = self.made.read();
        let asked = made
            .iter()
            .filter(|(name, _)| metric.is_none_or(|metric| metric == *name));
        for (labels, points) in asked.flat_map(|(_, series)| series) {
            if passes(labels, &selection.matchers) {
                found.entry(labels.clone()).or_default().made = Some(Arc::clone(points));
            }
        }
        drop(made);
        if found.len() > selection.series_max {
            return Err(MetricError::TooManySeries {
                limit: selection.series_max,
            });
        }
        Ok(Box::new(Found {
            stored,
            series: found.into_iter().collect(),
            from_ms: selection.from_ms,
            to_ms: selection.to_ms,
        }))
    }

    fn maintain(&self, _now: Timestamp) -> Result<(), MetricError> {
        Ok(())
    }

    fn close(&self, _now: Timestamp) -> Result<(), MetricError> {
        Ok(())
    }
}

/// Where the samples of one series are.
#[derive(Debug, Default)]
struct Layers {
    /// Its number in the store's selection, and the last millisecond of it that counts.
    stored: Option<(usize, i64)>,
    made: Option<Arc<Points>>,
}

/// A selection over both layers.
struct Found {
    stored: Box<dyn Selected>,
    series: Vec<(Labels, Layers)>,
    from_ms: i64,
    to_ms: i64,
}

impl Selected for Found {
    fn len(&self) -> usize {
        self.series.len()
    }

    fn labels(&self, series: usize) -> &Labels {
        &self.series[series].0
    }

    fn read(&self, series: usize, into: &mut Points) -> Result<(), MetricError> {
        into.clear();
        let layers = &self.series[series].1;
        if let Some((number, until_ms)) = layers.stored {
            self.stored.read(number, into)?;
            let kept = into.times_ms.partition_point(|at| *at <= until_ms);
            into.times_ms.truncate(kept);
            into.values.truncate(kept);
            into.histograms.retain(|(at, _)| *at <= until_ms);
        }
        if let Some(made) = &layers.made {
            let first = made.times_ms.partition_point(|at| *at < self.from_ms);
            let end = made.times_ms.partition_point(|at| *at <= self.to_ms);
            into.times_ms.extend_from_slice(&made.times_ms[first..end]);
            into.values.extend_from_slice(&made.values[first..end]);
        }
        Ok(())
    }

    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        let layers = &self.series[series].1;
        let after_ms = after_ms.max(self.from_ms.saturating_sub(1));
        let at_ms = at_ms.min(self.to_ms);
        if let Some(made) = &layers.made {
            let end = made.times_ms.partition_point(|at| *at <= at_ms);
            if let Some(at) = end.checked_sub(1).filter(|last| made.times_ms[*last] > after_ms) {
                return Ok(Some((made.times_ms[at], made.values[at])));
            }
        }
        match layers.stored {
            Some((number, until_ms)) => self.stored.last(number, after_ms, at_ms.min(until_ms)),
            None => Ok(None),
        }
    }

    fn has_histograms(&self) -> bool {
        self.stored.has_histograms()
    }

    fn raw_from_ms(&self) -> i64 {
        self.stored.raw_from_ms()
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Sample;
    use swarmpulse_store::memory::MemoryMetrics;

    use super::*;

    fn points(samples: &[(i64, f64)]) -> Points {
        Points {
            times_ms: samples.iter().map(|(at, _)| *at).collect(),
            values: samples.iter().map(|(_, value)| *value).collect(),
            histograms: Vec::new(),
        }
    }

    fn read(store: &dyn MetricStore, name: &str, from_ms: i64, to_ms: i64) -> Vec<(i64, f64)> {
        let selection = Selection {
            matchers: vec![Matcher::equal(METRIC_NAME, name)],
            from_ms,
            to_ms,
            series_max: 10,
        };
        let selected = store.select(&selection).expect("a selection");
        let mut all = Vec::new();
        for series in 0..selected.len() {
            let mut into = Points::default();
            selected.read(series, &mut into).expect("samples");
            all.extend(into.times_ms.into_iter().zip(into.values));
        }
        all
    }

    fn stored(samples: &[(&str, i64, f64)]) -> Arc<dyn MetricStore> {
        let store = MemoryMetrics::default();
        let mut batch = SampleBatch::default();
        for (name, at, value) in samples {
            let sample = Sample {
                at_ms: *at,
                value: *value,
            };
            batch.push(&Labels::from_pairs([(METRIC_NAME, *name)]), &[sample]);
        }
        store
            .append_durably("default", Timestamp(0), &batch)
            .expect("taken");
        Arc::new(store)
    }

    #[test]
    fn what_is_recorded_replaces_what_was_from_the_span_on() {
        let base = stored(&[("r", 10, 1.0), ("r", 20, 2.0), ("r", 30, 3.0), ("x", 30, 9.0)]);
        let overlay = Overlay::new(base, BTreeMap::from([("r".to_owned(), 20)]));
        overlay.record(
            &Labels::from_pairs([(METRIC_NAME, "r")]),
            &points(&[(20, 5.0), (30, 6.0)]),
        );
        assert_eq!(read(&overlay, "r", 0, 100), [(10, 1.0), (20, 5.0), (30, 6.0)]);
        assert_eq!(read(&overlay, "x", 0, 100), [(30, 9.0)]);
        let last = |after, at| {
            let selection = Selection {
                matchers: vec![Matcher::equal(METRIC_NAME, "r")],
                from_ms: 0,
                to_ms: 100,
                series_max: 10,
            };
            let selected = Layer::select(&overlay, &selection).expect("a selection");
            selected.last(0, after, at).expect("a sample")
        };
        assert_eq!(last(0, 15), Some((10, 1.0)));
        assert_eq!(last(0, 25), Some((20, 5.0)));
        assert_eq!(last(20, 25), None);
    }
}
