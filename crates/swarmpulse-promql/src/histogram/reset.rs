//! Resets of histograms that count, and their equality.

use swarmpulse_model::series::{CounterReset, NativeHistogram};

use super::arithmetic::{common_bounds, same_bits};
use super::bounds::has_custom_bounds;
use super::side::{Side, beyond_zero, indexed};
use super::zero::zero_count_for;

/// Whether the counter was reset between these two: it says so, or anything in it went down.
#[must_use]
pub fn is_reset(current: &NativeHistogram, previous: &NativeHistogram) -> bool {
    match current.counter_reset {
        CounterReset::Reset => return true,
        CounterReset::NotReset => return false,
        // A gauge may be treated as a counter, with a warning elsewhere.
        CounterReset::Unknown | CounterReset::Gauge => {}
    }
    if current.count < previous.count
        || has_custom_bounds(current) != has_custom_bounds(previous)
        // A finer resolution or a narrower zero bucket can only come with a new start.
        || current.schema > previous.schema
        || current.zero_threshold < previous.zero_threshold
    {
        return true;
    }
    if has_custom_bounds(current) && !same_bits(&current.custom_values, &previous.custom_values) {
        return is_reset_in_common(current, previous);
    }
    let (zero_count, threshold) = zero_count_for(previous, current.zero_threshold);
    if threshold != current.zero_threshold || current.zero_count < zero_count {
        return true;
    }
    is_side_reset(current, previous, |histogram| {
        (&histogram.positive_spans, &histogram.positive_buckets)
    }) || is_side_reset(current, previous, |histogram| {
        (&histogram.negative_spans, &histogram.negative_buckets)
    })
}

type Parts<'a> = (&'a Vec<swarmpulse_model::series::BucketSpan>, &'a Vec<f64>);

/// Whether a bucket with observations is missing or holds less than it did.
fn is_side_reset(
    current: &NativeHistogram,
    previous: &NativeHistogram,
    side: impl Fn(&NativeHistogram) -> Parts<'_>,
) -> bool {
    let (spans, counts) = side(previous);
    let coarse;
    let (spans, counts) = if previous.schema == current.schema {
        (spans.as_slice(), counts.as_slice())
    } else {
        coarse = Side::coarser(indexed(spans, counts), previous.schema, current.schema).into_parts();
        (coarse.0.as_slice(), coarse.1.as_slice())
    };
    let beyond = |spans, counts| beyond_zero(indexed(spans, counts), current.schema, current.zero_threshold);
    let (current_spans, current_counts) = side(current);
    any_lost(beyond(spans, counts), beyond(current_spans, current_counts))
}

/// The same of histograms with different listed bounds, by those that both list.
fn is_reset_in_common(current: &NativeHistogram, previous: &NativeHistogram) -> bool {
    let common = common_bounds(&current.custom_values, &previous.custom_values);
    let onto = |histogram: &NativeHistogram| {
        let buckets = indexed(&histogram.positive_spans, &histogram.positive_buckets);
        Side::onto(buckets, &histogram.custom_values, &common).into_parts()
    };
    let (now, before) = (onto(current), onto(previous));
    any_lost(indexed(&before.0, &before.1), indexed(&now.0, &now.1))
}

/// Whether a bucket with observations is missing or holds less than it did.
fn any_lost(mut before: impl Iterator<Item = (i32, f64)>, now: impl Iterator<Item = (i32, f64)>) -> bool {
    let mut now = now.peekable();
    before.any(|(index, before)| {
        while now.next_if(|(place, _)| *place < index).is_some() {}
        match now.peek() {
            Some((place, count)) if *place == index => *count < before,
            _ => before != 0.0,
        }
    })
}

/// Whether two histograms hold the same data: same buckets, empty ones included, and same numbers to the bit. What they
/// say of resets does not matter.
#[must_use]
pub fn is_same(left: &NativeHistogram, right: &NativeHistogram) -> bool {
    let numbers = |histogram: &NativeHistogram| [histogram.count, histogram.sum, histogram.zero_count];
    left.schema == right.schema
        && same_bits(&numbers(left), &numbers(right))
        && left.zero_threshold == right.zero_threshold
        && (!has_custom_bounds(left) || same_bits(&left.custom_values, &right.custom_values))
        && same_bits(&left.positive_buckets, &right.positive_buckets)
        && same_bits(&left.negative_buckets, &right.negative_buckets)
        && same_places(left, right)
}

/// Whether the buckets of two histograms are at the same places.
#[must_use]
pub fn same_places(left: &NativeHistogram, right: &NativeHistogram) -> bool {
    let places = |spans, counts| indexed(spans, counts).map(|(index, _)| index);
    places(&left.positive_spans, &left.positive_buckets)
        .eq(places(&right.positive_spans, &right.positive_buckets))
        && places(&left.negative_spans, &left.negative_buckets)
            .eq(places(&right.negative_spans, &right.negative_buckets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::notation::parse;

    fn reset(current: &str, previous: &str) -> bool {
        is_reset(
            &parse(current).expect("valid notation"),
            &parse(previous).expect("valid notation"),
        )
    }

    #[test]
    fn anything_that_went_down_is_a_reset() {
        let before = "{{count:6 sum:3 z_bucket:1 z_bucket_w:0.01 buckets:[1 2 0 1] n_buckets:[1]}}";
        assert!(!reset(before, before));
        assert!(!reset(
            "{{count:9 sum:1 z_bucket:2 z_bucket_w:0.01 buckets:[1 2 1 2] n_buckets:[1]}}",
            before
        ));
        let cases = [
            "{{count:5 z_bucket:1 z_bucket_w:0.01 buckets:[1 2 0 1] n_buckets:[1]}}",
            "{{count:9 z_bucket:0 z_bucket_w:0.01 buckets:[1 2 0 1] n_buckets:[1]}}",
            "{{count:9 z_bucket:1 z_bucket_w:0.01 buckets:[1 1 0 5] n_buckets:[1]}}",
            "{{count:9 z_bucket:1 z_bucket_w:0.01 buckets:[1 2] n_buckets:[1]}}",
            "{{count:9 z_bucket:1 z_bucket_w:0.01 buckets:[1 2 0 1]}}",
            "{{schema:1 count:9 z_bucket:1 z_bucket_w:0.01 buckets:[1 2 0 1] n_buckets:[1]}}",
            "{{count:9 z_bucket:1 z_bucket_w:0.001 buckets:[1 2 0 1] n_buckets:[1]}}",
            "{{count:9 z_bucket:9 z_bucket_w:0.75 buckets:[1 2 0 1] n_buckets:[1]}}",
            "{{schema:-53 count:9 custom_values:[1] buckets:[9]}}",
        ];
        for current in cases {
            assert!(reset(current, before), "{current}");
        }
    }

    #[test]
    fn a_coarser_resolution_is_no_reset() {
        assert!(!reset(
            "{{schema:0 count:6 buckets:[3 3]}}",
            "{{schema:1 count:6 offset:-1 buckets:[1 2 1 2]}}"
        ));
        assert!(!reset(
            "{{count:6 z_bucket:3 z_bucket_w:0.5 buckets:[3]}}",
            "{{count:6 z_bucket:1 z_bucket_w:0.25 offset:-1 buckets:[2 3]}}"
        ));
    }

    #[test]
    fn different_listed_bounds_are_compared_by_those_in_common() {
        let before = "{{schema:-53 count:3 custom_values:[5 10] buckets:[1 2]}}";
        assert!(!reset(
            "{{schema:-53 count:4 custom_values:[10] buckets:[3 1]}}",
            before
        ));
        assert!(reset(
            "{{schema:-53 count:4 custom_values:[10] buckets:[2 2]}}",
            before
        ));
        assert!(!reset(
            "{{schema:-53 count:3 custom_values:[7] buckets:[0 3]}}",
            before
        ));
    }

    #[test]
    fn what_a_histogram_says_of_resets_counts_first() {
        let before = "{{count:6 buckets:[6]}}";
        assert!(reset("{{count:7 buckets:[7] counter_reset_hint:reset}}", before));
        assert!(!reset(
            "{{count:5 buckets:[5] counter_reset_hint:not_reset}}",
            before
        ));
        assert!(reset("{{count:5 buckets:[5] counter_reset_hint:gauge}}", before));
    }

    #[test]
    fn empty_buckets_make_a_difference() {
        let of = |text| parse(text).expect("valid notation");
        let one = of("{{count:3 sum:1 buckets:[1 2]}}");
        assert!(is_same(
            &one,
            &of("{{count:3 sum:1 buckets:[1 2] counter_reset_hint:gauge}}")
        ));
        assert!(!is_same(&one, &of("{{count:3 sum:1 buckets:[1 2 0]}}")));
        assert!(!is_same(&one, &of("{{count:3 sum:1 offset:1 buckets:[1 2]}}")));
        assert!(!is_same(&one, &of("{{count:3 sum:2 buckets:[1 2]}}")));
    }
}
