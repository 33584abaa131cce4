//! From points of metrics to samples of series.

mod exponential;
mod histogram;
mod labels;
mod number;

use swarmpulse_model::Text;
use swarmpulse_model::series::{MetricMetadata, MetricType, Sample, SampleBatch};

use crate::dialect::{self, MeterKind};
use crate::identity::Who;
use crate::message::metrics::{CUMULATIVE, DELTA, Metric, ResourceMetrics};
use crate::names::{self, Shape};
use crate::options::Options;
use crate::streams::Streams;
use crate::taken::Refused;
use crate::usage::{Subject, Usage};
use labels::{Base, LabelSet};

/// A start that lies further back gets no zero: the store may not take it any more.
const ZERO_AGE_MAX_MS: i64 = 600_000;

/// Points of a metric.
pub(crate) fn points(metric: &Metric) -> usize {
    metric.gauge.as_ref().map_or(0, |data| data.data_points.len())
        + metric.sum.as_ref().map_or(0, |data| data.data_points.len())
        + metric.histogram.as_ref().map_or(0, |data| data.data_points.len())
        + metric
            .exponential_histogram
            .as_ref()
            .map_or(0, |data| data.data_points.len())
        + metric.summary.as_ref().map_or(0, |data| data.data_points.len())
}

/// How the points of a metric count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    /// Each is as it is.
    Now,
    /// Since the point before.
    Delta,
    /// Since the start.
    Total,
}

/// One metric while its points are converted.
struct Family<'m> {
    /// As the sender names it.
    sent_name: &'m str,
    /// As Prometheus names it.
    name: String,
    counts: Counts,
    monotonic: bool,
    /// What its increments mean for LLM usage.
    meter: Option<MeterKind>,
}

/// When a point is of.
#[derive(Clone, Copy, Debug)]
struct Span {
    start_ns: u64,
    at_ns: u64,
    at_ms: i64,
}

/// Converts the points of one request.
pub(crate) struct Converter<'a> {
    pub options: &'a Options,
    pub streams: &'a mut Streams,
    pub usage: &'a mut Usage,
    pub namespace: &'a str,
    pub now_ms: i64,
    /// The number of this request, to tell neighbours from repeats.
    pub request: u64,
    pub out: &'a mut SampleBatch,
    pub refused: &'a mut Refused,
}

impl Converter<'_> {
    /// Takes all metrics of a resource; `said` gets the agent of each point.
    pub fn resource<'m>(&mut self, resource: &'m ResourceMetrics, mut said: impl FnMut(&Who<'m>)) {
        let who = Who::of_resource(resource.resource.as_ref());
        let base = Base::of(resource.resource.as_ref());
        let mut newest_ms = None;
        for scope in &resource.scope_metrics {
            let base = base.with_scope(scope.scope.as_ref(), &scope.schema_url, self.options);
            for metric in &scope.metrics {
                let newest = self.metric(metric, &base, &who, &mut said);
                newest_ms = newest_ms.max(newest);
            }
        }
        if let (Some(at_ms), Some(resource)) = (newest_ms, &resource.resource) {
            self.refused.left_out += base.target_info(resource, self.options, at_ms, self.out);
        }
    }

    fn metric<'m>(
        &mut self,
        metric: &'m Metric,
        base: &Base<'m>,
        who: &Who<'m>,
        said: &mut impl FnMut(&Who<'m>),
    ) -> Option<i64> {
        let family = match self.family(metric) {
            Ok(family) => family,
            Err(reason) => {
                self.refused.add(points(metric) as u64, || reason);
                return None;
            }
        };
        let before = self.out.samples.len();
        macro_rules! each {
            ($points:expr, $convert:ident) => {
                for point in $points {
                    let who = who.with(&point.attributes);
                    said(&who);
                    let done = LabelSet::of(base, &who, &point.attributes, self.options)
                        .and_then(|labels| self.$convert(&family, &labels, &who, point));
                    if let Err(reason) = done {
                        self.refused
                            .add(1, || format!("metric {:?}: {reason}", family.sent_name));
                    }
                }
            };
        }
        each!(metric.gauge.iter().flat_map(|data| &data.data_points), number);
        each!(metric.sum.iter().flat_map(|data| &data.data_points), number);
        each!(
            metric.histogram.iter().flat_map(|data| &data.data_points),
            histogram
        );
        each!(
            metric
                .exponential_histogram
                .iter()
                .flat_map(|data| &data.data_points),
            exponential
        );
        each!(metric.summary.iter().flat_map(|data| &data.data_points), summary);
        let written = self.out.samples.get(before..).unwrap_or_default();
        if !written.is_empty() {
            self.out.metadata.push(metadata(metric, &family));
        }
        written.iter().map(|sample| sample.at_ms).max()
    }

    fn family<'m>(&self, metric: &'m Metric) -> Result<Family<'m>, String> {
        let sum = metric.sum.as_ref();
        let temporality = sum
            .map(|data| data.aggregation_temporality)
            .or(metric.histogram.as_ref().map(|data| data.aggregation_temporality))
            .or(metric
                .exponential_histogram
                .as_ref()
                .map(|data| data.aggregation_temporality));
        let counts = match temporality {
            None => Counts::Now,
            Some(DELTA) => Counts::Delta,
            Some(CUMULATIVE) => Counts::Total,
            Some(other) => {
                let name = &metric.name;
                return Err(format!(
                    "metric {name:?}: aggregation temporality {other}; send 1 (delta) or 2 (cumulative)"
                ));
            }
        };
        let monotonic = sum.is_some_and(|sum| sum.is_monotonic);
        let shape = if monotonic {
            Shape::Counter
        } else if metric.gauge.is_some() {
            Shape::Gauge
        } else {
            Shape::Other
        };
        let name = names::metric(&metric.name, &metric.unit, shape);
        if name.is_empty() {
            return Err(format!(
                "metric {:?}: nothing of the name can be used; use letters and digits",
                metric.name
            ));
        }
        Ok(Family {
            sent_name: &metric.name,
            name,
            counts,
            monotonic,
            meter: dialect::meter(&metric.name),
        })
    }

    /// When a point is of; now, if it does not say.
    fn span(&self, start_ns: u64, at_ns: u64) -> Result<Span, String> {
        let at_ns = if at_ns == 0 {
            (self.now_ms as u64).saturating_mul(1_000_000)
        } else {
            at_ns
        };
        let at_ms = i64::try_from(at_ns / 1_000_000)
            .map_err(|_| format!("time {at_ns} ns is beyond what can be kept"))?;
        Ok(Span {
            start_ns,
            at_ns,
            at_ms,
        })
    }

    /// When a counter that counts from there was zero, if that can still be written and comes before its first value.
    fn zero_ms(&self, span: &Span, after_ms: i64) -> Option<i64> {
        let start_ms = i64::try_from(span.start_ns / 1_000_000).ok()? + after_ms;
        let in_time = span.start_ns > 0 && start_ms < span.at_ms && start_ms >= self.now_ms - ZERO_AGE_MAX_MS;
        in_time.then_some(start_ms)
    }

    /// Credits an increment to LLM usage.
    fn meter(
        &mut self,
        family: &Family<'_>,
        who: &Who<'_>,
        labels: &LabelSet<'_>,
        increment: dialect::Increment,
    ) {
        let Some(kind) = family.meter else { return };
        let subject = Subject::of(self.namespace, who, labels.job());
        if let Some(reading) = dialect::reading(kind, labels.attributes(), increment) {
            self.usage.read(&subject, &reading, self.now_ms);
        }
    }

    fn push(&mut self, labels: &LabelSet<'_>, name: &str, samples: &[Sample]) {
        self.out.push_pairs(labels.pairs(name), samples);
    }
}

fn metadata(metric: &Metric, family: &Family<'_>) -> MetricMetadata {
    let kind = if metric.histogram.is_some() || metric.exponential_histogram.is_some() {
        MetricType::Histogram
    } else if metric.summary.is_some() {
        MetricType::Summary
    } else if family.monotonic {
        MetricType::Counter
    } else {
        MetricType::Gauge
    };
    MetricMetadata {
        metric: Text::from(family.name.as_str()),
        kind,
        help: crate::attributes::cut(&metric.description, 512).to_owned(),
        unit: Text::from(crate::attributes::cut(&metric.unit, 64)),
    }
}

#[cfg(test)]
pub(crate) mod tests;
