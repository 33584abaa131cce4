//! Histograms with listed bounds, as Prometheus' classic ones.

use swarmpulse_model::series::{Sample, stale_marker};

use super::labels::LabelSet;
use super::{Converter, Counts, Family, Span};
use crate::dialect::Increment;
use crate::identity::Who;
use crate::message::metrics::{HistogramPoint, NO_RECORDED_VALUE};
use crate::streams::Totals;

/// A histogram with more buckets is refused.
const BUCKETS_MAX: usize = 320;

/// What is read off a point of a histogram, whichever sort.
pub(super) struct Reading {
    pub span: Span,
    pub totals: Totals,
    pub has_sum: bool,
    pub stale: bool,
}

impl Converter<'_> {
    pub(super) fn histogram(
        &mut self,
        family: &Family<'_>,
        labels: &LabelSet<'_>,
        who: &Who<'_>,
        point: &HistogramPoint,
    ) -> Result<(), String> {
        let span = self.span(point.start_time_unix_nano, point.time_unix_nano)?;
        let (bounds, counts) = (&point.explicit_bounds, &point.bucket_counts);
        let listed = counts.len() == bounds.len() + 1 || counts.is_empty() && bounds.is_empty();
        if !listed {
            return Err(format!(
                "{} bucket counts for {} bounds; send one more than bounds",
                counts.len(),
                bounds.len()
            ));
        }
        if bounds.len() > BUCKETS_MAX {
            return Err(format!(
                "{} buckets, more than the limit of {BUCKETS_MAX}",
                bounds.len()
            ));
        }
        if bounds.iter().any(|bound| bound.is_nan()) || !bounds.is_sorted_by(|one, next| one < next) {
            return Err("bounds that do not rise".to_owned());
        }
        let mut totals = Totals {
            count: point.count as f64,
            sum: point.sum.unwrap_or_default(),
            buckets: counts.iter().map(|count| *count as f64).collect(),
            bounds: bounds.clone(),
            ..Totals::default()
        };
        if totals.bounds.last() == Some(&f64::INFINITY) {
            // The last bucket has no bound but infinity anyway.
            totals.bounds.pop();
            let last = totals.buckets.pop().unwrap_or_default();
            if let Some(bucket) = totals.buckets.last_mut() {
                *bucket += last;
            }
        }
        let reading = Reading {
            span,
            totals,
            has_sum: point.sum.is_some(),
            stale: point.flags & NO_RECORDED_VALUE != 0,
        };
        self.buckets(family, labels, who, &reading)
    }

    /// Writes the series of a histogram.
    pub(super) fn buckets(
        &mut self,
        family: &Family<'_>,
        labels: &LabelSet<'_>,
        who: &Who<'_>,
        reading: &Reading,
    ) -> Result<(), String> {
        let Reading { span, totals, .. } = reading;
        if reading.stale {
            self.write(family, labels, reading, totals, (span.at_ms, None));
            return Ok(());
        }
        if family.counts == Counts::Delta && !totals.sum.is_finite() {
            return Err(format!("a delta with the sum {}; it must be finite", totals.sum));
        }
        let key = labels.key(self.namespace, &family.name);
        let span_ns = (span.start_ns, span.at_ns);
        let Increment { count, sum } = if family.counts == Counts::Delta {
            let (known, added) = self
                .streams
                .add_histogram(key, self.request, self.now_ms, span_ns, totals);
            let known = known.clone();
            let zero_ms = added.is_first.then(|| self.zero_ms(span, 1)).flatten();
            self.write(
                family,
                labels,
                reading,
                &known,
                ((added.at_ns / 1_000_000) as i64, zero_ms),
            );
            self.refused.repeated += u64::from(!added.is_new);
            let new = f64::from(u8::from(added.is_new));
            Increment {
                count: totals.count * new,
                sum: totals.sum * new,
            }
        } else {
            let observed = self.streams.observe(key, self.now_ms, span_ns, totals.count);
            let zero_ms = observed.is_new_start.then(|| self.zero_ms(span, 0)).flatten();
            self.write(family, labels, reading, totals, (span.at_ms, zero_ms));
            let sum = family.meter.and_then(|_| {
                self.streams
                    .observe(!key, self.now_ms, span_ns, totals.sum)
                    .increment
            });
            Increment {
                count: observed.increment.unwrap_or_default(),
                sum: sum.unwrap_or_default(),
            }
        };
        if count > 0.0 {
            self.meter(family, who, labels, Increment { count, sum });
        }
        Ok(())
    }

    fn write(
        &mut self,
        family: &Family<'_>,
        labels: &LabelSet<'_>,
        reading: &Reading,
        totals: &Totals,
        (at_ms, zero_ms): (i64, Option<i64>),
    ) {
        let samples = |value: f64| {
            let value = if reading.stale { stale_marker() } else { value };
            let zero = zero_ms.map(|at_ms| Sample { at_ms, value: 0.0 });
            zero.into_iter()
                .chain([Sample { at_ms, value }])
                .collect::<smallvec::SmallVec<[Sample; 2]>>()
        };
        let name = format!("{}_bucket", family.name);
        let mut below = 0.0;
        for (bound, count) in totals.bounds.iter().zip(&totals.buckets) {
            below += count;
            let bound = bound.to_string();
            let pairs = labels.pairs(&name).chain([("le", bound.as_str())]);
            self.out.push_pairs(pairs, &samples(below));
        }
        let pairs = labels.pairs(&name).chain([("le", "+Inf")]);
        self.out.push_pairs(pairs, &samples(totals.count));
        if reading.has_sum {
            self.push(labels, &format!("{}_sum", family.name), &samples(totals.sum));
        }
        self.push(labels, &format!("{}_count", family.name), &samples(totals.count));
    }
}
