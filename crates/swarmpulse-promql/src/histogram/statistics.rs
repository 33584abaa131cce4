//! What native histograms tell of the observations in them: quantiles, fractions, variance.

use swarmpulse_model::series::NativeHistogram;

use super::bounds::has_custom_bounds;
use super::bucket::{Bucket, ascending, descending};
use crate::kahan::Kahan;

/// What observations that are not numbers did to a quantile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NanEffect {
    /// The quantile is among them: it is not a number.
    Result,
    /// They count as larger than any number.
    Skew,
}

/// The quantile of the observations, with an assumption of how they are spread within a bucket: evenly with custom bounds
/// and in the zero bucket, else as if buckets of a finer resolution were filled evenly.
#[must_use]
pub fn quantile(quantile: f64, histogram: &NativeHistogram) -> (f64, Option<NanEffect>) {
    if quantile < 0.0 {
        return (f64::NEG_INFINITY, None);
    }
    if quantile > 1.0 {
        return (f64::INFINITY, None);
    }
    if histogram.count == 0.0 || quantile.is_nan() {
        return (f64::NAN, None);
    }
    let has_nan = histogram.sum.is_nan();
    // From the nearer end, for precision. Observations that are not numbers are in the count, but in no bucket, as if
    // beyond the upper end.
    let from_below = has_nan || quantile < 0.5;
    let (rank, found) = if from_below {
        let rank = quantile * histogram.count;
        (rank, Found::at(rank, ascending(histogram)))
    } else {
        let rank = (1.0 - quantile) * histogram.count;
        (rank, Found::at(rank, descending(histogram)))
    };
    let mut bucket = found.bucket;
    if let Some(value) = settle_open_ends(histogram, &mut bucket) {
        return (value, None);
    }
    let count = found.count.min(histogram.count);
    if count < rank {
        return if has_nan {
            (f64::NAN, Some(NanEffect::Result))
        } else {
            (bucket.upper, None)
        };
    }
    let skew = (has_nan && count + found.rest < histogram.count).then_some(NanEffect::Skew);
    let rank = if from_below {
        rank - (count - bucket.count)
    } else {
        count - rank
    };
    (interpolate(histogram, &bucket, rank / bucket.count), skew)
}

/// The bucket in which a rank is.
struct Found {
    /// The first that takes the count of observations to the rank, or else the last.
    bucket: Bucket,
    /// That count.
    count: f64,
    /// What is in the buckets after.
    rest: f64,
}

impl Found {
    fn at(rank: f64, mut buckets: impl Iterator<Item = Bucket>) -> Self {
        let (mut bucket, mut count) = (Bucket::default(), 0.0);
        for next in buckets.by_ref() {
            bucket = next;
            if bucket.count != 0.0 {
                count += bucket.count;
                if count >= rank {
                    break;
                }
            }
        }
        Self {
            bucket,
            count,
            rest: buckets.map(|bucket| bucket.count).sum(),
        }
    }
}

/// Puts 0 at the end of a bucket that has none there; or says the value, where the other end is all there is.
fn settle_open_ends(histogram: &NativeHistogram, bucket: &mut Bucket) -> Option<f64> {
    if has_custom_bounds(histogram) {
        if bucket.lower == f64::NEG_INFINITY {
            if bucket.upper <= 0.0 {
                return Some(bucket.upper);
            }
            bucket.lower = 0.0;
        } else if bucket.upper == f64::INFINITY {
            return Some(bucket.lower);
        }
    } else if bucket.lower < 0.0 && bucket.upper > 0.0 {
        cut_zero_bucket(histogram, bucket);
    }
    None
}

/// A histogram of one side only has nothing on the other side of zero.
fn cut_zero_bucket(histogram: &NativeHistogram, bucket: &mut Bucket) {
    if histogram.negative_buckets.is_empty() && !histogram.positive_buckets.is_empty() {
        bucket.lower = 0.0;
    } else if histogram.positive_buckets.is_empty() && !histogram.negative_buckets.is_empty() {
        bucket.upper = 0.0;
    }
}

/// The value so far into a bucket.
fn interpolate(histogram: &NativeHistogram, bucket: &Bucket, fraction: f64) -> f64 {
    if has_custom_bounds(histogram) || (bucket.lower <= 0.0 && bucket.upper >= 0.0) {
        return bucket.lower + (bucket.upper - bucket.lower) * fraction;
    }
    let (lower, upper) = (bucket.lower.abs().log2(), bucket.upper.abs().log2());
    if bucket.lower > 0.0 {
        (lower + (upper - lower) * fraction).exp2()
    } else {
        -(upper + (lower - upper) * (1.0 - fraction)).exp2()
    }
}

/// The part of the observations between two values, and whether some are left out because they are not numbers.
#[must_use]
pub fn fraction(lower: f64, upper: f64, histogram: &NativeHistogram) -> (f64, bool) {
    if histogram.count == 0.0 || lower.is_nan() || upper.is_nan() {
        return (f64::NAN, false);
    }
    if lower >= upper {
        return (0.0, false);
    }
    let mut count = 0.0;
    let (mut lower_rank, mut upper_rank) = (None, None);
    for mut bucket in ascending(histogram) {
        let rank = count;
        count += bucket.count;
        let zero_bucket = bucket.lower <= 0.0 && bucket.upper >= 0.0;
        if zero_bucket {
            cut_zero_bucket(histogram, &mut bucket);
        }
        let linear = zero_bucket || has_custom_bounds(histogram);
        for (limit, found) in [(lower, &mut lower_rank), (upper, &mut upper_rank)] {
            if found.is_none() {
                *found = rank_within(&bucket, rank, limit, linear);
            }
        }
    }
    let has_nan = histogram.sum.is_nan() && count < histogram.count;
    let total = if histogram.sum.is_nan() {
        count
    } else {
        histogram.count
    };
    let settle = |rank: Option<f64>| match rank {
        Some(rank) if rank > total => total,
        Some(rank) => rank,
        None => total,
    };
    (
        (settle(upper_rank) - settle(lower_rank)) / histogram.count,
        has_nan,
    )
}

/// How many observations are below a value, if it is in or before this bucket and `rank` are below the bucket.
fn rank_within(bucket: &Bucket, rank: f64, value: f64, linear: bool) -> Option<f64> {
    if bucket.lower >= value {
        return Some(rank);
    }
    if !(bucket.lower < value && bucket.upper > value) {
        return None;
    }
    if linear {
        return Some(rank + bucket.count * (value - bucket.lower) / (bucket.upper - bucket.lower));
    }
    let (lower, upper) = (bucket.lower.abs().log2(), bucket.upper.abs().log2());
    let place = value.abs().log2();
    let fraction = if value > 0.0 {
        (place - lower) / (upper - lower)
    } else {
        1.0 - (place - upper) / (lower - upper)
    };
    Some(rank + bucket.count * fraction)
}

/// The variance of the observations, each taken to be in the middle of its bucket: the arithmetic middle with custom
/// bounds, zero in the zero bucket, else the geometric one.
#[must_use]
pub fn variance(histogram: &NativeHistogram) -> f64 {
    let mean = histogram.sum / histogram.count;
    let mut total = Kahan::default();
    for bucket in ascending(histogram).filter(|bucket| bucket.count != 0.0) {
        let middle = if has_custom_bounds(histogram) {
            f64::midpoint(bucket.upper, bucket.lower)
        } else if bucket.lower <= 0.0 && bucket.upper >= 0.0 {
            0.0
        } else {
            (bucket.upper * bucket.lower).sqrt().copysign(bucket.upper)
        };
        let distance = middle - mean;
        total = total.plus(bucket.count * distance * distance);
    }
    total.total() / histogram.count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::notation::parse;

    fn of(text: &str) -> NativeHistogram {
        parse(text).expect("valid notation")
    }

    fn near(left: f64, right: f64) -> bool {
        left == right || (left - right).abs() < 1e-12 * right.abs() || left.is_nan() && right.is_nan()
    }

    #[test]
    fn quantiles_are_interpolated_within_their_bucket() {
        let histogram = of("{{count:4 sum:6 buckets:[0 4]}}");
        let cases = [
            (-0.1, f64::NEG_INFINITY),
            (0.0, 1.0),
            (0.5, 2f64.sqrt()),
            (1.0, 2.0),
            (1.1, f64::INFINITY),
            (f64::NAN, f64::NAN),
        ];
        for (place, expected) in cases {
            let (found, effect) = quantile(place, &histogram);
            assert!(near(found, expected) && effect.is_none(), "{place}: {found}");
        }
        let below = of("{{count:4 sum:-6 n_buckets:[0 4]}}");
        assert!(near(quantile(0.5, &below).0, -(2f64.sqrt())));
        assert!(quantile(0.5, &of("{{}}")).0.is_nan());
    }

    #[test]
    fn the_zero_bucket_is_linear_and_has_one_side_if_the_histogram_has() {
        let both = of("{{count:4 sum:0 z_bucket:4 z_bucket_w:0.5}}");
        assert!(near(quantile(0.75, &both).0, 0.25));
        let above = of("{{count:8 sum:9 z_bucket:4 z_bucket_w:0.5 buckets:[0 4]}}");
        assert!(near(quantile(0.25, &above).0, 0.25));
        assert!(near(fraction(0.0, 0.25, &above).0, 0.25));
    }

    #[test]
    fn custom_bounds_are_linear_and_open_at_both_ends() {
        let histogram = of("{{schema:-53 count:4 sum:20 custom_values:[5 10] buckets:[2 1 1]}}");
        assert!(near(quantile(0.25, &histogram).0, 2.5));
        assert!(near(quantile(0.99, &histogram).0, 10.0));
        assert!(near(fraction(0.0, 7.5, &histogram).0, 0.625));
    }

    #[test]
    fn observations_that_are_no_numbers_are_beyond_the_end() {
        let histogram = of("{{count:8 sum:NaN buckets:[0 4]}}");
        let (found, effect) = quantile(0.25, &histogram);
        assert!(near(found, 2f64.sqrt()), "{found}");
        assert_eq!(effect, Some(NanEffect::Skew));
        let (found, effect) = quantile(0.9, &histogram);
        assert!(found.is_nan() && effect == Some(NanEffect::Result));
        assert_eq!(
            fraction(f64::NEG_INFINITY, f64::INFINITY, &histogram),
            (0.5, true)
        );
    }

    #[test]
    fn fractions_undo_quantiles() {
        let histogram =
            of("{{schema:2 count:21 sum:30 z_bucket:1 z_bucket_w:0.01 buckets:[5 3 2 1] n_buckets:[4 5]}}");
        for tenth in 1..10 {
            let place = f64::from(tenth) / 10.0;
            let (value, _) = quantile(place, &histogram);
            let (part, _) = fraction(f64::NEG_INFINITY, value, &histogram);
            assert!((part - place).abs() < 1e-9, "{place}: {value} {part}");
        }
        assert_eq!(fraction(2.0, 1.0, &histogram).0, 0.0);
        assert!(fraction(f64::NAN, 1.0, &histogram).0.is_nan());
    }

    #[test]
    fn the_variance_takes_the_middle_of_buckets() {
        let histogram = of("{{schema:-53 count:4 sum:20 custom_values:[0 4 8] buckets:[0 2 2]}}");
        // Observations at 2, 2, 6, 6 around a mean of 5.
        assert!(near(variance(&histogram), 5.0));
        let below = of("{{count:2 sum:-4 n_buckets:[0 0 2]}}");
        assert!(near(variance(&below), (8f64.sqrt() - 2.0).powi(2)));
    }
}
