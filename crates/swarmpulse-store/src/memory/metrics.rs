//! A metric store in memory: plain maps, for tests and as the model that others are measured against.

mod selected;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use swarmpulse_model::series::{
    BatchSeries, Label, LabelBytes, METRIC_NAME, MetricMetadata, NativeHistogram, SampleBatch,
};
use swarmpulse_model::{Labels, Sample, Timestamp};

use crate::metrics::{
    Acknowledge, Appended, Counted, Largest, Matcher, MetricError, MetricLimits, MetricStatistics,
    MetricStore, REJECTIONS_SHOWN_MAX, RejectReason, Selected, Selection, SeriesCount,
};
use selected::MemorySelected;

/// Series and samples in maps. It keeps native histograms, too.
#[derive(Debug)]
pub struct MemoryMetrics {
    limits: MetricLimits,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    series: BTreeMap<Labels, Arc<Series>>,
    metadata: BTreeMap<String, MetricMetadata>,
    statistics: MetricStatistics,
    rejected: BTreeMap<RejectReason, u64>,
    raw_from_ms: Option<i64>,
    closed: bool,
}

#[derive(Clone, Debug, Default)]
struct Series {
    samples: BTreeMap<i64, f64>,
    histograms: BTreeMap<i64, Arc<NativeHistogram>>,
}

impl Default for MemoryMetrics {
    /// Takes everything, of any age.
    fn default() -> Self {
        Self::new(MetricLimits::unlimited())
    }
}

impl MemoryMetrics {
    /// An empty store with these limits.
    #[must_use]
    pub fn new(limits: MetricLimits) -> Self {
        Self {
            limits,
            held: Mutex::default(),
        }
    }

    /// Adds native histograms to a series; of two at one time the later call wins.
    pub fn append_histograms(&self, labels: &Labels, histograms: &[(i64, Arc<NativeHistogram>)]) {
        let mut held = self.held.lock();
        let series = Arc::make_mut(held.series.entry(labels.clone()).or_default());
        series.histograms.extend(histograms.iter().cloned());
    }

    /// Adds samples to a series whose labels are not checked: it may have no name; of two at one time the later call wins.
    pub fn append_samples(&self, labels: &Labels, samples: &[Sample]) {
        let mut held = self.held.lock();
        let series = Arc::make_mut(held.series.entry(labels.clone()).or_default());
        series
            .samples
            .extend(samples.iter().map(|sample| (sample.at_ms, sample.value)));
    }
}

impl Series {
    fn newest_ms(&self) -> Option<i64> {
        let newest = |last: Option<i64>, other: Option<i64>| last.max(other);
        newest(
            self.samples.keys().next_back().copied(),
            self.histograms.keys().next_back().copied(),
        )
    }

    fn oldest_ms(&self) -> Option<i64> {
        let times = self.samples.keys().next().into_iter();
        times.chain(self.histograms.keys().next()).min().copied()
    }

    fn is_empty(&self) -> bool {
        self.samples.is_empty() && self.histograms.is_empty()
    }
}

/// The labels of a series of a batch, with the namespace of its credential.
pub(crate) fn labels_of(
    namespace: &str,
    batch: &SampleBatch,
    series: &BatchSeries,
) -> Result<Labels, swarmpulse_model::series::LabelError> {
    let labels = LabelBytes::parse(batch.labels_of(series))?;
    if namespace.is_empty() || namespace == "default" {
        return Ok(labels);
    }
    let others = labels.iter().filter(|label| label.name != "namespace").cloned();
    let own = Label {
        name: "namespace".into(),
        value: namespace.into(),
    };
    Labels::new(others.chain([own]).collect())
}

impl Held {
    /// The values of every label, with how many series have each.
    fn pairs(&self) -> BTreeMap<&str, BTreeMap<&str, u64>> {
        let mut pairs = BTreeMap::<&str, BTreeMap<&str, u64>>::new();
        for label in self.series.keys().flatten() {
            let values = pairs.entry(&label.name).or_default();
            *values.entry(&label.value).or_default() += 1;
        }
        pairs
    }

    fn reject(
        &mut self,
        appended: &mut Appended,
        limits: &MetricLimits,
        refused: (u32, RejectReason, &str, &[Sample]),
    ) {
        let (series, reason, what, samples) = refused;
        *self.rejected.entry(reason).or_default() += samples.len() as u64;
        appended.rejected_samples += samples.len() as u64;
        if appended.rejections.len() < REJECTIONS_SHOWN_MAX {
            let at_ms = samples.first().map_or(0, |sample| sample.at_ms);
            let refusal = limits.refusal(series, samples.len() as u32, reason, what, at_ms);
            appended.rejections.push(refusal);
        }
    }

    /// Why a new series is refused, if it is.
    fn refused(&self, labels: &Labels, limits: &MetricLimits) -> Option<RejectReason> {
        let with = |name: &str, value: &str| {
            let same = |other: &&Labels| other.get(name) == Some(value);
            self.series.keys().filter(same).count() as u64
        };
        if self.series.len() as u64 >= limits.series_max {
            return Some(RejectReason::TooManySeries);
        }
        if limits.series_per_metric_max < u64::MAX
            && with("__name__", labels.metric_name()) >= limits.series_per_metric_max
        {
            return Some(RejectReason::TooManySeriesOfMetric);
        }
        let agent = labels.get("agent")?;
        let full =
            limits.series_per_agent_max < u64::MAX && with("agent", agent) >= limits.series_per_agent_max;
        full.then_some(RejectReason::TooManySeriesOfAgent)
    }

    fn append_series(
        &mut self,
        number: u32,
        labels: &Labels,
        samples: &[Sample],
        (limits, now): (&MetricLimits, Timestamp),
        appended: &mut Appended,
    ) {
        let what = labels.to_string();
        let (oldest, furthest) = limits.span_ms(now);
        let timely = |sample: &Sample| (oldest..=furthest).contains(&sample.at_ms);
        let known = self.series.contains_key(labels);
        if !known && samples.iter().any(timely) {
            if let Some(reason) = self.refused(labels, limits) {
                self.reject(appended, limits, (number, reason, &what, samples));
                return;
            }
            self.series.insert(labels.clone(), Arc::default());
            appended.series_created += 1;
            self.statistics.series_created_total += 1;
        }
        for sample in samples {
            let newest = self.series.get(labels).and_then(|series| series.newest_ms());
            let late_from = newest.map_or(i64::MIN, |newest| limits.late_from_ms(newest));
            let reason = if sample.at_ms > furthest {
                RejectReason::TooFarInFuture
            } else if sample.at_ms < oldest.max(late_from) {
                RejectReason::TooOld
            } else {
                let Some(series) = self.series.get_mut(labels) else {
                    continue;
                };
                let stored = series.samples.get(&sample.at_ms);
                if stored.is_none_or(|value| value.to_bits() == sample.value.to_bits()) {
                    self.statistics.samples_late_total +=
                        u64::from(newest.is_some_and(|at| sample.at_ms < at));
                    Arc::make_mut(series).samples.insert(sample.at_ms, sample.value);
                    appended.samples += 1;
                    continue;
                }
                RejectReason::DuplicateTimestamp
            };
            self.reject(appended, limits, (number, reason, &what, &[*sample]));
        }
    }

    fn matching(&self, selection: &Selection) -> Vec<(&Labels, &Arc<Series>)> {
        let passes = |labels: &Labels| {
            let pass = |matcher: &Matcher| matcher.matches(labels.get(matcher.name()).unwrap_or_default());
            selection.matchers.iter().all(pass)
        };
        let in_span = |series: &Series| {
            let span = selection.from_ms..=selection.to_ms;
            !span.is_empty()
                && (series.samples.range(span.clone()).next().is_some()
                    || series.histograms.range(span).next().is_some())
        };
        let found = self.series.iter();
        found
            .filter(|(labels, series)| passes(labels) && in_span(series))
            .collect()
    }

    fn labels_of_any(&self, selections: &[Selection]) -> BTreeSet<&Labels> {
        let found = selections.iter().flat_map(|selection| self.matching(selection));
        found.map(|(labels, _)| labels).collect()
    }
}

impl MetricStore for MemoryMetrics {
    fn append(
        &self,
        namespace: &str,
        now: Timestamp,
        batch: &SampleBatch,
        acknowledge: Acknowledge,
    ) -> Result<Appended, MetricError> {
        let mut appended = Appended::default();
        {
            let mut held = self.held.lock();
            if held.closed {
                return Err(MetricError::Stopping);
            }
            for (number, series) in batch.series.iter().enumerate() {
                let number = number as u32;
                let samples = batch.samples_of(series);
                match labels_of(namespace, batch, series) {
                    Ok(labels) => {
                        held.append_series(number, &labels, samples, (&self.limits, now), &mut appended);
                    }
                    Err(error) => {
                        let refused = (number, RejectReason::InvalidLabels, &*error.to_string(), samples);
                        held.reject(&mut appended, &self.limits, refused);
                    }
                }
            }
            for metadata in &batch.metadata {
                held.metadata
                    .insert(metadata.metric.to_string(), metadata.clone());
            }
            held.statistics.samples_total += appended.samples;
        }
        acknowledge(Ok(()));
        Ok(appended)
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        let held = self.held.lock();
        let found = held.matching(selection);
        if found.len() > selection.series_max {
            return Err(MetricError::TooManySeries {
                limit: selection.series_max,
            });
        }
        Ok(Box::new(MemorySelected {
            series: found
                .into_iter()
                .map(|(labels, series)| (labels.clone(), Arc::clone(series)))
                .collect(),
            from_ms: selection.from_ms,
            to_ms: selection.to_ms,
            raw_from_ms: held.raw_from_ms.unwrap_or(i64::MIN),
        }))
    }

    fn label_names(&self, selections: &[Selection], limit: usize) -> Result<Vec<String>, MetricError> {
        let held = self.held.lock();
        let labels = held.labels_of_any(selections);
        let names: BTreeSet<&str> = labels
            .iter()
            .flat_map(|labels| labels.iter().map(|label| label.name.as_str()))
            .collect();
        Ok(names.into_iter().take(limit).map(str::to_owned).collect())
    }

    fn label_values(
        &self,
        name: &str,
        selections: &[Selection],
        limit: usize,
    ) -> Result<Vec<String>, MetricError> {
        let held = self.held.lock();
        let labels = held.labels_of_any(selections);
        let values: BTreeSet<&str> = labels.iter().filter_map(|labels| labels.get(name)).collect();
        Ok(values.into_iter().take(limit).map(str::to_owned).collect())
    }

    fn series(&self, selections: &[Selection], limit: usize) -> Result<Vec<Labels>, MetricError> {
        let held = self.held.lock();
        let labels = held.labels_of_any(selections);
        Ok(labels.into_iter().take(limit).cloned().collect())
    }

    fn metadata(&self, metric: Option<&str>) -> Vec<MetricMetadata> {
        let held = self.held.lock();
        let wanted = |found: &&MetricMetadata| metric.is_none_or(|name| found.metric == name);
        held.metadata.values().filter(wanted).cloned().collect()
    }

    fn span_ms(&self) -> Option<(i64, i64)> {
        let held = self.held.lock();
        let oldest = held
            .series
            .values()
            .filter_map(|series| series.oldest_ms())
            .min()?;
        let newest = held
            .series
            .values()
            .filter_map(|series| series.newest_ms())
            .max()?;
        Some((oldest, newest))
    }

    fn statistics(&self) -> MetricStatistics {
        let held = self.held.lock();
        let mut statistics = held.statistics.clone();
        statistics.series = held.series.len() as u64;
        statistics.series_active = statistics.series;
        statistics.label_pairs = held.pairs().values().map(|values| values.len() as u64).sum();
        let counted = |reason| (reason, held.rejected.get(&reason).copied().unwrap_or(0));
        statistics.rejected_total = RejectReason::ALL.into_iter().map(counted).collect();
        let samples: usize = held.series.values().map(|series| series.samples.len()).sum();
        statistics.head_bytes = 16 * samples as u64;
        statistics
    }

    fn largest(&self, limit: usize) -> Vec<SeriesCount> {
        let held = self.held.lock();
        let mut of_metric = Largest::new(limit);
        let mut values = Largest::new(limit);
        let mut bytes = Largest::new(limit);
        let mut of_pair = Largest::new(limit);
        for (name, of_name) in held.pairs() {
            values.add(name, of_name.len() as u64);
            let size = |(value, series): (&&str, &u64)| value.len() as u64 * series;
            bytes.add(name, of_name.iter().map(size).sum());
            for (value, series) in &of_name {
                of_pair.add((name, *value), *series);
                if name == METRIC_NAME {
                    of_metric.add(*value, *series);
                }
            }
        }
        let pair = |(name, value): (&str, &str)| format!("{name}={value}");
        let all = of_metric.into_counts(Counted::SeriesOfMetric, str::to_owned);
        all.chain(values.into_counts(Counted::ValuesOfLabel, str::to_owned))
            .chain(bytes.into_counts(Counted::BytesOfLabel, str::to_owned))
            .chain(of_pair.into_counts(Counted::SeriesOfPair, pair))
            .collect()
    }

    fn maintain(&self, now: Timestamp) -> Result<(), MetricError> {
        let mut held = self.held.lock();
        let (oldest, _) = self.limits.span_ms(now);
        let gone = |series: &Arc<Series>| series.oldest_ms().is_some_and(|at| at < oldest);
        if held.series.values().any(gone) {
            held.raw_from_ms = Some(oldest);
        }
        let before = held.series.len();
        for series in held.series.values_mut().filter(|series| gone(series)) {
            let series = Arc::make_mut(series);
            series.samples = series.samples.split_off(&oldest);
            series.histograms = series.histograms.split_off(&oldest);
        }
        held.series.retain(|_, series| !series.is_empty());
        held.statistics.series_removed_total += (before - held.series.len()) as u64;
        Ok(())
    }

    fn close(&self, _now: Timestamp) -> Result<(), MetricError> {
        self.held.lock().closed = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_the_contract() {
        crate::contract::metrics::all(&|limits| Box::new(MemoryMetrics::new(limits.clone())));
    }

    #[test]
    fn it_keeps_native_histograms() {
        let store = MemoryMetrics::default();
        let labels = Labels::from_pairs([("__name__", "h")]);
        let histogram = Arc::new(NativeHistogram {
            count: 3.0,
            ..NativeHistogram::default()
        });
        store.append_histograms(&labels, &[(10, Arc::clone(&histogram))]);
        let selection = Selection {
            matchers: vec![Matcher::equal("__name__", "h")],
            from_ms: 10,
            to_ms: 10,
            series_max: 1,
        };
        let selected = store.select(&selection).expect("selected");
        let mut points = crate::metrics::Points::default();
        selected.read(0, &mut points).expect("read");
        assert_eq!(points.histograms, [(10, histogram)]);
        assert!(points.times_ms.is_empty());
    }
}
