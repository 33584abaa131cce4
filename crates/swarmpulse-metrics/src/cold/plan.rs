//! What is to be packed next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use swarmpulse_store::metrics::Bucket;

use crate::segment::{Segment, SegmentKind, Shelf, Shelved};

const HOUR_MS: i64 = Bucket::Hour.length_ms();
const DAY_MS: i64 = Bucket::Day.length_ms();
/// A day is packed when it has been over for so long.
const COLD_AFTER_MS: i64 = DAY_MS;
/// A packed day is packed again when so many files came with samples of it,
const LATE_FILES_MAX: usize = 8;
/// or when these are so large a part of it.
const LATE_SHARE: u64 = 10;
/// A day is packed when no file with samples of it came for so long.
const SETTLED_MS: i64 = 10 * 60_000;
/// So many files of one span become one.
const FILES_MAX: usize = 9;
/// The span whose hot files may become one.
const HOT_SPAN_MS: i64 = 12 * HOUR_MS;
/// The span whose files of hourly aggregates may become one.
const HOURS_SPAN_MS: i64 = 32 * DAY_MS;
/// The span whose files of daily aggregates may become one.
const DAYS_SPAN_MS: i64 = 256 * DAY_MS;
/// No more days of one file are looked at.
const DAYS_SEEN_MAX: usize = 5000;

/// What is to be packed.
pub(super) enum Plan {
    /// A day becomes cold.
    Day {
        /// When it ends.
        end_ms: i64,
        inputs: Vec<Shelved>,
        /// Aggregates of that day that become obsolete.
        rollups: Vec<u64>,
        /// Files that an earlier file of that day absorbed.
        absorbed: Vec<u64>,
    },
    /// Files of one kind become one.
    Merge {
        kind: SegmentKind,
        inputs: Vec<Arc<Segment>>,
        samples: Vec<Shelved>,
    },
}

/// What is due; `force` also takes days that just ended, and few files.
pub(super) fn next(shelf: &Shelf, now_ms: i64, force: bool, arrivals: &mut Arrivals) -> Option<Plan> {
    let over_for = if force { 0 } else { COLD_AFTER_MS };
    arrivals.now_ms = now_ms;
    day_to_pack(shelf, now_ms.saturating_sub(over_for), force, arrivals)
        .or_else(|| hot_to_merge(shelf, force))
        .or_else(|| rollups_to_merge(shelf, SegmentKind::Hour, HOURS_SPAN_MS, force))
        .or_else(|| rollups_to_merge(shelf, SegmentKind::Day, DAYS_SPAN_MS, force))
}

/// When files with samples of a day came last, so that a day of which history is being loaded is not packed again and
/// again.
#[derive(Default)]
pub(super) struct Arrivals {
    now_ms: i64,
    /// By the end of the day: the highest number of a file, and when it was seen first.
    days: BTreeMap<i64, (u64, i64)>,
    /// Days packed again for want of aggregates: once, should these be kept for less time than samples.
    repaired: BTreeSet<i64>,
}

impl Arrivals {
    /// Forgets days of which there are no hot files any more.
    fn keep_only(&mut self, hot_by_day: &BTreeMap<i64, Vec<&Shelved>>) {
        self.days.retain(|end, _| hot_by_day.contains_key(end));
    }

    /// Whether no more files came for some time.
    fn are_over(&mut self, end_ms: i64, hot: &[&Shelved]) -> bool {
        let highest = hot
            .iter()
            .map(|file| file.segment.footer().sequence)
            .max()
            .unwrap_or(0);
        let (known, since_ms) = self.days.entry(end_ms).or_insert((highest, self.now_ms));
        if *known != highest {
            (*known, *since_ms) = (highest, self.now_ms);
        }
        self.now_ms.saturating_sub(*since_ms) >= SETTLED_MS
    }
}

/// The ends of days of which a file tells something.
fn days_of(shelved: &Shelved) -> impl Iterator<Item = i64> {
    let last = shelved.segment.footer().max_ms;
    let first = Bucket::Day.end_of(shelved.live_from_ms);
    (0..DAYS_SEEN_MAX as i64)
        .map(move |day| first.saturating_add(day * DAY_MS))
        .take_while(move |end| *end - DAY_MS < last)
}

fn day_to_pack(shelf: &Shelf, over_at_ms: i64, force: bool, arrivals: &mut Arrivals) -> Option<Plan> {
    let mut cold_by_day: BTreeMap<i64, Vec<&Shelved>> = BTreeMap::new();
    for shelved in shelf.all_samples().filter(|shelved| is_cold(shelved)) {
        cold_by_day
            .entry(shelved.segment.footer().covers_to_ms)
            .or_default()
            .push(shelved);
    }
    let mut hot_by_day: BTreeMap<i64, Vec<&Shelved>> = BTreeMap::new();
    for shelved in shelf.all_samples().filter(|shelved| !is_cold(shelved)) {
        for end in days_of(shelved).take_while(|end| *end <= over_at_ms) {
            let sequence = shelved.segment.footer().sequence;
            let day = (end - DAY_MS + 1, end);
            if !shelf.is_absorbed(sequence, day) && !shelf.has_rollups_alone(day) {
                hot_by_day.entry(end).or_default().push(shelved);
            }
        }
    }
    // A crash may have left a cold day without aggregates.
    for end in cold_by_day.keys() {
        if !shelf.has_rollups((end - DAY_MS + 1, *end)) && !arrivals.repaired.contains(end) {
            hot_by_day.entry(*end).or_default();
        }
    }
    arrivals.keep_only(&hot_by_day);
    let (end_ms, hot) = hot_by_day.into_iter().find(|(end, hot)| {
        let cold = cold_by_day.get(end).map_or(&[][..], Vec::as_slice);
        let settled = arrivals.are_over(*end, hot);
        force || hot.is_empty() || (settled && (cold.is_empty() || is_enough(hot, cold)))
    })?;
    if hot.is_empty() {
        arrivals.repaired.insert(end_ms);
    }
    let cold = cold_by_day.remove(&end_ms).unwrap_or_default();
    let absorbed: BTreeSet<u64> = cold
        .iter()
        .flat_map(|cold| cold.segment.absorbed().iter().copied())
        .collect();
    let rollups = shelf.rollups.iter().map(|segment| segment.footer());
    let rollups =
        rollups.filter(|footer| footer.covers_from_ms > end_ms - DAY_MS && footer.covers_to_ms <= end_ms);
    Some(Plan::Day {
        end_ms,
        rollups: rollups.map(|footer| footer.sequence).collect(),
        absorbed: absorbed
            .into_iter()
            .filter(|sequence| {
                shelf
                    .all_samples()
                    .any(|held| held.segment.footer().sequence == *sequence)
            })
            .collect(),
        inputs: hot.into_iter().chain(cold).cloned().collect(),
    })
}

fn is_cold(shelved: &Shelved) -> bool {
    shelved.segment.footer().kind == SegmentKind::Cold
}

fn is_enough(hot: &[&Shelved], cold: &[&Shelved]) -> bool {
    let bytes = |files: &[&Shelved]| files.iter().map(|file| file.segment.bytes()).sum::<u64>();
    hot.len() >= LATE_FILES_MAX || bytes(hot) * LATE_SHARE >= bytes(cold)
}

/// Hot files of half a day, if restarts or little memory made many of them.
fn hot_to_merge(shelf: &Shelf, force: bool) -> Option<Plan> {
    let mut by_span: BTreeMap<i64, Vec<&Shelved>> = BTreeMap::new();
    for shelved in shelf.samples.iter().filter(|shelved| !is_cold(shelved)) {
        let span = shelved.segment.footer().max_ms.div_euclid(HOT_SPAN_MS);
        by_span.entry(span).or_default().push(shelved);
    }
    let few = if force { 2 } else { FILES_MAX };
    let (_, files) = by_span.into_iter().find(|(_, files)| files.len() >= few)?;
    Some(Plan::Merge {
        kind: SegmentKind::Hot,
        inputs: files.iter().map(|shelved| Arc::clone(&shelved.segment)).collect(),
        samples: files.into_iter().cloned().collect(),
    })
}

fn rollups_to_merge(shelf: &Shelf, kind: SegmentKind, span_ms: i64, force: bool) -> Option<Plan> {
    let mut by_span: BTreeMap<i64, Vec<Arc<Segment>>> = BTreeMap::new();
    let held = |sequence: &u64| {
        shelf
            .all_samples()
            .any(|held| held.segment.footer().sequence == *sequence)
    };
    // A file that says which samples it knows says so until these are gone.
    let free = shelf
        .of_kind(kind)
        .filter(|segment| !segment.absorbed().iter().any(held));
    for segment in free {
        let span = segment
            .footer()
            .covers_to_ms
            .saturating_sub(1)
            .div_euclid(span_ms);
        by_span.entry(span).or_default().push(Arc::clone(segment));
    }
    let few = if force { 2 } else { FILES_MAX };
    let (_, inputs) = by_span.into_iter().find(|(_, files)| files.len() >= few)?;
    Some(Plan::Merge {
        kind,
        inputs,
        samples: Vec::new(),
    })
}
