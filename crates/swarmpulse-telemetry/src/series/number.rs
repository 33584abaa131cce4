//! Gauges, sums and summaries.

use swarmpulse_model::series::{Sample, stale_marker};

use super::labels::LabelSet;
use super::{Converter, Counts, Family};
use crate::dialect::Increment;
use crate::identity::Who;
use crate::message::metrics::{NO_RECORDED_VALUE, NumberPoint, SummaryPoint};

impl Converter<'_> {
    pub(super) fn number(
        &mut self,
        family: &Family<'_>,
        labels: &LabelSet<'_>,
        who: &Who<'_>,
        point: &NumberPoint,
    ) -> Result<(), String> {
        let span = self.span(point.start_time_unix_nano, point.time_unix_nano)?;
        if point.flags & NO_RECORDED_VALUE != 0 {
            let sample = Sample {
                at_ms: span.at_ms,
                value: stale_marker(),
            };
            self.push(labels, &family.name, &[sample]);
            return Ok(());
        }
        let value = match (point.as_double, point.as_int) {
            (Some(value), _) => value,
            (None, Some(value)) => value as f64,
            (None, None) => return Err("a point without a value; send asDouble or asInt".to_owned()),
        };
        let mut sample = Sample {
            at_ms: span.at_ms,
            value,
        };
        let mut zero_ms = None;
        match family.counts {
            Counts::Now => {}
            Counts::Delta => {
                if !value.is_finite() || family.monotonic && value < 0.0 {
                    return Err(format!(
                        "a delta of {value}; it must be finite, and of a monotonic sum not negative"
                    ));
                }
                let key = labels.key(self.namespace, &family.name);
                let span_ns = (span.start_ns, span.at_ns);
                let added = self.streams.add(key, self.request, self.now_ms, span_ns, value);
                // A repeat is answered with what is known, in case the store refused it before.
                sample = Sample {
                    at_ms: (added.at_ns / 1_000_000) as i64,
                    value: added.total,
                };
                if added.is_first && family.monotonic {
                    zero_ms = self.zero_ms(&span, 1);
                }
                if added.is_new {
                    self.meter(
                        family,
                        who,
                        labels,
                        Increment {
                            count: 1.0,
                            sum: value,
                        },
                    );
                } else {
                    self.refused.repeated += 1;
                }
            }
            Counts::Total if family.monotonic && (span.start_ns > 0 || family.meter.is_some()) => {
                let key = labels.key(self.namespace, &family.name);
                let observed = self
                    .streams
                    .observe(key, self.now_ms, (span.start_ns, span.at_ns), value);
                if observed.is_new_start {
                    zero_ms = self.zero_ms(&span, 0);
                }
                if let Some(sum) = observed.increment.filter(|sum| *sum > 0.0) {
                    self.meter(family, who, labels, Increment { count: 1.0, sum });
                }
            }
            Counts::Total => {}
        }
        match zero_ms {
            Some(at_ms) => self.push(labels, &family.name, &[Sample { at_ms, value: 0.0 }, sample]),
            None => self.push(labels, &family.name, &[sample]),
        }
        Ok(())
    }

    pub(super) fn summary(
        &mut self,
        family: &Family<'_>,
        labels: &LabelSet<'_>,
        _: &Who<'_>,
        point: &SummaryPoint,
    ) -> Result<(), String> {
        let span = self.span(point.start_time_unix_nano, point.time_unix_nano)?;
        if point.quantile_values.len() > 100 {
            return Err(format!(
                "{} quantiles, more than the limit of 100",
                point.quantile_values.len()
            ));
        }
        let stale = point.flags & NO_RECORDED_VALUE != 0;
        let sample = |value| Sample {
            at_ms: span.at_ms,
            value: if stale { stale_marker() } else { value },
        };
        for quantile in &point.quantile_values {
            let name = quantile.quantile.to_string();
            let pairs = labels.pairs(&family.name).chain([("quantile", name.as_str())]);
            self.out.push_pairs(pairs, &[sample(quantile.value)]);
        }
        self.push(labels, &format!("{}_sum", family.name), &[sample(point.sum)]);
        self.push(
            labels,
            &format!("{}_count", family.name),
            &[sample(point.count as f64)],
        );
        Ok(())
    }
}
