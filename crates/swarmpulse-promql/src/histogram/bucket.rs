//! Single buckets of native histograms, with their bounds.

use std::fmt;

use swarmpulse_model::series::NativeHistogram;

use super::bounds::{bound, has_custom_bounds};
use super::side::indexed;
use crate::number_text::general;

/// One bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Its lower bound.
    pub lower: f64,
    /// Its upper bound.
    pub upper: f64,
    /// Whether the lower bound belongs to it.
    pub lower_inclusive: bool,
    /// Whether the upper bound belongs to it.
    pub upper_inclusive: bool,
    /// Observations in it.
    pub count: f64,
}

impl Bucket {
    fn positive(histogram: &NativeHistogram, index: i32, count: f64) -> Self {
        let upper = bound(index, histogram.schema, &histogram.custom_values);
        let lower = bound(
            index.saturating_sub(1),
            histogram.schema,
            &histogram.custom_values,
        );
        Self {
            lower,
            upper,
            lower_inclusive: if has_custom_bounds(histogram) {
                index == 0
            } else {
                lower < 0.0
            },
            upper_inclusive: has_custom_bounds(histogram) || upper > 0.0,
            count,
        }
    }

    fn negative(histogram: &NativeHistogram, index: i32, count: f64) -> Self {
        let positive = Self::positive(histogram, index, count);
        let (lower, upper) = (-positive.upper, -positive.lower);
        Self {
            lower,
            upper,
            lower_inclusive: lower < 0.0,
            upper_inclusive: upper > 0.0,
            count,
        }
    }

    /// Ends where the zero bucket begins, if they overlap.
    fn cut_at_zero_bucket(mut self, zero_threshold: f64) -> Self {
        if self.upper < 0.0 && self.upper > -zero_threshold {
            self.upper = -zero_threshold;
        } else if self.lower > 0.0 && self.lower < zero_threshold {
            self.lower = zero_threshold;
        }
        self
    }
}

impl fmt::Display for Bucket {
    /// As an interval with its count: `(1,2]:3`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = if self.lower_inclusive { '[' } else { '(' };
        let close = if self.upper_inclusive { ']' } else { ')' };
        let (lower, upper, count) = (general(self.lower), general(self.upper), general(self.count));
        write!(formatter, "{open}{lower},{upper}{close}:{count}")
    }
}

/// The bucket around zero.
pub(super) fn zero(histogram: &NativeHistogram) -> Bucket {
    Bucket {
        lower: -histogram.zero_threshold,
        upper: histogram.zero_threshold,
        lower_inclusive: true,
        upper_inclusive: true,
        count: histogram.zero_count,
    }
}

/// The buckets above zero, from zero upwards.
pub(super) fn positive(histogram: &NativeHistogram) -> impl Iterator<Item = Bucket> + '_ {
    indexed(&histogram.positive_spans, &histogram.positive_buckets)
        .map(|(index, count)| Bucket::positive(histogram, index, count))
}

/// The buckets below zero, from zero downwards.
pub(super) fn negative(histogram: &NativeHistogram) -> impl Iterator<Item = Bucket> + '_ {
    indexed(&histogram.negative_spans, &histogram.negative_buckets)
        .map(|(index, count)| Bucket::negative(histogram, index, count))
}

/// Every bucket, from the lowest up; the zero bucket if it is not empty.
pub fn ascending(histogram: &NativeHistogram) -> impl Iterator<Item = Bucket> + '_ {
    let negative: Vec<_> = indexed(&histogram.negative_spans, &histogram.negative_buckets).collect();
    let negative = negative
        .into_iter()
        .rev()
        .map(|(index, count)| Bucket::negative(histogram, index, count));
    let around = (histogram.zero_count > 0.0).then(|| zero(histogram));
    negative
        .map(|bucket| bucket.cut_at_zero_bucket(histogram.zero_threshold))
        .chain(around)
        .chain(positive(histogram).map(|bucket| bucket.cut_at_zero_bucket(histogram.zero_threshold)))
}

/// Every bucket, from the highest down; the zero bucket if it is not empty.
pub fn descending(histogram: &NativeHistogram) -> impl Iterator<Item = Bucket> + '_ {
    let positive: Vec<_> = indexed(&histogram.positive_spans, &histogram.positive_buckets).collect();
    let positive = positive
        .into_iter()
        .rev()
        .map(|(index, count)| Bucket::positive(histogram, index, count));
    let around = (histogram.zero_count > 0.0).then(|| zero(histogram));
    positive
        .map(|bucket| bucket.cut_at_zero_bucket(histogram.zero_threshold))
        .chain(around)
        .chain(negative(histogram).map(|bucket| bucket.cut_at_zero_bucket(histogram.zero_threshold)))
}

/// A histogram as `count_values` shows it: `{count:6, sum:3.5, [-2,-1):1, [-0.1,0.1]:2, (1,2]:3}`, without empty buckets.
#[must_use]
pub fn to_text(histogram: &NativeHistogram) -> String {
    let (count, sum) = (general(histogram.count), general(histogram.sum));
    let mut text = format!("{{count:{count}, sum:{sum}");
    let negative: Vec<Bucket> = negative(histogram).filter(|bucket| bucket.count != 0.0).collect();
    for bucket in negative.iter().rev() {
        text.push_str(&format!(", {bucket}"));
    }
    if histogram.zero_count != 0.0 {
        text.push_str(&format!(", {}", zero(histogram)));
    }
    for bucket in positive(histogram).filter(|bucket| bucket.count != 0.0) {
        text.push_str(&format!(", {bucket}"));
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::notation::parse;

    fn of(text: &str) -> NativeHistogram {
        parse(text).expect("valid notation")
    }

    #[test]
    fn buckets_come_in_order_of_their_bounds() {
        let histogram =
            of("{{schema:0 count:6 sum:3 z_bucket:2 z_bucket_w:0.1 buckets:[1] n_buckets:[2 1]}}");
        let up: Vec<_> = ascending(&histogram)
            .map(|bucket| (bucket.lower, bucket.upper))
            .collect();
        assert_eq!(up, [(-2.0, -1.0), (-1.0, -0.5), (-0.1, 0.1), (0.5, 1.0)]);
        let down: Vec<_> = descending(&histogram).map(|bucket| bucket.count).collect();
        assert_eq!(down, [1.0, 2.0, 2.0, 1.0]);
        assert_eq!(
            to_text(&histogram),
            "{count:6, sum:3, [-2,-1):1, [-1,-0.5):2, [-0.1,0.1]:2, (0.5,1]:1}"
        );
    }

    #[test]
    fn a_bucket_ends_where_the_zero_bucket_begins() {
        let histogram = of("{{schema:0 count:3 z_bucket:1 z_bucket_w:0.75 buckets:[1] n_buckets:[1]}}");
        let up: Vec<_> = ascending(&histogram)
            .map(|bucket| (bucket.lower, bucket.upper))
            .collect();
        assert_eq!(up, [(-1.0, -0.75), (-0.75, 0.75), (0.75, 1.0)]);
    }

    #[test]
    fn the_first_custom_bucket_begins_at_minus_infinity() {
        let histogram = of("{{schema:-53 count:3 sum:2 custom_values:[5 10] buckets:[1 1 1]}}");
        assert_eq!(
            to_text(&histogram),
            "{count:3, sum:2, [-Inf,5]:1, (5,10]:1, (10,+Inf]:1}"
        );
    }
}
