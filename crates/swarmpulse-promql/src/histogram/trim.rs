//! Native histograms without the observations on one side of a value.
//!
//! Method: that of Prometheus' operators `</` and `>/`. A bucket in which the value lies keeps its part, as quantiles assume
//! observations to be spread; the sum is estimated anew from the middles of what is left. Nothing is known of how
//! observations are spread in a bucket without end, so that it is kept or left out as a whole.

use swarmpulse_model::series::NativeHistogram;

use super::arithmetic::compact;
use super::bounds::has_custom_bounds;
use super::bucket::{Bucket, negative, positive, zero};

/// Which observations are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Those below the value: `</`.
    Below,
    /// Those above the value: `>/`.
    Above,
}

/// The histogram of the observations on one side of a value.
#[must_use]
pub fn trim(histogram: &NativeHistogram, limit: f64, kept: Kept) -> NativeHistogram {
    let cut = Cut {
        limit,
        kept,
        linear: has_custom_bounds(histogram),
    };
    let mut trimmed = histogram.clone();
    let (mut count, mut sum) = (0.0, 0.0);
    let mut changed = false;
    let mut sides = [false, false];
    let buckets = [
        (
            positive(histogram).collect::<Vec<_>>(),
            &mut trimmed.positive_buckets,
        ),
        (
            negative(histogram).collect::<Vec<_>>(),
            &mut trimmed.negative_buckets,
        ),
    ];
    for ((buckets, counts), filled) in buckets.into_iter().zip(&mut sides) {
        for (bucket, left) in buckets.iter().zip(counts.iter_mut()) {
            if bucket.count == 0.0 {
                continue;
            }
            *filled = true;
            let part = cut.part(bucket);
            count += part.count;
            sum += part.middle * part.count;
            changed |= *left != part.count;
            *left = part.count;
        }
    }
    if histogram.zero_count > 0.0 {
        let part = cut.part_of_zero(&zero(histogram), sides);
        changed |= trimmed.zero_count != part.count;
        trimmed.zero_count = part.count;
        count += part.count;
        sum += part.middle * part.count;
    }
    if changed {
        (trimmed.count, trimmed.sum) = (count, sum);
        compact(&mut trimmed);
    }
    trimmed
}

/// What is left of a bucket: so many observations, around this value.
struct Part {
    count: f64,
    middle: f64,
}

const NOTHING: Part = Part {
    count: 0.0,
    middle: 0.0,
};

struct Cut {
    limit: f64,
    kept: Kept,
    /// Whether observations are spread evenly within a bucket.
    linear: bool,
}

impl Cut {
    fn part(&self, bucket: &Bucket) -> Part {
        let (whole, split) = match self.kept {
            Kept::Below => (bucket.upper <= self.limit, bucket.lower < self.limit),
            Kept::Above => (bucket.lower >= self.limit, bucket.upper > self.limit),
        };
        if whole {
            return Part {
                count: bucket.count,
                middle: self.middle(bucket.lower, bucket.upper),
            };
        }
        if !split {
            return NOTHING;
        }
        match (bucket.lower == f64::NEG_INFINITY, bucket.upper == f64::INFINITY) {
            (false, false) => self.split(bucket),
            (true, _) => self.part_without_lower_end(bucket),
            (false, true) => match self.kept {
                Kept::Below => NOTHING,
                Kept::Above => Part {
                    count: bucket.count,
                    middle: self.limit,
                },
            },
        }
    }

    /// The value is within a bucket that has ends.
    fn split(&self, bucket: &Bucket) -> Part {
        let below = bucket.count * self.fraction_below(bucket);
        match self.kept {
            Kept::Below => Part {
                count: below,
                middle: self.middle(bucket.lower, self.limit),
            },
            Kept::Above => Part {
                count: bucket.count - below,
                middle: self.middle(self.limit, bucket.upper),
            },
        }
    }

    /// A bucket from the lowest number to a positive one is taken to begin at zero.
    fn part_without_lower_end(&self, bucket: &Bucket) -> Part {
        let (limit, upper) = (self.limit, bucket.upper);
        let from_zero = upper > 0.0 && upper.is_finite();
        match self.kept {
            Kept::Below if from_zero && limit > 0.0 => Part {
                count: bucket.count * limit / upper,
                middle: limit / 2.0,
            },
            Kept::Below if upper <= 0.0 => Part {
                count: bucket.count,
                middle: limit,
            },
            Kept::Above if from_zero && limit >= 0.0 => Part {
                count: bucket.count * (1.0 - limit / upper),
                middle: f64::midpoint(limit, upper),
            },
            _ => NOTHING,
        }
    }

    fn fraction_below(&self, bucket: &Bucket) -> f64 {
        if self.linear {
            return (self.limit - bucket.lower) / (bucket.upper - bucket.lower);
        }
        let (lower, upper) = (bucket.lower.abs().log2(), bucket.upper.abs().log2());
        let place = self.limit.abs().log2();
        if bucket.lower >= 0.0 {
            (place - lower) / (upper - lower)
        } else {
            1.0 - (place - upper) / (lower - upper)
        }
    }

    /// The value that stands for those between two: of one side of zero, unless bounds are listed.
    fn middle(&self, lower: f64, upper: f64) -> f64 {
        match (lower.is_infinite(), upper.is_infinite()) {
            (true, true) => 0.0,
            (true, false) if upper > 0.0 => upper / 2.0,
            (true, false) => upper,
            (false, true) => lower,
            (false, false) if self.linear => f64::midpoint(lower, upper),
            (false, false) => (lower * upper)
                .abs()
                .sqrt()
                .copysign(if lower < 0.0 { -1.0 } else { 1.0 }),
        }
    }

    /// The zero bucket reaches to the sides of zero that have other buckets; to both if none has.
    fn part_of_zero(&self, bucket: &Bucket, [above, below]: [bool; 2]) -> Part {
        let lower = if above && !below { 0.0 } else { bucket.lower };
        let upper = if below && !above { 0.0 } else { bucket.upper };
        let limit = self.limit;
        let (whole, none) = match self.kept {
            Kept::Below => (limit > lower && limit >= upper, limit <= lower),
            Kept::Above => (limit <= lower, limit > lower && limit >= upper),
        };
        if none {
            return NOTHING;
        }
        let (from, to) = match (whole, self.kept) {
            (true, _) => {
                return Part {
                    count: bucket.count,
                    middle: f64::midpoint(lower, upper),
                };
            }
            (false, Kept::Below) => (lower, limit),
            (false, Kept::Above) => (limit, upper),
        };
        Part {
            count: bucket.count * ((to - from) / (upper - lower)),
            middle: f64::midpoint(from, to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::notation::parse;
    use crate::histogram::{fraction, print};

    fn of(text: &str) -> NativeHistogram {
        parse(text).expect("valid notation")
    }

    #[test]
    fn what_is_kept_is_the_fraction_on_that_side() {
        let histograms = [
            "{{schema:1 count:21 sum:9 z_bucket:4 z_bucket_w:0.2 buckets:[3 0 5] n_buckets:[4 3 2]}}",
            "{{schema:-53 count:12 sum:40 custom_values:[2 4 8] buckets:[3 4 5]}}",
            "{{count:5 sum:0 z_bucket:5 z_bucket_w:0.5}}",
        ];
        for text in histograms {
            let histogram = of(text);
            for limit in [-1.7, -1.0, -0.1, 0.0, 0.1, 1.0, 1.2, 3.0, 5.0] {
                if has_custom_bounds(&histogram) && limit < 0.0 {
                    // In the bucket without lower end, of which nothing is known there.
                    continue;
                }
                let below = trim(&histogram, limit, Kept::Below).count;
                let above = trim(&histogram, limit, Kept::Above).count;
                let (part, _) = fraction(f64::NEG_INFINITY, limit, &histogram);
                assert!(
                    (below + above - histogram.count).abs() < 1e-9,
                    "{text} at {limit}"
                );
                assert!((below - part * histogram.count).abs() < 1e-9, "{text} at {limit}");
            }
        }
    }

    #[test]
    fn nothing_changes_if_nothing_is_cut() {
        let text = "{{schema:-53 count:9 sum:7 custom_values:[-2 4] buckets:[3 4 2]}}";
        let whole = trim(&of(text), f64::INFINITY, Kept::Below);
        assert_eq!(print(&whole), print(&of(text)));
        let whole = trim(&of(text), f64::NEG_INFINITY, Kept::Above);
        assert_eq!(print(&whole), print(&of(text)));
    }

    #[test]
    fn buckets_without_end_are_kept_or_left_out() {
        let histogram = of("{{schema:-53 count:6 sum:7 custom_values:[-2 4] buckets:[1 2 3]}}");
        let below = trim(&histogram, 9.0, Kept::Below);
        assert_eq!((below.count, below.sum), (3.0, -2.0 + 2.0));
        let above = trim(&histogram, 9.0, Kept::Above);
        assert_eq!((above.count, above.sum), (3.0, 27.0));
        let lowest = trim(&histogram, -5.0, Kept::Below);
        assert_eq!((lowest.count, lowest.sum), (1.0, -5.0));
    }
}
