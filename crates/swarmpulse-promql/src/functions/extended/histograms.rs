//! Native histograms in anchored and smoothed windows.

use std::borrow::Cow;
use std::sync::Arc;

use swarmpulse_model::series::{CounterReset, NativeHistogram};

use super::floats::ends;
use crate::PointValue;
use crate::functions::RangeContext;
use crate::functions::rate::{Movement, seconds};
use crate::functions::remarks::{self, Operation, without_resets};
use crate::histogram::{self, Fitted, Incompatible};
use crate::syntax::Extent;
use crate::window::Window;

type Point = (i64, Arc<NativeHistogram>);

/// What had to be done so that histograms fit each other.
#[derive(Default)]
struct Fits {
    subtracted: Fitted,
    added: Fitted,
}

impl Fits {
    fn subtract(&mut self, from: &mut NativeHistogram, other: &NativeHistogram) -> Result<(), Incompatible> {
        self.subtracted.bounds_reconciled |= histogram::subtract(from, other)?.bounds_reconciled;
        Ok(())
    }

    fn add(&mut self, to: &mut NativeHistogram, other: &NativeHistogram) -> Result<(), Incompatible> {
        self.added.bounds_reconciled |= histogram::add(to, other)?.bounds_reconciled;
        Ok(())
    }
}

/// How far a histogram moved within the window.
pub(super) fn movement(
    window: &Window<'_>,
    extent: Extent,
    movement: Movement,
    context: &mut RangeContext<'_>,
) -> Option<PointValue> {
    let points = window.histograms;
    let (first, last) = ends(points, |(at, _)| *at, window, extent)?;
    let span = context.call.argument_span(0);
    let metric = context.labels.metric_name();
    let seen = &points[first..=last];
    let gauge = |point: &Point| point.1.counter_reset == CounterReset::Gauge;
    if movement.counter && seen.iter().any(gauge) {
        context.notes.warn(remarks::not_a_counter(metric), span);
    }
    let mut fits = Fits::default();
    let work = Work {
        window,
        extent,
        movement,
        first,
        last,
    };
    let Ok((result, gauges)) = work.measure(&mut fits) else {
        context.notes.warn(remarks::incompatible(metric), span);
        return None;
    };
    remarks::fitted(
        without_resets(fits.subtracted),
        Operation::Subtraction,
        span,
        context.notes,
    );
    remarks::fitted(
        without_resets(fits.added),
        Operation::Addition,
        span,
        context.notes,
    );
    if !movement.counter && !gauges {
        context.notes.warn(remarks::not_a_gauge(metric), span);
    }
    Some(PointValue::Histogram(Arc::new(result)))
}

struct Work<'a> {
    window: &'a Window<'a>,
    extent: Extent,
    movement: Movement,
    first: usize,
    last: usize,
}

impl Work<'_> {
    /// The movement, and whether both ends are gauges.
    fn measure(&self, fits: &mut Fits) -> Result<(NativeHistogram, bool), Incompatible> {
        let points = self.window.histograms;
        let custom = histogram::has_custom_bounds(&points[self.first].1);
        let seen = &points[self.first..=self.last];
        if seen
            .iter()
            .any(|point| histogram::has_custom_bounds(&point.1) != custom)
        {
            return Err(Incompatible);
        }
        let smoothed = self.extent == Extent::Smoothed;
        let left = if smoothed && points[self.first].0 < self.window.start_ms {
            let pair = (&points[self.first], &points[self.first + 1]);
            Cow::Owned(self.interpolated(pair, self.window.start_ms, fits)?)
        } else {
            Cow::Borrowed(&*points[self.first].1)
        };
        let right = if smoothed && self.last > 0 && points[self.last].0 > self.window.end_ms {
            let pair = (&points[self.last - 1], &points[self.last]);
            Cow::Owned(self.interpolated(pair, self.window.end_ms, fits)?)
        } else {
            Cow::Borrowed(&*points[self.last].1)
        };
        let mut result = NativeHistogram::clone(&right);
        fits.subtract(&mut result, &left)?;
        if self.movement.counter {
            self.make_up_for_restarts(&left, &right, &mut result, fits)?;
        }
        if self.movement.per_second {
            let length_s = seconds(self.window.end_ms - self.window.start_ms);
            histogram::divide(&mut result, length_s);
        }
        let gauges = left.counter_reset == CounterReset::Gauge && right.counter_reset == CounterReset::Gauge;
        result.counter_reset = CounterReset::Gauge;
        histogram::compact(&mut result);
        Ok((result, gauges))
    }

    /// The histogram at a time between two. A counter that was reset began anew at zero.
    fn interpolated(
        &self,
        (before, after): (&Point, &Point),
        at_ms: i64,
        fits: &mut Fits,
    ) -> Result<NativeHistogram, Incompatible> {
        if at_ms == before.0 {
            return Ok(NativeHistogram::clone(&before.1));
        }
        let mut result = NativeHistogram::clone(&after.1);
        if at_ms == after.0 {
            return Ok(result);
        }
        let fraction = (at_ms - before.0) as f64 / (after.0 - before.0) as f64;
        if self.movement.counter && histogram::is_reset(&after.1, &before.1) {
            histogram::multiply(&mut result, fraction);
            return Ok(result);
        }
        fits.subtract(&mut result, &before.1)?;
        histogram::multiply(&mut result, fraction);
        fits.add(&mut result, &before.1)?;
        Ok(result)
    }

    fn make_up_for_restarts(
        &self,
        left: &NativeHistogram,
        right: &NativeHistogram,
        result: &mut NativeHistogram,
        fits: &mut Fits,
    ) -> Result<(), Incompatible> {
        let points = self.window.histograms;
        let mut before = left;
        let mut next = self.first + 1;
        let interpolated_left =
            self.extent == Extent::Smoothed && points[self.first].0 < self.window.start_ms;
        if interpolated_left
            && let Some((_, second)) = points.get(next)
            && histogram::is_reset(second, &points[self.first].1)
        {
            // The value at the start is after this restart already.
            before = second;
            next += 1;
        }
        if next > self.last {
            return Ok(());
        }
        for (_, point) in &points[next..self.last] {
            if histogram::is_reset(point, before) {
                fits.add(result, before)?;
            }
            before = point;
        }
        if histogram::is_reset(right, before) {
            fits.add(result, before)?;
        }
        Ok(())
    }
}
