//! Puts the parts of one series together: in order of time, each time once.

use swarmpulse_model::Sample;
use swarmpulse_store::metrics::{MetricError, Points};

/// Adds parts one after the other. Parts that follow each other are only appended; others are sorted at the end, and of
/// two samples at one time that of the later part stays.
pub(crate) struct Merger<'a> {
    into: &'a mut Points,
    span_ms: (i64, i64),
    in_order: bool,
}

impl<'a> Merger<'a> {
    /// Adds to what is empty.
    pub(crate) fn new(into: &'a mut Points, span_ms: (i64, i64)) -> Self {
        Self {
            into,
            span_ms,
            in_order: true,
        }
    }

    /// Adds a part that is packed: `read` appends its samples in a span.
    pub(crate) fn chunk(
        &mut self,
        first_ms: i64,
        read: impl FnOnce((i64, i64), &mut Vec<i64>, &mut Vec<f64>) -> Result<(), MetricError>,
    ) -> Result<(), MetricError> {
        self.follow(first_ms);
        read(self.span_ms, &mut self.into.times_ms, &mut self.into.values)
    }

    /// Adds sorted samples of the span.
    pub(crate) fn samples(&mut self, samples: &[Sample]) {
        let Some(first) = samples.first() else {
            return;
        };
        self.follow(first.at_ms);
        let times = samples.iter().map(|sample| sample.at_ms);
        self.into.times_ms.extend(times);
        self.into.values.extend(samples.iter().map(|sample| sample.value));
    }

    fn follow(&mut self, first_ms: i64) {
        // What is left out of a part by the span lies before its first sample or after the end.
        let first_ms = first_ms.max(self.span_ms.0);
        self.in_order &= self.into.times_ms.last().is_none_or(|last| *last < first_ms);
    }

    /// Sorts, if that is needed.
    pub(crate) fn finish(self) {
        if self.in_order {
            return;
        }
        let Points { times_ms, values, .. } = self.into;
        let mut order: Vec<u32> = (0..times_ms.len() as u32).collect();
        // Stable: of one time, the later part comes later.
        order.sort_by_key(|place| times_ms[*place as usize]);
        let mut sorted_times: Vec<i64> = Vec::with_capacity(order.len());
        let mut sorted_values: Vec<f64> = Vec::with_capacity(order.len());
        for place in order {
            let (at_ms, value) = (times_ms[place as usize], values[place as usize]);
            if let (Some(last_at), Some(last)) = (sorted_times.last(), sorted_values.last_mut())
                && *last_at == at_ms
            {
                *last = value;
                continue;
            }
            sorted_times.push(at_ms);
            sorted_values.push(value);
        }
        *times_ms = sorted_times;
        *values = sorted_values;
    }
}
