//! Functions of windows that are made of whole hours or days, from the aggregates of these.

use swarmpulse_store::metrics::RollupRow;

use super::rate::{DELTA, INCREASE, Movement, RATE, rolled_movement};

/// A window and the aggregates that make it up, oldest first; never without any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RolledWindow<'a> {
    /// Where the window begins: after this.
    pub start_ms: i64,
    /// Where it ends, this included.
    pub end_ms: i64,
    /// What is in it.
    pub rows: &'a [RollupRow],
}

/// The value of a function in such a window.
pub(crate) type RolledFunction = fn(&RolledWindow<'_>) -> Option<f64>;

/// The functions that aggregates are enough for.
const ROLLED: &[(&str, RolledFunction)] = &[
    ("avg_over_time", |window| Some(sum(window) / count(window))),
    ("count_over_time", |window| Some(count(window))),
    ("delta", |window| moved(window, DELTA)),
    ("first_over_time", |window| {
        window.rows.first().map(|row| row.first)
    }),
    ("increase", |window| moved(window, INCREASE)),
    ("last_over_time", |window| window.rows.last().map(|row| row.last)),
    ("max_over_time", |window| {
        let values = window.rows.iter().map(|row| row.max);
        values.reduce(|best, new| if new > best || best.is_nan() { new } else { best })
    }),
    ("min_over_time", |window| {
        let values = window.rows.iter().map(|row| row.min);
        values.reduce(|best, new| if new < best || best.is_nan() { new } else { best })
    }),
    ("present_over_time", |_| Some(1.0)),
    ("rate", |window| moved(window, RATE)),
    ("sum_over_time", |window| Some(sum(window))),
];

/// The form of a function that aggregates are enough for.
pub(crate) fn lookup(name: &str) -> Option<RolledFunction> {
    let found = ROLLED.iter().find(|(other, _)| *other == name);
    found.map(|(_, function)| *function)
}

fn count(window: &RolledWindow<'_>) -> f64 {
    window.rows.iter().map(|row| row.count as f64).sum()
}

fn sum(window: &RolledWindow<'_>) -> f64 {
    let sums: Vec<f64> = window.rows.iter().map(|row| row.sum).collect();
    super::sum::sum_of(&sums).total()
}

fn moved(window: &RolledWindow<'_>, movement: Movement) -> Option<f64> {
    rolled_movement(window, count(window) as usize, movement)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::{Body, RangeContext};
    use crate::matrix::Steps;
    use crate::syntax::Expr;
    use crate::window::Windows;
    use crate::{Notes, PointValue};
    use proptest::prelude::*;
    use swarmpulse_model::Labels;
    use swarmpulse_store::metrics::Bucket;

    fn rows(times_ms: &[i64], values: &[f64]) -> Vec<RollupRow> {
        let samples: Vec<(i64, f64)> = times_ms.iter().copied().zip(values.iter().copied()).collect();
        let end = |sample: &(i64, f64)| Bucket::Hour.end_of(sample.0);
        let buckets = samples.chunk_by(|one, next| end(one) == end(next));
        buckets
            .filter_map(|bucket| {
                let (times, values): (Vec<i64>, Vec<f64>) = bucket.iter().copied().unzip();
                RollupRow::of(end(bucket.first()?), &times, &values)
            })
            .collect()
    }

    fn of_samples(name: &str, times_ms: &[i64], values: &[f64], range_ms: i64) -> Option<f64> {
        let Ok(Expr::Call(call)) = crate::parse(&format!("{name}(x[6h])")) else {
            panic!("{name} is no function");
        };
        let Body::Range(body) = call.function.body else {
            panic!("{name} is no function of windows");
        };
        let (labels, mut notes) = (Labels::empty(), Notes::of(""));
        let mut context = RangeContext {
            call: &call,
            labels: &labels,
            notes: &mut notes,
        };
        let windows = Windows {
            steps: Steps::once(range_ms),
            first_end_ms: range_ms,
            range_ms,
            fixed: false,
            times_ms,
            values,
            histograms: &[],
        };
        let window = windows.iter().next().flatten()?;
        match (body.window)(&window, &[], &mut context) {
            Some(PointValue::Float(value)) => Some(value),
            _ => None,
        }
    }

    proptest! {
        #[test]
        fn aggregates_tell_what_samples_tell(
            gaps in prop::collection::vec(1i64..900_000, 1..200),
            steps in prop::collection::vec(-20i32..100, 200),
        ) {
            let (mut at_ms, mut value) = (0, 0.0);
            let mut times_ms = Vec::new();
            let mut values = Vec::new();
            let range_ms = 6 * Bucket::Hour.length_ms();
            for (gap, step) in gaps.iter().zip(&steps) {
                at_ms += gap;
                value = if *step < -15 { 0.0 } else { value + f64::from(*step) / 4.0 };
                if at_ms <= range_ms {
                    times_ms.push(at_ms);
                    values.push(value);
                }
            }
            let rows = rows(&times_ms, &values);
            let window = RolledWindow { start_ms: 0, end_ms: range_ms, rows: &rows };
            for (name, function) in ROLLED {
                let expected = of_samples(name, &times_ms, &values, range_ms);
                let found = if rows.is_empty() { None } else { function(&window) };
                let same = match (found, expected) {
                    (Some(found), Some(expected)) => {
                        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
                    }
                    (found, expected) => found == expected,
                };
                prop_assert!(same, "{name}: {found:?} is not {expected:?}");
            }
        }
    }
}
