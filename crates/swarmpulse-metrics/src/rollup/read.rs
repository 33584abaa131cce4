//! Reading aggregates: from files where a day was packed, computed from samples elsewhere.

use std::collections::BTreeSet;

use swarmpulse_chunk::Chunk;
use swarmpulse_store::metrics::{Bucket, RollupRow};

use super::{decode_rows, rows_of};
use crate::segment::{Segment, SegmentKind, Shelf, sort_unique};

const DAY_MS: i64 = Bucket::Day.length_ms();

impl Shelf {
    /// Replaces `into` by the rows of a series whose buckets end in a span, oldest first. `head` are the samples in memory,
    /// in order, of the span and one bucket before. False if such buckets are no longer kept for all of the span.
    pub(crate) fn rollups(
        &self,
        series: u32,
        bucket: Bucket,
        (from_ms, to_ms): (i64, i64),
        head: (&[i64], &[f64]),
        into: &mut Vec<RollupRow>,
    ) -> bool {
        into.clear();
        let length = bucket.length_ms();
        let (Some(first_end), Some(last_end)) =
            (end_at_or_after(bucket, from_ms), end_at_or_before(bucket, to_ms))
        else {
            return false;
        };
        if first_end > last_end {
            return true;
        }
        if bucket == Bucket::Hour && self.hours_are_gone(from_ms) {
            return false;
        }
        self.stored_rows(series, bucket, (first_end, last_end), into);
        let days = self.days_to_compute(series, (first_end - length + 1, last_end), head.0);
        if !days.is_empty() {
            into.retain(|row| !days.contains(&Bucket::Day.end_of(row.end_ms)));
            let (mut times, mut values) = (Vec::new(), Vec::new());
            for day_end in days {
                let span = (
                    (day_end - DAY_MS + 1).max(first_end - length + 1),
                    day_end.min(last_end),
                );
                times.clear();
                values.clear();
                self.read_all(series, span, &mut times, &mut values);
                append_span(head, span, &mut times, &mut values);
                rows_of(bucket, &times, &values, into);
            }
        }
        into.sort_by_key(|row| row.end_ms);
        true
    }

    /// Whether there are days so old that only daily aggregates are left of them.
    fn hours_are_gone(&self, from_ms: i64) -> bool {
        let oldest = |kind| {
            self.of_kind(kind)
                .map(|segment| segment.footer().covers_from_ms)
                .min()
        };
        let Some(oldest_day) = oldest(SegmentKind::Day) else {
            return false;
        };
        let oldest_hour = oldest(SegmentKind::Hour).unwrap_or(i64::MAX);
        oldest_day < oldest_hour && from_ms < oldest_hour
    }

    fn stored_rows(
        &self,
        series: u32,
        bucket: Bucket,
        (first_end, last_end): (i64, i64),
        into: &mut Vec<RollupRow>,
    ) {
        let files = self
            .rollups
            .iter()
            .filter(|segment| segment.footer().kind.bucket() == Some(bucket));
        for segment in files.filter(|segment| segment.overlaps(first_end, last_end)) {
            for record in segment.records(series) {
                let before = into.len();
                let read = record
                    .checked()
                    .is_some_and(|bytes| decode_rows(bytes, into).is_ok());
                if !read {
                    segment.mark_damaged();
                    into.truncate(before);
                }
            }
        }
        into.retain(|row| (first_end..=last_end).contains(&row.end_ms));
        // Of two files that tell of the same bucket, the later one is right.
        if !into.is_sorted_by(|one, next| one.end_ms < next.end_ms) {
            into.reverse();
            into.sort_by_key(|row| row.end_ms);
            into.dedup_by_key(|row| row.end_ms);
        }
    }

    /// The ends of days of which aggregates must be computed, for there are samples that no file of aggregates knows.
    fn days_to_compute(
        &self,
        series: u32,
        (from_ms, to_ms): (i64, i64),
        head_times: &[i64],
    ) -> BTreeSet<i64> {
        let mut days = BTreeSet::new();
        for shelved in self.all_samples() {
            let segment = &shelved.segment;
            let from_ms = from_ms.max(shelved.live_from_ms);
            if from_ms > to_ms || !segment.overlaps(from_ms, to_ms) {
                continue;
            }
            let footer = segment.footer();
            if footer.kind == SegmentKind::Cold {
                let known = self
                    .rollups
                    .iter()
                    .any(|rollups| covers(rollups, footer.covers_from_ms, footer.covers_to_ms));
                if known {
                    continue;
                }
            }
            for record in segment.records(series) {
                let Ok(chunk) = Chunk::open(record.unchecked()) else {
                    continue;
                };
                let (first, last) = (chunk.first_ms().max(from_ms), chunk.last_ms().min(to_ms));
                insert_days(first, last, &mut days, |day| {
                    self.is_absorbed(footer.sequence, day)
                });
            }
        }
        for time in head_times {
            if (from_ms..=to_ms).contains(time) {
                days.insert(Bucket::Day.end_of(*time));
            }
        }
        days
    }
}

fn insert_days(first_ms: i64, last_ms: i64, days: &mut BTreeSet<i64>, is_known: impl Fn((i64, i64)) -> bool) {
    let mut at_ms = first_ms;
    while at_ms <= last_ms {
        let end = Bucket::Day.end_of(at_ms);
        if !is_known((end - DAY_MS + 1, end)) {
            days.insert(end);
        }
        at_ms = end + 1;
    }
}

fn covers(segment: &Segment, from_ms: i64, to_ms: i64) -> bool {
    let footer = segment.footer();
    footer.covers_from_ms <= from_ms && to_ms <= footer.covers_to_ms
}

/// The first bucket that ends at this time or later; `None` at the ends of all time.
fn end_at_or_after(bucket: Bucket, at_ms: i64) -> Option<i64> {
    let length = bucket.length_ms();
    at_ms.checked_sub(2 * length)?;
    at_ms.checked_add(2 * length)?;
    Some(bucket.end_of(at_ms))
}

fn end_at_or_before(bucket: Bucket, at_ms: i64) -> Option<i64> {
    let end = end_at_or_after(bucket, at_ms)?;
    Some(if end == at_ms {
        end
    } else {
        end - bucket.length_ms()
    })
}

fn append_span(
    (times, values): (&[i64], &[f64]),
    (from_ms, to_ms): (i64, i64),
    into_times: &mut Vec<i64>,
    into_values: &mut Vec<f64>,
) {
    let from = times.partition_point(|time| *time < from_ms);
    let to = times.partition_point(|time| *time <= to_ms).max(from);
    if from == to {
        return;
    }
    let in_order = into_times.last().is_none_or(|last| *last < times[from]);
    into_times.extend_from_slice(&times[from..to]);
    into_values.extend_from_slice(&values[from..to]);
    if !in_order {
        sort_unique(into_times, into_values, 0);
    }
}
