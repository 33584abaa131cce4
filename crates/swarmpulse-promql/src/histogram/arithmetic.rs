//! Sums, differences and multiples of native histograms.

use swarmpulse_model::series::{CounterReset, NativeHistogram};

use super::bounds::has_custom_bounds;
use super::side::{Side, beyond_zero, indexed};
use super::zero::{same_zero_bucket, trim_zero_bucket};

/// Two histograms that cannot be combined: one lists its bounds, the other computes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot apply this operation on histograms with a mix of exponential and custom bucket schemas")]
pub struct Incompatible;

/// What had to be done so that two histograms fit each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fitted {
    /// One said that its counter was reset, the other that it was not.
    pub resets_collide: bool,
    /// They listed different bounds; the result has those that both list.
    pub bounds_reconciled: bool,
}

/// Whether two lists of counts or bounds are the same to the bit.
pub(super) fn same_bits(left: &[f64], right: &[f64]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(left, right)| left.to_bits() == right.to_bits())
}

/// Adds the other to this one, in the coarser resolution of both.
///
/// # Errors
/// If one lists its bounds and the other does not; then nothing is changed.
pub fn add(histogram: &mut NativeHistogram, other: &NativeHistogram) -> Result<Fitted, Incompatible> {
    combine(histogram, other, 1.0)
}

/// Subtracts the other from this one, in the coarser resolution of both.
///
/// # Errors
/// If one lists its bounds and the other does not; then nothing is changed.
pub fn subtract(histogram: &mut NativeHistogram, other: &NativeHistogram) -> Result<Fitted, Incompatible> {
    combine(histogram, other, -1.0)
}

/// What a sum says of resets: a gauge with anything is a gauge; else it says something only if both say the same.
fn reset_of_sum(left: CounterReset, right: CounterReset) -> CounterReset {
    match (left, right) {
        (left, right) if left == right => left,
        (CounterReset::Gauge, _) | (_, CounterReset::Gauge) => CounterReset::Gauge,
        _ => CounterReset::Unknown,
    }
}

/// Adds `sign` times the other.
fn combine(
    histogram: &mut NativeHistogram,
    other: &NativeHistogram,
    sign: f64,
) -> Result<Fitted, Incompatible> {
    if has_custom_bounds(histogram) != has_custom_bounds(other) {
        return Err(Incompatible);
    }
    let resets = (histogram.counter_reset, other.counter_reset);
    let mut fitted = Fitted {
        resets_collide: matches!(
            resets,
            (CounterReset::Reset, CounterReset::NotReset) | (CounterReset::NotReset, CounterReset::Reset)
        ),
        bounds_reconciled: false,
    };
    histogram.counter_reset = reset_of_sum(resets.0, resets.1);
    if has_custom_bounds(histogram) {
        fitted.bounds_reconciled = combine_custom(histogram, other, sign);
    } else {
        combine_exponential(histogram, other, sign);
    }
    histogram.count += sign * other.count;
    histogram.sum += sign * other.sum;
    Ok(fitted)
}

/// Adds buckets with listed bounds; returns whether the bounds were different.
fn combine_custom(histogram: &mut NativeHistogram, other: &NativeHistogram, sign: f64) -> bool {
    let added =
        indexed(&other.positive_spans, &other.positive_buckets).map(|(index, count)| (index, sign * count));
    if same_bits(&histogram.custom_values, &other.custom_values) {
        let own = indexed(&histogram.positive_spans, &histogram.positive_buckets);
        (histogram.positive_spans, histogram.positive_buckets) = Side::sum(own, added).into_parts();
        return false;
    }
    let common = common_bounds(&histogram.custom_values, &other.custom_values);
    let own = indexed(&histogram.positive_spans, &histogram.positive_buckets);
    let own = Side::onto(own, &histogram.custom_values, &common).into_parts();
    let added = Side::onto(added, &other.custom_values, &common).into_parts();
    let sum = Side::sum(indexed(&own.0, &own.1), indexed(&added.0, &added.1));
    (histogram.positive_spans, histogram.positive_buckets) = sum.into_parts();
    histogram.custom_values = common;
    true
}

/// The bounds that both lists have.
pub(super) fn common_bounds(left: &[f64], right: &[f64]) -> Vec<f64> {
    let mut right = right.iter().copied().peekable();
    let is_common = |bound: &f64| {
        while right.next_if(|other| other < bound).is_some() {}
        right.next_if(|other| other == bound).is_some()
    };
    left.iter().copied().filter(is_common).collect()
}

/// Adds buckets and the zero bucket with computed bounds.
fn combine_exponential(histogram: &mut NativeHistogram, other: &NativeHistogram, sign: f64) {
    let zero_count = same_zero_bucket(histogram, other);
    histogram.zero_count += sign * zero_count;
    let schema = histogram.schema.min(other.schema);
    reduce_resolution(histogram, schema);
    let coarse;
    let other = if other.schema == schema {
        other
    } else {
        let mut copy = other.clone();
        reduce_resolution(&mut copy, schema);
        coarse = copy;
        &coarse
    };
    let added = |spans, counts| {
        beyond_zero(indexed(spans, counts), schema, histogram.zero_threshold)
            .map(move |(index, count)| (index, sign * count))
    };
    let positive = Side::sum(
        indexed(&histogram.positive_spans, &histogram.positive_buckets),
        added(&other.positive_spans, &other.positive_buckets),
    );
    let negative = Side::sum(
        indexed(&histogram.negative_spans, &histogram.negative_buckets),
        added(&other.negative_spans, &other.negative_buckets),
    );
    (histogram.positive_spans, histogram.positive_buckets) = positive.into_parts();
    (histogram.negative_spans, histogram.negative_buckets) = negative.into_parts();
}

/// Multiplies every count, and the sum. What falls below zero is no counter.
pub fn multiply(histogram: &mut NativeHistogram, factor: f64) {
    if factor < 0.0 {
        histogram.counter_reset = CounterReset::Gauge;
    }
    every_number(histogram, |number| number * factor);
}

/// Divides every count, and the sum. By 0, the buckets are gone. What falls below zero is no counter.
pub fn divide(histogram: &mut NativeHistogram, divisor: f64) {
    if divisor < 0.0 {
        histogram.counter_reset = CounterReset::Gauge;
    }
    if divisor == 0.0 {
        histogram.positive_spans.clear();
        histogram.positive_buckets.clear();
        histogram.negative_spans.clear();
        histogram.negative_buckets.clear();
    }
    every_number(histogram, |number| number / divisor);
}

/// Changes every count, and the sum.
pub(super) fn every_number(histogram: &mut NativeHistogram, change: impl Fn(f64) -> f64) {
    let NativeHistogram {
        zero_count,
        count,
        sum,
        positive_buckets,
        negative_buckets,
        ..
    } = histogram;
    let numbers = [zero_count, count, sum].into_iter();
    for number in numbers.chain(positive_buckets).chain(negative_buckets) {
        *number = change(*number);
    }
}

/// Leaves out the empty buckets.
pub fn compact(histogram: &mut NativeHistogram) {
    let NativeHistogram {
        positive_spans,
        positive_buckets,
        negative_spans,
        negative_buckets,
        ..
    } = histogram;
    for (spans, counts) in [
        (positive_spans, positive_buckets),
        (negative_spans, negative_buckets),
    ] {
        let is_compact = spans.len() <= 1 && counts.iter().all(|count| *count != 0.0);
        if !is_compact {
            let full = Side::of(indexed(spans, counts).filter(|(_, count)| *count != 0.0));
            (*spans, *counts) = full.into_parts();
        }
    }
}

/// Brings an exponential histogram to a coarser schema; does nothing if it has it, or lists its bounds.
pub fn reduce_resolution(histogram: &mut NativeHistogram, schema: i32) {
    if schema >= histogram.schema || has_custom_bounds(histogram) {
        return;
    }
    let coarser = |spans, counts| Side::coarser(indexed(spans, counts), histogram.schema, schema);
    let positive = coarser(&histogram.positive_spans, &histogram.positive_buckets);
    let negative = coarser(&histogram.negative_spans, &histogram.negative_buckets);
    (histogram.positive_spans, histogram.positive_buckets) = positive.into_parts();
    (histogram.negative_spans, histogram.negative_buckets) = negative.into_parts();
    histogram.schema = schema;
}

/// Makes the zero bucket at least so wide, with the buckets it then covers. See [`same_zero_bucket`].
pub(super) fn widen_zero_bucket(histogram: &mut NativeHistogram, count: f64, threshold: f64) {
    histogram.zero_count = count;
    histogram.zero_threshold = threshold;
    trim_zero_bucket(histogram);
    compact(histogram);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::notation::{parse, print};

    fn of(text: &str) -> NativeHistogram {
        parse(text).expect("valid notation")
    }

    fn sum(left: &str, right: &str) -> String {
        let mut histogram = of(left);
        add(&mut histogram, &of(right)).expect("compatible");
        print(&histogram)
    }

    #[test]
    fn sums_have_the_coarser_resolution() {
        assert_eq!(
            sum(
                "{{schema:1 count:4 sum:10 offset:-1 buckets:[1 1 1 1]}}",
                "{{schema:0 count:3 sum:5 buckets:[1 2]}}"
            ),
            "{{count:7 sum:15 buckets:[3 4]}}"
        );
    }

    #[test]
    fn sums_have_the_wider_zero_bucket() {
        assert_eq!(
            sum(
                "{{count:5 sum:1 z_bucket:1 z_bucket_w:0.001 offset:-2 buckets:[2 1 1]}}",
                "{{count:1 z_bucket:1 z_bucket_w:0.25}}"
            ),
            "{{count:6 sum:1 z_bucket:4 z_bucket_w:0.25 offset:-1 buckets:[1 1]}}",
            "bucket (0.125,0.25] is within the zero bucket"
        );
        assert_eq!(
            sum(
                "{{count:1 z_bucket:1 z_bucket_w:0.3}}",
                "{{count:5 z_bucket:1 z_bucket_w:0.001 offset:-1 buckets:[3 1]}}"
            ),
            "{{count:6 z_bucket:5 z_bucket_w:0.5 buckets:[1]}}",
            "a threshold within a bucket moves to its end"
        );
    }

    #[test]
    fn differences_undo_sums() {
        let one =
            of("{{schema:2 count:9 sum:12.5 z_bucket:1 z_bucket_w:0.01 buckets:[1 2 0 3] n_buckets:[2]}}");
        let two = of("{{schema:2 count:4 sum:2 z_bucket:2 z_bucket_w:0.01 offset:2 buckets:[1 1]}}");
        let mut both = one.clone();
        add(&mut both, &two).expect("compatible");
        subtract(&mut both, &two).expect("compatible");
        compact(&mut both);
        let mut expected = one;
        compact(&mut expected);
        assert_eq!(both, expected);
    }

    #[test]
    fn what_cannot_be_combined_is_said() {
        let exponential = of("{{count:1 buckets:[1]}}");
        let custom = of("{{schema:-53 count:1 custom_values:[1 2] buckets:[1]}}");
        let other = of("{{schema:-53 count:1 custom_values:[1 3] buckets:[1]}}");
        let mut histogram = custom.clone();
        assert_eq!(add(&mut histogram, &exponential), Err(Incompatible));
        assert_eq!(histogram, custom);
        assert_eq!(add(&mut histogram, &custom), Ok(Fitted::default()));
        assert_eq!(histogram.positive_buckets, [2.0]);
        let reconciled = subtract(&mut histogram, &other).expect("both list bounds");
        assert!(reconciled.bounds_reconciled && !reconciled.resets_collide);
        assert_eq!(
            print(&histogram),
            "{{schema:-53 count:1 custom_values:[1] buckets:[1]}}"
        );
    }

    #[test]
    fn different_bounds_leave_those_that_both_list() {
        assert_eq!(
            common_bounds(&[1.0, 2.0, 5.0, 9.0], &[0.5, 2.0, 3.0, 9.0, 10.0]),
            [2.0, 9.0]
        );
        assert_eq!(
            sum(
                "{{schema:-53 count:10 sum:1 custom_values:[1 2 5 9] buckets:[1 2 3 1 3]}}",
                "{{schema:-53 count:15 sum:1 custom_values:[2 9 10] buckets:[1 2 4 8]}}"
            ),
            "{{schema:-53 count:25 sum:2 custom_values:[2 9] buckets:[4 6 15]}}"
        );
        assert_eq!(
            sum(
                "{{schema:-53 count:3 custom_values:[1] buckets:[1 2]}}",
                "{{schema:-53 count:4 custom_values:[2] buckets:[1 3]}}"
            ),
            "{{schema:-53 count:7 custom_values:[] buckets:[7]}}"
        );
    }

    #[test]
    fn resets_that_contradict_each_other_are_told() {
        let reset = of("{{count:1 buckets:[1] counter_reset_hint:reset}}");
        let not_reset = of("{{count:1 buckets:[1] counter_reset_hint:not_reset}}");
        let mut histogram = reset.clone();
        let fitted = add(&mut histogram, &not_reset).expect("compatible");
        assert!(fitted.resets_collide && histogram.counter_reset == CounterReset::Unknown);
        let mut histogram = reset.clone();
        assert_eq!(subtract(&mut histogram, &reset), Ok(Fitted::default()));
        multiply(&mut histogram, -1.0);
        assert_eq!(histogram.counter_reset, CounterReset::Gauge);
    }

    #[test]
    fn hints_of_sums_are_careful() {
        use CounterReset::{Gauge, NotReset, Reset, Unknown};
        let cases = [
            (Reset, Reset, Reset),
            (Gauge, Reset, Gauge),
            (NotReset, Gauge, Gauge),
            (Unknown, Reset, Unknown),
            (Reset, NotReset, Unknown),
        ];
        for (left, right, expected) in cases {
            assert_eq!(reset_of_sum(left, right), expected, "{left:?} {right:?}");
        }
    }

    #[test]
    fn division_by_zero_leaves_no_buckets() {
        let mut histogram = of("{{count:4 sum:2 z_bucket:0 z_bucket_w:0.5 buckets:[1 3]}}");
        divide(&mut histogram, 0.0);
        assert!(histogram.positive_buckets.is_empty() && histogram.zero_count.is_nan());
        assert_eq!((histogram.count, histogram.sum), (f64::INFINITY, f64::INFINITY));
        let mut twice = of("{{count:4 sum:2 buckets:[1 3] n_buckets:[2]}}");
        multiply(&mut twice, 2.0);
        assert_eq!(print(&twice), "{{count:8 sum:4 buckets:[2 6] n_buckets:[4]}}");
    }
}
