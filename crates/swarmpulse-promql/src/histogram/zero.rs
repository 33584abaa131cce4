//! The zero bucket: two histograms are combined with the same one.

use swarmpulse_model::series::NativeHistogram;

use super::arithmetic::widen_zero_bucket;
use super::bounds::exponential_bound;
use super::bucket::{Bucket, negative, positive};
use super::side::indexed;

/// What the zero bucket would hold with a larger threshold, and that threshold: moved up to the end of a bucket with
/// observations that it would otherwise cut in two.
pub(super) fn zero_count_for(histogram: &NativeHistogram, threshold: f64) -> (f64, f64) {
    let mut threshold = threshold;
    if threshold <= histogram.zero_threshold {
        return (histogram.zero_count, histogram.zero_threshold);
    }
    let mirrored = |bucket: Bucket| Bucket {
        lower: -bucket.upper,
        upper: -bucket.lower,
        ..bucket
    };
    loop {
        let (above, end) = covered(positive(histogram), threshold);
        let (below, end_below) = covered(negative(histogram).map(mirrored), end);
        threshold = end_below;
        if end_below == end {
            return (histogram.zero_count + above + below, threshold);
        }
        // The threshold moved because of the second side: look at the first again.
    }
}

/// Observations in buckets that begin before the threshold, and the end of the last of them if it has observations and
/// ends after the threshold.
fn covered(buckets: impl Iterator<Item = Bucket>, threshold: f64) -> (f64, f64) {
    let mut count = 0.0;
    for bucket in buckets.take_while(|bucket| bucket.lower < threshold) {
        count += bucket.count;
        if bucket.upper > threshold {
            let end = if bucket.count == 0.0 {
                threshold
            } else {
                bucket.upper
            };
            return (count, end);
        }
    }
    (count, threshold)
}

/// Widens the zero bucket of the first until that of the second, widened likewise, is as wide. Returns what the second
/// then has in it.
pub(super) fn same_zero_bucket(histogram: &mut NativeHistogram, other: &NativeHistogram) -> f64 {
    let (mut count, mut threshold) = (other.zero_count, other.zero_threshold);
    while threshold != histogram.zero_threshold {
        if histogram.zero_threshold > threshold {
            (count, threshold) = zero_count_for(other, histogram.zero_threshold);
        }
        if threshold > histogram.zero_threshold {
            let (zero_count, zero_threshold) = zero_count_for(histogram, threshold);
            widen_zero_bucket(histogram, zero_count, zero_threshold);
        }
        if threshold.is_nan() || histogram.zero_threshold.is_nan() {
            // No width is the same.
            break;
        }
    }
    count
}

/// Empties the buckets that the zero bucket covers.
pub(super) fn trim_zero_bucket(histogram: &mut NativeHistogram) {
    let (schema, threshold) = (histogram.schema, histogram.zero_threshold);
    let covered = |spans, counts| {
        indexed(spans, counts)
            .take_while(|(index, _)| exponential_bound(index.saturating_sub(1), schema) < threshold)
            .count()
    };
    let above = covered(&histogram.positive_spans, &histogram.positive_buckets);
    let below = covered(&histogram.negative_spans, &histogram.negative_buckets);
    histogram.positive_buckets[..above].fill(0.0);
    histogram.negative_buckets[..below].fill(0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::notation::parse;

    #[test]
    fn a_threshold_within_a_bucket_moves_to_its_end() {
        let histogram = parse(
            "{{count:9 z_bucket:1 z_bucket_w:0.01 offset:-1 buckets:[1 2] n_offset:-1 n_buckets:[0 3]}}",
        )
        .expect("valid notation");
        assert_eq!(zero_count_for(&histogram, 0.01), (1.0, 0.01));
        assert_eq!(zero_count_for(&histogram, 0.1), (1.0, 0.1));
        assert_eq!(zero_count_for(&histogram, 0.3), (2.0, 0.5));
        assert_eq!(zero_count_for(&histogram, 0.6), (7.0, 1.0));
        let lopsided =
            parse("{{count:9 offset:-1 buckets:[0 2] n_offset:0 n_buckets:[0 3]}}").expect("valid notation");
        assert_eq!(zero_count_for(&lopsided, 1.5), (5.0, 2.0));
    }

    #[test]
    fn thresholds_that_are_no_numbers_end_the_search() {
        let mut histogram = NativeHistogram {
            zero_threshold: f64::NAN,
            ..NativeHistogram::default()
        };
        let other = NativeHistogram {
            zero_count: 2.0,
            ..NativeHistogram::default()
        };
        assert_eq!(same_zero_bucket(&mut histogram, &other), 2.0);
    }
}
