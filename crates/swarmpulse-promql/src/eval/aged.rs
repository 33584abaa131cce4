//! Series of which samples are no longer kept for all of the time asked for: aggregates stand in for them.

use swarmpulse_model::Labels;
use swarmpulse_store::metrics::{Bucket, MetricError, Points, RollupRow, Selected};

use crate::{Notes, Span};

/// Selected series, with what hourly or daily aggregates tell of the time before samples: the first and the last sample of
/// each bucket, and between them the height from which a counter fell.
pub(super) struct Aged {
    inner: Box<dyn Selected>,
    raw_from_ms: i64,
}

/// The same series, aged if they are asked for times before samples.
pub(super) fn completed(inner: Box<dyn Selected>, from_ms: i64) -> Box<dyn Selected> {
    let raw_from_ms = inner.raw_from_ms();
    if from_ms >= raw_from_ms {
        return inner;
    }
    Box::new(Aged { inner, raw_from_ms })
}

/// Says that samples are no longer kept for all of the time asked for.
pub(super) fn tell(selected: &dyn Selected, from_ms: i64, at: Span, notes: &mut Notes) {
    let raw_from_ms = selected.raw_from_ms();
    if from_ms < raw_from_ms {
        let raw_from = raw_from_ms as f64 / 1000.0;
        let text = format!(
            "samples before {raw_from:.3} are no longer kept, hourly or daily aggregates stand in for them"
        );
        notes.info(text, at);
    }
}

impl Aged {
    /// The aggregates of the shortest buckets that are kept for all of the span.
    fn rows(&self, series: usize) -> Result<Vec<RollupRow>, MetricError> {
        let mut rows = Vec::new();
        for bucket in [Bucket::Hour, Bucket::Day] {
            if self.inner.rollups(series, bucket, &mut rows)? {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }
}

impl Selected for Aged {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn labels(&self, series: usize) -> &Labels {
        self.inner.labels(series)
    }

    fn read(&self, series: usize, into: &mut Points) -> Result<(), MetricError> {
        self.inner.read(series, into)?;
        put_before(&self.rows(series)?, self.raw_from_ms, into);
        Ok(())
    }

    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        if let Some(found) = self.inner.last(series, after_ms, at_ms)? {
            return Ok(Some(found));
        }
        let rows = self.rows(series)?;
        let mut samples = rows
            .iter()
            .flat_map(|row| [(row.first_at_ms, row.first), (row.last_at_ms, row.last)]);
        Ok(samples.rfind(|(time, _)| *time > after_ms && *time <= at_ms && *time < self.raw_from_ms))
    }

    fn has_histograms(&self) -> bool {
        self.inner.has_histograms()
    }

    fn raw_from_ms(&self) -> i64 {
        self.raw_from_ms
    }

    fn rollups(&self, series: usize, bucket: Bucket, into: &mut Vec<RollupRow>) -> Result<bool, MetricError> {
        self.inner.rollups(series, bucket, into)
    }
}

fn put_before(rows: &[RollupRow], raw_from_ms: i64, points: &mut Points) {
    let (mut times_ms, mut values) = (Vec::new(), Vec::new());
    let limit_ms = points
        .times_ms
        .first()
        .map_or(raw_from_ms, |first| raw_from_ms.min(*first));
    for row in rows.iter().take_while(|row| row.last_at_ms < limit_ms) {
        let mut push = |at_ms: i64, value: f64| {
            if times_ms.last().is_none_or(|last| *last < at_ms) {
                times_ms.push(at_ms);
                values.push(value);
            }
        };
        push(row.first_at_ms, row.first);
        if row.lost_by_resets > row.last {
            push(row.first_at_ms.midpoint(row.last_at_ms), row.lost_by_resets);
        }
        push(row.last_at_ms, row.last);
    }
    times_ms.append(&mut points.times_ms);
    values.append(&mut points.values);
    (points.times_ms, points.values) = (times_ms, values);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn rows_stand_in_for_samples() {
        let row = |hour: i64, values: &[f64]| {
            let minute = |at: i64| hour * HOUR + 60_000 * (at + 1);
            let times: Vec<i64> = (0..values.len() as i64).map(minute).collect();
            RollupRow::of((hour + 1) * HOUR, &times, values).expect("values")
        };
        let rows = [row(0, &[1.0, 5.0]), row(1, &[7.0, 2.0]), row(2, &[3.0, 9.0])];
        let mut points = Points {
            times_ms: vec![2 * HOUR + 30_000],
            values: vec![4.0],
            histograms: Vec::new(),
        };
        put_before(&rows, 2 * HOUR, &mut points);
        // The second bucket began with 7 and fell to 2: what was lost is not above its first sample.
        assert_eq!(points.values, [1.0, 5.0, 7.0, 7.0, 2.0, 4.0]);
        assert!(points.times_ms.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
