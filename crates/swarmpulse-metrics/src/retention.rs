//! Which files have to go: those that are too old, then the oldest of too much.

use crate::MetricOptions;
use crate::segment::{Segment, SegmentKind, Shelf};

/// A sample is in a cold file after so long at the latest: the rest of its day, the day after, and some time to work.
const PACKED_WITHIN_MS: i64 = 50 * 3_600_000;

/// The numbers of the files that have to go, as of now.
pub(crate) fn expired(shelf: &Shelf, now_ms: i64, options: &MetricOptions) -> Vec<u64> {
    let mut expired: Vec<u64> = shelf
        .all()
        .filter(|segment| newest(segment) < now_ms.saturating_sub(kept_ms(segment.footer().kind, options)))
        .map(|segment| segment.footer().sequence)
        .collect();
    let mut left: Vec<_> = shelf
        .all()
        .filter(|segment| !expired.contains(&segment.footer().sequence))
        .collect();
    let mut bytes: u64 = left.iter().map(|segment| segment.bytes()).sum();
    // Samples go before aggregates, of which there are few and which tell of the longest time; the newest file stays.
    left.sort_by_key(|segment| (!segment.footer().kind.is_samples(), newest(segment)));
    left.pop();
    for segment in left {
        if bytes <= options.max_bytes {
            break;
        }
        bytes -= segment.bytes();
        expired.push(segment.footer().sequence);
    }
    expired
}

fn newest(segment: &Segment) -> i64 {
    let footer = segment.footer();
    if footer.samples == 0 {
        footer.covers_to_ms
    } else {
        footer.max_ms
    }
}

/// From when on hot files must be kept: longer than samples are, for aggregates are made of whole days when these are packed.
pub(crate) fn hot_from_ms(now_ms: i64, options: &MetricOptions) -> i64 {
    now_ms.saturating_sub(kept_ms(SegmentKind::Hot, options))
}

fn kept_ms(kind: SegmentKind, options: &MetricOptions) -> i64 {
    match kind {
        SegmentKind::Hot => {
            let raw_ms = options.limits.raw_retention_ms;
            let wait = options.hourly_retention_ms.max(options.daily_retention_ms) > raw_ms;
            raw_ms.saturating_add(if wait { PACKED_WITHIN_MS } else { 0 })
        }
        SegmentKind::Cold => options.limits.raw_retention_ms,
        SegmentKind::Hour => options.hourly_retention_ms,
        SegmentKind::Day => options.daily_retention_ms,
    }
}
