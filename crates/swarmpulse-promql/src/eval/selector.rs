//! Instant vectors of selectors.

use std::sync::Arc;

use swarmpulse_model::series::{NativeHistogram, is_stale};
use swarmpulse_store::metrics::{Bucket, Points, Selected};

use super::aged;
use super::context::Context;
use super::parallel::pieces;
use super::time::Reference;
use crate::matrix::{ABSENT, Histograms, Matrix, Series, Steps, is_present};
use crate::syntax::VectorSelector;
use crate::{EvalError, Notes};

/// What is taken of the sample that a step sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Its value.
    Value,
    /// Its time in seconds.
    Time,
}

/// The samples that every step sees: the last of each series, unless it is older than the look-back or marks the series
/// as gone.
pub(super) fn instant(
    context: &Context<'_>,
    selector: &VectorSelector,
    steps: &Steps,
    taken: Taken,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    if steps.count == 0 {
        return Ok(Matrix::new());
    }
    let reference = Reference::of(context, selector.at, selector.offset.as_ref(), steps)?;
    let lookback_ms = context.options.lookback_ms;
    let oldest_ms = reference.first_ms.saturating_sub(lookback_ms);
    let last_ms = reference.last_ms(steps);
    let mut selected = context.select(selector, oldest_ms.saturating_add(1), last_ms)?;
    let raw_from_ms = selected.raw_from_ms();
    let mut aged_lookback_ms = lookback_ms;
    if oldest_ms < raw_from_ms {
        // What stands in for samples is as far apart as days are.
        aged_lookback_ms = lookback_ms.max(Bucket::Day.length_ms());
        let from_ms = reference
            .first_ms
            .saturating_sub(aged_lookback_ms)
            .saturating_add(1);
        selected = context.select(selector, from_ms, last_ms)?;
        aged::tell(&*selected, from_ms, selector.span, notes);
    }
    let look = Look {
        reference,
        steps: *steps,
        lookback_ms,
        raw_from_ms,
        aged_lookback_ms,
        taken,
    };
    if reference.fixed && !selected.has_histograms() && oldest_ms >= raw_from_ms {
        return look.last_only(context, &*selected, oldest_ms);
    }
    context.hold(selected.len(), steps.count)?;
    let samples_each = ((last_ms - oldest_ms) / 15_000) as usize;
    let found = pieces(
        context,
        selected.len(),
        steps.count + samples_each,
        notes,
        |range, _| {
            let mut points = Points::default();
            let mut found = Matrix::with_capacity(range.len());
            for place in range {
                selected.read(place, &mut points)?;
                context.read(points.times_ms.len() + points.histograms.len());
                let mut series = Series::absent(selected.labels(place).clone(), false, steps.count);
                look.walk(&points, &mut series);
                if !series.is_empty() {
                    found.push(series);
                }
            }
            Ok(found)
        },
    )?;
    Ok(found.into_iter().flatten().collect())
}

struct Look {
    reference: Reference,
    steps: Steps,
    lookback_ms: i64,
    /// Before this millisecond, another look-back holds.
    raw_from_ms: i64,
    aged_lookback_ms: i64,
    taken: Taken,
}

impl Look {
    /// All steps look at the same time: the last sample before it is all that is read.
    fn last_only(
        &self,
        context: &Context<'_>,
        selected: &dyn Selected,
        oldest_ms: i64,
    ) -> Result<Matrix, EvalError> {
        let mut found = Matrix::with_capacity(selected.len());
        context.hold(selected.len(), self.steps.count)?;
        for place in 0..selected.len() {
            if place % 256 == 0 {
                context.check()?;
            }
            let Some((at_ms, value)) = selected.last(place, oldest_ms, self.reference.first_ms)? else {
                continue;
            };
            if is_stale(value) {
                continue;
            }
            let value = match self.taken {
                Taken::Value => value,
                Taken::Time => at_ms as f64 / 1000.0,
            };
            found.push(Series {
                labels: selected.labels(place).clone(),
                drop_name: false,
                values: vec![value; self.steps.count],
                histograms: Histograms::new(),
            });
        }
        context.read(found.len());
        Ok(found)
    }

    fn reference_at(&self, step: usize) -> i64 {
        if self.reference.fixed {
            self.reference.first_ms
        } else {
            self.reference.first_ms + self.steps.step_ms * step as i64
        }
    }

    #[inline]
    fn lookback_of(&self, sample_ms: i64) -> i64 {
        if sample_ms < self.raw_from_ms {
            self.aged_lookback_ms
        } else {
            self.lookback_ms
        }
    }

    fn walk(&self, points: &Points, series: &mut Series) {
        let times = points.times_ms.as_slice();
        let mut next = 0;
        for (step, value) in series.values.iter_mut().enumerate() {
            let at_ms = self.reference_at(step);
            while next < times.len() && times[next] <= at_ms {
                next += 1;
            }
            if next == 0 || times[next - 1] <= at_ms - self.lookback_of(times[next - 1]) {
                continue;
            }
            // The marker of a series that is gone is also that of a step without value.
            *value = match self.taken {
                Taken::Value => points.values[next - 1],
                Taken::Time if is_present(points.values[next - 1]) => times[next - 1] as f64 / 1000.0,
                Taken::Time => ABSENT,
            };
        }
        if !points.histograms.is_empty() {
            self.walk_histograms(points, series);
        }
    }

    /// Where the last sample is a histogram, it takes the place of the float.
    fn walk_histograms(&self, points: &Points, series: &mut Series) {
        let (times, histograms) = (points.times_ms.as_slice(), points.histograms.as_slice());
        let (mut next, mut next_float) = (0, 0);
        for step in 0..self.steps.count {
            let at_ms = self.reference_at(step);
            while next < histograms.len() && histograms[next].0 <= at_ms {
                next += 1;
            }
            while next_float < times.len() && times[next_float] <= at_ms {
                next_float += 1;
            }
            let Some((histogram_ms, histogram)) = next.checked_sub(1).map(|place| &histograms[place]) else {
                continue;
            };
            let newer_float = next_float > 0 && times[next_float - 1] > *histogram_ms;
            if newer_float || *histogram_ms <= at_ms - self.lookback_ms {
                continue;
            }
            series.values[step] = ABSENT;
            if is_stale(histogram.sum) {
                continue;
            }
            self.take_histogram(series, step, *histogram_ms, histogram);
        }
    }

    fn take_histogram(&self, series: &mut Series, step: usize, at_ms: i64, histogram: &Arc<NativeHistogram>) {
        match self.taken {
            Taken::Value => series.histograms.push((step as u32, histogram.clone())),
            Taken::Time => series.values[step] = at_ms as f64 / 1000.0,
        }
    }
}
