//! Aggregates of a series by hour and by day, kept longer than its samples.

/// How long a bucket is. Buckets are left-open: the one that ends at `e` holds samples with `e - length < t <= e`, as the
/// windows of PromQL do, so that aligned windows are sums of whole buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    /// One hour.
    Hour,
    /// One day, in UTC.
    Day,
}

impl Bucket {
    /// Its length.
    #[must_use]
    pub const fn length_ms(self) -> i64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }

    /// The end of the bucket that holds this time.
    #[must_use]
    pub const fn end_of(self, at_ms: i64) -> i64 {
        let length = self.length_ms();
        (at_ms - 1).div_euclid(length) * length + length
    }
}

/// One bucket of one series. Markers of a series that is gone are not counted; a bucket without samples has no row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RollupRow {
    /// When the bucket ends.
    pub end_ms: i64,
    /// Samples in it.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The time of the first.
    pub first_at_ms: i64,
    /// The first.
    pub first: f64,
    /// The time of the last.
    pub last_at_ms: i64,
    /// The last.
    pub last: f64,
    /// What a counter lost by restarts within the bucket: the sum of the values just before each fall.
    pub lost_by_resets: f64,
}

impl RollupRow {
    /// The row of samples in one bucket, oldest first, without markers; `None` of none.
    #[must_use]
    pub fn of(end_ms: i64, times_ms: &[i64], values: &[f64]) -> Option<Self> {
        let (first_at_ms, last_at_ms) = (*times_ms.first()?, *times_ms.last()?);
        let (first, last) = (*values.first()?, *values.last()?);
        let (mut sum, mut min, mut max, mut lost, mut before) = (0.0, first, first, 0.0, first);
        for value in values.iter().copied() {
            sum += value;
            // As PromQL does it: a NaN gives way to any number.
            if value < min || min.is_nan() {
                min = value;
            }
            if value > max || max.is_nan() {
                max = value;
            }
            if value < before {
                lost += before;
            }
            before = value;
        }
        Some(Self {
            end_ms,
            count: values.len() as u64,
            sum,
            min,
            max,
            first_at_ms,
            first,
            last_at_ms,
            last,
            lost_by_resets: lost,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_left_open() {
        let hour = Bucket::Hour.length_ms();
        assert_eq!(Bucket::Hour.end_of(0), 0);
        assert_eq!(Bucket::Hour.end_of(1), hour);
        assert_eq!(Bucket::Hour.end_of(hour), hour);
        assert_eq!(Bucket::Hour.end_of(hour + 1), 2 * hour);
        assert_eq!(Bucket::Hour.end_of(-1), 0);
    }

    #[test]
    fn a_row_knows_what_restarts_lost() {
        let row = RollupRow::of(100, &[10, 20, 30, 40], &[5.0, 9.0, 1.0, 4.0]).expect("samples");
        assert_eq!((row.count, row.sum, row.min, row.max), (4, 19.0, 1.0, 9.0));
        assert_eq!((row.first, row.last, row.lost_by_resets), (5.0, 4.0, 9.0));
        assert_eq!(RollupRow::of(100, &[], &[]), None);
    }
}
