//! The difference of the last and first histogram of a window.

use std::sync::Arc;

use swarmpulse_model::series::{CounterReset, NativeHistogram};

use crate::functions::RangeContext;
use crate::functions::remarks::{self, Operation, without_resets};
use crate::histogram::{self, Fitted, Incompatible};

/// The difference, with what restarts took away if they count; `None`, and a warning, if they do not fit each other.
pub(super) fn difference(
    points: &[(i64, Arc<NativeHistogram>)],
    counter: bool,
    context: &mut RangeContext<'_>,
) -> Option<NativeHistogram> {
    if counter {
        let is_gauge = |point: &(i64, Arc<NativeHistogram>)| point.1.counter_reset == CounterReset::Gauge;
        if points.iter().any(is_gauge) {
            warn(context, remarks::not_a_counter);
        }
    }
    match checked_difference(points, counter) {
        Ok((result, subtracted, added)) => {
            let span = context.call.argument_span(0);
            remarks::fitted(
                without_resets(subtracted),
                Operation::Subtraction,
                span,
                context.notes,
            );
            remarks::fitted(without_resets(added), Operation::Addition, span, context.notes);
            let gauges = [points.first(), points.last()]
                .into_iter()
                .flatten()
                .all(|point| point.1.counter_reset == CounterReset::Gauge);
            if !counter && !gauges {
                warn(context, remarks::not_a_gauge);
            }
            Some(result)
        }
        Err(Incompatible) => {
            warn(context, remarks::incompatible);
            None
        }
    }
}

fn warn(context: &mut RangeContext<'_>, text: impl FnOnce(&str) -> String) {
    let text = text(context.labels.metric_name());
    context.notes.warn(text, context.call.argument_span(0));
}

/// The difference, and what had to be done to subtract the first and to make up for restarts.
fn checked_difference(
    points: &[(i64, Arc<NativeHistogram>)],
    counter: bool,
) -> Result<(NativeHistogram, Fitted, Fitted), Incompatible> {
    let [(_, first), (_, second), ..] = points else {
        return Ok((NativeHistogram::default(), Fitted::default(), Fitted::default()));
    };
    let last = points.last().map_or(second, |(_, last)| last);
    // If the counter was reset right after the first sample, that one does not matter, and need not fit.
    let empty;
    let first: &NativeHistogram = if counter && histogram::is_reset(second, first) {
        empty = NativeHistogram {
            schema: second.schema,
            custom_values: second.custom_values.clone(),
            ..NativeHistogram::default()
        };
        &empty
    } else {
        first
    };
    let custom = histogram::has_custom_bounds(first);
    if histogram::has_custom_bounds(last) != custom {
        return Err(Incompatible);
    }
    let mut schema = first.schema.min(last.schema);
    if counter {
        for (_, point) in &points[1..] {
            if histogram::has_custom_bounds(point) != custom {
                return Err(Incompatible);
            }
            schema = schema.min(point.schema);
        }
    }
    let mut result = NativeHistogram::clone(last);
    histogram::reduce_resolution(&mut result, schema);
    let subtracted = histogram::subtract(&mut result, first)?;
    let mut added = Fitted::default();
    if counter {
        let mut before = first;
        for (_, point) in &points[1..] {
            if histogram::is_reset(point, before) {
                added.bounds_reconciled |= histogram::add(&mut result, before)?.bounds_reconciled;
            }
            before = point;
        }
    }
    result.counter_reset = CounterReset::Gauge;
    histogram::compact(&mut result);
    Ok((result, subtracted, added))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(texts: &[&str]) -> Vec<(i64, Arc<NativeHistogram>)> {
        let of = |text: &&str| Arc::new(histogram::parse(text).expect("valid notation"));
        texts
            .iter()
            .enumerate()
            .map(|(at, text)| (at as i64, of(text)))
            .collect()
    }

    fn shown(texts: &[&str], counter: bool) -> Result<String, Incompatible> {
        checked_difference(&points(texts), counter).map(|(result, ..)| histogram::print(&result))
    }

    #[test]
    fn restarts_of_counters_are_made_up_for() {
        let texts = [
            "{{count:2 sum:2 buckets:[2]}}",
            "{{count:5 sum:6 buckets:[3 2]}}",
            "{{count:1 sum:1 buckets:[1]}}",
            "{{count:3 sum:4 buckets:[1 2]}}",
        ];
        let counter = shown(&texts, true);
        assert_eq!(
            counter.as_deref(),
            Ok("{{count:6 sum:8 counter_reset_hint:gauge buckets:[2 4]}}")
        );
        let gauge = shown(&texts, false);
        assert_eq!(
            gauge.as_deref(),
            Ok("{{count:1 sum:2 counter_reset_hint:gauge buckets:[-1 2]}}")
        );
    }

    #[test]
    fn a_first_sample_before_a_restart_need_not_fit() {
        let texts = [
            "{{count:9 buckets:[9]}}",
            "{{schema:-53 count:1 custom_values:[1] buckets:[1]}}",
            "{{schema:-53 count:4 custom_values:[1] buckets:[1 3]}}",
        ];
        let result = shown(&texts, true);
        assert_eq!(
            result.as_deref(),
            Ok("{{schema:-53 count:4 custom_values:[1] counter_reset_hint:gauge buckets:[1 3]}}")
        );
        assert_eq!(shown(&texts, false), Err(Incompatible));
        let bounds = [
            "{{schema:-53 count:1 custom_values:[1] buckets:[1]}}",
            "{{schema:-53 count:4 custom_values:[2] buckets:[1 3]}}",
        ];
        let (result, subtracted, _) = checked_difference(&points(&bounds), false).expect("both list bounds");
        assert!(subtracted.bounds_reconciled);
        assert_eq!(result.positive_buckets, [3.0]);
    }
}
