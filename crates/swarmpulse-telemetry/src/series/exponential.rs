//! Exponential histograms as classic ones: bounds at powers of two, which are bounds of every scale, so that no count is
//! split or guessed.
//!
//! A histogram shows the powers of two from below its smallest to above its largest observation, both ends moved
//! outwards to a multiple of eight, so that bounds rarely change; observations of zero and below are in `le="0"`.

use super::histogram::Reading;
use super::labels::LabelSet;
use super::{Converter, Family};
use crate::identity::Who;
use crate::message::metrics::{Buckets, ExponentialPoint, NO_RECORDED_VALUE};
use crate::streams::Totals;

/// Powers beyond these are not told apart.
const POWER_MAX: i64 = 64;
const STEP: i64 = 8;
const BUCKETS_MAX: usize = 4096;

impl Converter<'_> {
    pub(super) fn exponential(
        &mut self,
        family: &Family<'_>,
        labels: &LabelSet<'_>,
        who: &Who<'_>,
        point: &ExponentialPoint,
    ) -> Result<(), String> {
        let span = self.span(point.start_time_unix_nano, point.time_unix_nano)?;
        let reading = Reading {
            span,
            totals: totals(point)?,
            has_sum: point.sum.is_some(),
            stale: point.flags & NO_RECORDED_VALUE != 0,
        };
        self.buckets(family, labels, who, &reading)
    }
}

/// The point with bounds at powers of two.
fn totals(point: &ExponentialPoint) -> Result<Totals, String> {
    let empty = Buckets::default();
    let positive = point.positive.as_ref().unwrap_or(&empty);
    let negative = point.negative.as_ref().unwrap_or(&empty);
    if positive.bucket_counts.len().max(negative.bucket_counts.len()) > BUCKETS_MAX {
        return Err(format!("more than {BUCKETS_MAX} buckets"));
    }
    if !(-16..=32).contains(&point.scale) {
        return Err(format!("scale {}; send one from -16 to 32", point.scale));
    }
    let below: u64 = negative
        .bucket_counts
        .iter()
        .fold(point.zero_count, |sum, count| sum.saturating_add(*count));
    let mut powers: Vec<(i64, u64)> = Vec::new();
    for (place, count) in positive
        .bucket_counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
    {
        let upper = i64::from(positive.offset) + place as i64 + 1;
        let power = power_above(upper, point.scale).clamp(-POWER_MAX, POWER_MAX + 1);
        match powers.last_mut() {
            Some((last, sum)) if *last == power => *sum = sum.saturating_add(*count),
            _ => powers.push((power, *count)),
        }
    }
    let mut totals = Totals {
        count: point.count as f64,
        sum: point.sum.unwrap_or_default(),
        bounds: vec![0.0],
        buckets: vec![below as f64],
        on_grid: true,
        ..Totals::default()
    };
    let mut beyond = 0.0;
    if let (Some((least, _)), Some((most, _))) = (powers.first(), powers.last()) {
        let from = (least - 1).div_euclid(STEP) * STEP;
        let to = (most + STEP - 1).div_euclid(STEP) * STEP;
        let mut powers = powers.iter().peekable();
        for power in from..=to.min(POWER_MAX) {
            let here = powers
                .next_if(|(at, _)| *at == power)
                .map_or(0, |(_, count)| *count);
            totals.bounds.push((power as f64).exp2());
            totals.buckets.push(here as f64);
        }
        beyond = powers.map(|(_, count)| *count as f64).sum();
    }
    totals.buckets.push(beyond);
    Ok(totals)
}

/// The least power of two at or above the bucket's upper bound `2^(upper / 2^scale)`.
fn power_above(upper: i64, scale: i32) -> i64 {
    if scale >= 0 {
        let parts = 1_i64 << scale;
        -(-upper).div_euclid(parts)
    } else {
        upper << -scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_bounds_of_every_scale() {
        // Scale 2: four buckets to a power. Bucket 3 ends at 2^(4/4) = 2, bucket 4 at 2^(5/4).
        assert_eq!(power_above(4, 2), 1);
        assert_eq!(power_above(5, 2), 2);
        assert_eq!(power_above(0, 2), 0);
        assert_eq!(power_above(-1, 2), 0);
        assert_eq!(power_above(-4, 2), -1);
        assert_eq!(power_above(-5, 2), -1);
        assert_eq!(power_above(1, -1), 2);
        assert_eq!(power_above(-1, -1), -2);
    }

    #[test]
    fn counts_land_whole_under_the_right_bound() {
        let point = ExponentialPoint {
            count: 16,
            sum: Some(20.0),
            scale: 1,
            zero_count: 3,
            positive: Some(Buckets {
                offset: -1,
                bucket_counts: vec![1, 2, 0, 4],
            }),
            negative: Some(Buckets {
                offset: 0,
                bucket_counts: vec![6],
            }),
            ..ExponentialPoint::default()
        };
        let totals = totals(&point).unwrap();
        let at = |bound: f64| {
            let place = totals.bounds.iter().position(|known| *known == bound).unwrap();
            totals.buckets[..=place].iter().sum::<f64>()
        };
        assert_eq!(at(0.0), 9.0);
        assert_eq!(at(1.0), 10.0, "0.707 to 1");
        assert_eq!(at(2.0), 12.0, "1 to 1.41");
        assert_eq!(at(4.0), 16.0, "2 to 2.83");
        assert_eq!(totals.buckets.len(), totals.bounds.len() + 1);
        assert_eq!(totals.bounds.first(), Some(&0.0));
        assert_eq!(totals.bounds.last(), Some(&256.0));
    }

    #[test]
    fn what_is_beyond_all_bounds_is_under_infinity_alone() {
        let point = ExponentialPoint {
            count: 2,
            scale: -10,
            positive: Some(Buckets {
                offset: 5,
                bucket_counts: vec![2],
            }),
            ..ExponentialPoint::default()
        };
        let totals = totals(&point).unwrap();
        assert_eq!(totals.buckets.last(), Some(&2.0));
        assert_eq!(totals.buckets.iter().sum::<f64>(), 2.0);
    }
}
