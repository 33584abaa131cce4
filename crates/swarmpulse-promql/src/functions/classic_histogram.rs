//! Quantiles and fractions of histograms that are series with a label `le`.

/// Counts of neighbouring buckets that differ by less than this part of both are taken to be the same.
const SMALL_DIFFERENCE: f64 = 1e-12;

/// A bucket: all observations up to a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ClassicBucket {
    pub upper_bound: f64,
    pub count: f64,
}

/// Puts buckets in order and adds up those with the same bound. False if there is no bucket for all observations.
fn prepare(buckets: &mut Vec<ClassicBucket>) -> bool {
    buckets.sort_by(|left, right| {
        let order = left.upper_bound.partial_cmp(&right.upper_bound);
        order.unwrap_or(std::cmp::Ordering::Equal)
    });
    let complete = buckets
        .last()
        .is_some_and(|bucket| bucket.upper_bound == f64::INFINITY);
    if complete {
        buckets.dedup_by(|next, kept| {
            let same = next.upper_bound == kept.upper_bound;
            if same {
                kept.count += next.count;
            }
            same
        });
    }
    complete
}

/// The quantile, evenly spread within its bucket; and whether buckets held less than those below them.
pub(super) fn quantile(quantile: f64, buckets: &mut Vec<ClassicBucket>) -> (f64, bool) {
    if quantile.is_nan() {
        return (f64::NAN, false);
    }
    if quantile < 0.0 {
        return (f64::NEG_INFINITY, false);
    }
    if quantile > 1.0 {
        return (f64::INFINITY, false);
    }
    if !prepare(buckets) {
        return (f64::NAN, false);
    }
    let forced = make_monotonic(buckets);
    let [below @ .., all] = buckets.as_slice() else {
        return (f64::NAN, false);
    };
    let (Some(highest), false) = (below.last(), all.count == 0.0) else {
        return (f64::NAN, false);
    };
    let rank = quantile * all.count;
    // As a binary search does it: what is not a number is never large enough.
    let place = below.partition_point(|bucket| !is_at_least(bucket.count, rank));
    let Some(bucket) = below.get(place) else {
        return (highest.upper_bound, forced);
    };
    if place == 0 && bucket.upper_bound <= 0.0 {
        return (bucket.upper_bound, forced);
    }
    let (start, before) = match place.checked_sub(1) {
        Some(place) => (below[place].upper_bound, below[place].count),
        None => (0.0, 0.0),
    };
    let part = (rank - before) / (bucket.count - before);
    (start + (bucket.upper_bound - start) * part, forced)
}

fn is_at_least(count: f64, rank: f64) -> bool {
    count >= rank
}

/// Lifts buckets to what those below them hold. Whether any held less, beyond what rounding explains.
fn make_monotonic(buckets: &mut [ClassicBucket]) -> bool {
    let mut forced = false;
    let Some((first, rest)) = buckets.split_first_mut() else {
        return false;
    };
    let mut before = first.count;
    for bucket in rest {
        if bucket.count == before {
            continue;
        }
        if is_about(before, bucket.count) {
            bucket.count = before;
        } else if bucket.count < before {
            bucket.count = before;
            forced = true;
        } else {
            before = bucket.count;
        }
    }
    forced
}

/// Whether two numbers are the same but for rounding.
fn is_about(left: f64, right: f64) -> bool {
    if left.is_nan() && right.is_nan() || left == right {
        return true;
    }
    let (size, difference) = (left.abs() + right.abs(), (left - right).abs());
    if left == 0.0 || right == 0.0 || size < f64::MIN_POSITIVE {
        return difference < SMALL_DIFFERENCE * f64::MIN_POSITIVE;
    }
    difference / size.min(f64::MAX) < SMALL_DIFFERENCE
}

/// The part of the observations between two values.
pub(super) fn fraction(lower: f64, upper: f64, buckets: &mut Vec<ClassicBucket>) -> f64 {
    if !prepare(buckets) {
        return f64::NAN;
    }
    let count = buckets.last().map_or(0.0, |bucket| bucket.count);
    if count == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    (rank_of(upper, buckets, count) - rank_of(lower, buckets, count)) / count
}

/// How many observations are below a value; all at most.
fn rank_of(value: f64, buckets: &[ClassicBucket], all: f64) -> f64 {
    let (mut start, mut rank) = (f64::NEG_INFINITY, 0.0);
    for bucket in buckets {
        if start >= value {
            return at_most(rank, all);
        }
        if bucket.upper_bound > value {
            let part = (bucket.count - rank) * (value - start) / (bucket.upper_bound - start);
            return at_most(rank + part, all);
        }
        (start, rank) = (bucket.upper_bound, bucket.count);
    }
    all
}

fn at_most(rank: f64, all: f64) -> f64 {
    if rank > all { all } else { rank }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(pairs: &[(f64, f64)]) -> Vec<ClassicBucket> {
        let of = |(upper_bound, count): &(f64, f64)| ClassicBucket {
            upper_bound: *upper_bound,
            count: *count,
        };
        pairs.iter().map(of).collect()
    }

    fn at(place: f64, pairs: &[(f64, f64)]) -> (f64, bool) {
        quantile(place, &mut buckets(pairs))
    }

    const SOME: [(f64, f64); 4] = [(f64::INFINITY, 10.0), (1.0, 2.0), (5.0, 6.0), (10.0, 9.0)];

    #[test]
    fn quantiles_are_evenly_spread_within_their_bucket() {
        assert_eq!(at(0.1, &SOME), (0.5, false));
        assert_eq!(at(0.4, &SOME), (3.0, false));
        assert_eq!(
            at(0.95, &SOME),
            (10.0, false),
            "the end of the last bucket that has one"
        );
        assert_eq!(at(-1.0, &SOME).0, f64::NEG_INFINITY);
        assert_eq!(at(2.0, &SOME).0, f64::INFINITY);
        assert_eq!(at(0.5, &[(-1.0, 6.0), (f64::INFINITY, 10.0)]), (-1.0, false));
        let nothing: [&[(f64, f64)]; 4] = [
            &[(1.0, 2.0)],
            &[(f64::INFINITY, 2.0)],
            &[(1.0, 0.0), (f64::INFINITY, 0.0)],
            &[],
        ];
        for pairs in nothing {
            assert!(at(0.5, pairs).0.is_nan(), "{pairs:?}");
        }
    }

    #[test]
    fn buckets_that_hold_less_are_lifted_and_rounding_is_not_worth_a_word() {
        let falling = [(1.0, 4.0), (2.0, 3.0), (4.0, 8.0), (f64::INFINITY, 8.0)];
        assert_eq!(at(0.75, &falling), (3.0, true));
        let rounded = [(1.0, 4.0), (2.0, 4.0 - 1e-14), (4.0, 8.0), (f64::INFINITY, 8.0)];
        assert_eq!(at(0.75, &rounded), (3.0, false));
        let twice = [(1.0, 1.0), (1.0, 3.0), (f64::INFINITY, 8.0)];
        assert_eq!(at(0.25, &twice), (0.5, false));
    }

    #[test]
    fn fractions_undo_quantiles() {
        let part = |lower, upper| fraction(lower, upper, &mut buckets(&SOME));
        assert_eq!(part(f64::NEG_INFINITY, 3.0), 0.4);
        assert_eq!(part(1.0, 10.0), 0.7);
        assert_eq!(part(f64::NEG_INFINITY, f64::INFINITY), 1.0);
        assert_eq!(part(3.0, 2.0), 0.0);
        assert!(part(f64::NAN, 2.0).is_nan());
        assert!(fraction(0.0, 1.0, &mut buckets(&[(1.0, 2.0)])).is_nan());
    }
}
