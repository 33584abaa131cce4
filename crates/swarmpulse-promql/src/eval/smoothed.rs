//! Instant vectors of smoothed selectors: values on the straight line between samples.

use swarmpulse_store::metrics::Points;

use super::context::Context;
use super::parallel::pieces;
use super::source::Source;
use super::time::Reference;
use crate::functions::extended::interpolated;
use crate::matrix::{Matrix, Series, Steps};
use crate::syntax::VectorSelector;
use crate::{EvalError, Notes};

/// The value of each series at every step: on the line from the sample before to the one after, both within the look-back;
/// without one after, the one before.
pub(super) fn instant(
    context: &Context<'_>,
    selector: &VectorSelector,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let reference = Reference::of(context, selector.at, selector.offset.as_ref(), steps)?;
    let lookback_ms = context.options.lookback_ms;
    let from_ms = reference.first_ms.saturating_sub(lookback_ms).saturating_add(1);
    let to_ms = reference.last_ms(steps).saturating_add(lookback_ms);
    let source = Source::Selected(context.select(selector, from_ms, to_ms)?);
    context.hold(source.len(), steps.count)?;
    let samples_each = (to_ms.saturating_sub(from_ms) / 15_000) as usize;
    let found = pieces(
        context,
        source.len(),
        steps.count + samples_each,
        notes,
        |range, _| {
            let mut points = Points::default();
            let mut found = Matrix::with_capacity(range.len());
            for place in range {
                source.read(context, place, &mut points)?;
                if !points.histograms.is_empty() {
                    return Err(EvalError::Execution(
                        "smoothed modifier is not supported with histograms".to_owned(),
                    ));
                }
                let mut series = Series::absent(source.labels(place).clone(), false, steps.count);
                for (step, value) in series.values.iter_mut().enumerate() {
                    let passed_ms = if reference.fixed {
                        0
                    } else {
                        steps.step_ms * step as i64
                    };
                    if let Some(found) = value_at(&points, reference.first_ms + passed_ms, lookback_ms) {
                        *value = found;
                    }
                }
                if !series.is_empty() {
                    found.push(series);
                }
            }
            Ok(found)
        },
    )?;
    Ok(found.into_iter().flatten().collect())
}

fn value_at(points: &Points, at_ms: i64, lookback_ms: i64) -> Option<f64> {
    let point = |place: usize| (points.times_ms[place], points.values[place]);
    let after = points.times_ms.partition_point(|time| *time <= at_ms);
    let before = point(after.checked_sub(1)?);
    if before.0 <= at_ms.saturating_sub(lookback_ms) {
        return None;
    }
    if before.0 == at_ms || after == points.times_ms.len() {
        return Some(before.1);
    }
    let after = point(after);
    if after.0 > at_ms.saturating_add(lookback_ms) {
        return Some(before.1);
    }
    Some(interpolated(before, after, at_ms, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_on_the_line_between_samples_that_are_near() {
        let points = Points {
            times_ms: vec![10, 20, 90],
            values: vec![1.0, 5.0, 40.0],
            histograms: Vec::new(),
        };
        let at = [5, 10, 15, 25, 45, 61, 85, 90, 95, 130];
        let found = at.map(|at_ms| value_at(&points, at_ms, 40));
        let expected = [
            None,
            Some(1.0),
            Some(3.0),
            Some(5.0),
            Some(5.0),
            None,
            None,
            Some(40.0),
            Some(40.0),
            None,
        ];
        assert_eq!(found, expected);
        assert_eq!(value_at(&points, 55, 40), Some(22.5));
    }
}
