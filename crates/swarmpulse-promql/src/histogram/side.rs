//! The buckets on one side of zero, as pairs of index and count.

use swarmpulse_model::series::BucketSpan;

use super::bounds;

/// The buckets of one side with their indexes, ascending. Whatever spans and counts disagree about is left out.
pub(super) fn indexed<'a>(
    spans: &'a [BucketSpan],
    counts: &'a [f64],
) -> impl Iterator<Item = (i32, f64)> + Clone + 'a {
    let mut end = 0i32;
    let indexes = spans.iter().flat_map(move |span| {
        let start = end.saturating_add(span.offset);
        end = start.saturating_add_unsigned(span.length);
        start..end
    });
    indexes.zip(counts.iter().copied())
}

/// The index that a bucket has in a coarser schema.
pub(super) fn coarser_index(index: i32, from_schema: i32, to_schema: i32) -> i32 {
    let shift = from_schema.saturating_sub(to_schema).clamp(0, 31);
    (index.saturating_sub(1) >> shift) + 1
}

/// Buckets of one side while they are being written, in order of their indexes.
#[derive(Debug, Default)]
pub(super) struct Side {
    spans: Vec<BucketSpan>,
    counts: Vec<f64>,
    next: i32,
}

impl Side {
    /// Adds a bucket; its index is higher than those before.
    pub(super) fn push(&mut self, index: i32, count: f64) {
        match self.spans.last_mut() {
            Some(span) if self.next == index => span.length += 1,
            _ => self.spans.push(BucketSpan {
                offset: index.saturating_sub(self.next),
                length: 1,
            }),
        }
        self.counts.push(count);
        self.next = index.saturating_add(1);
    }

    /// Adds to the last bucket if it has this index, or adds a bucket.
    fn push_or_add(&mut self, index: i32, count: f64) {
        match self.counts.last_mut() {
            Some(last) if self.next == index.saturating_add(1) => *last += count,
            _ => self.push(index, count),
        }
    }

    /// Of buckets given in order.
    pub(super) fn of(buckets: impl Iterator<Item = (i32, f64)>) -> Self {
        let mut side = Self::default();
        for (index, count) in buckets {
            side.push(index, count);
        }
        side
    }

    /// Of buckets in a finer schema.
    pub(super) fn coarser(
        buckets: impl Iterator<Item = (i32, f64)>,
        from_schema: i32,
        to_schema: i32,
    ) -> Self {
        let mut side = Self::default();
        for (index, count) in buckets {
            side.push_or_add(coarser_index(index, from_schema, to_schema), count);
        }
        side
    }

    /// Of buckets with some listed bounds, onto fewer of these bounds: each goes where its upper bound is, or the next
    /// higher.
    pub(super) fn onto(buckets: impl Iterator<Item = (i32, f64)>, from: &[f64], to: &[f64]) -> Self {
        let mut side = Self::default();
        for (index, count) in buckets {
            let upper = bounds::bound(index, bounds::CUSTOM_SCHEMA, from);
            let place = to.partition_point(|bound| *bound < upper);
            side.push_or_add(place as i32, count);
        }
        side
    }

    /// The sum, bucket by bucket, of two sides of the same schema.
    pub(super) fn sum(
        left: impl Iterator<Item = (i32, f64)>,
        right: impl Iterator<Item = (i32, f64)>,
    ) -> Self {
        let (mut left, mut right) = (left.peekable(), right.peekable());
        let mut side = Self::default();
        loop {
            match (left.peek().copied(), right.peek().copied()) {
                (Some((a, count)), Some((b, more))) if a == b => {
                    side.push(a, count + more);
                    left.next();
                    right.next();
                }
                (Some((a, count)), Some((b, _))) if a < b => {
                    side.push(a, count);
                    left.next();
                }
                (Some((index, count)), None) => {
                    side.push(index, count);
                    left.next();
                }
                (_, Some((index, count))) => {
                    side.push(index, count);
                    right.next();
                }
                (None, None) => return side,
            }
        }
    }

    /// Spans and counts.
    pub(super) fn into_parts(self) -> (Vec<BucketSpan>, Vec<f64>) {
        (self.spans, self.counts)
    }
}

/// Leaves out the buckets from the lowest on that end at or before the zero bucket does. Custom bounds have no zero bucket.
pub(super) fn beyond_zero(
    buckets: impl Iterator<Item = (i32, f64)> + Clone,
    schema: i32,
    zero_threshold: f64,
) -> impl Iterator<Item = (i32, f64)> + Clone {
    let exponential = bounds::is_exponential(schema) && zero_threshold != 0.0;
    buckets.skip_while(move |(index, _)| {
        exponential && bounds::exponential_bound(*index, schema) <= zero_threshold
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(offset: i32, length: u32) -> BucketSpan {
        BucketSpan { offset, length }
    }

    #[test]
    fn indexes_follow_spans_and_gaps() {
        let spans = [span(-2, 2), span(0, 0), span(3, 1)];
        let found: Vec<_> = indexed(&spans, &[1.0, 2.0, 3.0]).collect();
        assert_eq!(found, [(-2, 1.0), (-1, 2.0), (3, 3.0)]);
        let side = Side::of(found.into_iter());
        assert_eq!(side.spans, [span(-2, 2), span(3, 1)]);
        let too_few = indexed(&[span(0, u32::MAX)], &[1.0]).count();
        assert_eq!(too_few, 1, "damaged spans end with the counts");
    }

    #[test]
    fn coarser_buckets_hold_their_finer_ones() {
        let fine = [
            (-3, 1.0),
            (-2, 1.0),
            (-1, 1.0),
            (0, 1.0),
            (1, 1.0),
            (2, 1.0),
            (5, 1.0),
        ];
        let side = Side::coarser(fine.into_iter(), 1, 0);
        assert_eq!(side.spans, [span(-1, 3), span(1, 1)]);
        assert_eq!(side.counts, [2.0, 2.0, 2.0, 1.0]);
    }

    #[test]
    fn sums_have_the_buckets_of_both() {
        let left = [(0, 1.0), (1, 2.0), (4, 1.0)];
        let right = [(-1, 5.0), (1, 1.0), (2, 1.0)];
        let side = Side::sum(left.into_iter(), right.into_iter());
        assert_eq!(side.spans, [span(-1, 4), span(1, 1)]);
        assert_eq!(side.counts, [5.0, 1.0, 3.0, 1.0, 1.0]);
    }
}
