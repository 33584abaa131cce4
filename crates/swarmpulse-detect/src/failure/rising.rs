//! Rates that rise: over two hours or over a day, whichever shows it more surely.

use swarmpulse_model::{EntityKind, Text, Timestamp};

use crate::statistics::multiple_testing::believed_up_to;

use super::book::{Book, last_hours, last_spans};
use super::cells::Cell;
use super::tally::{HOUR_NS, SPAN_NS, Tally};
use super::trend::{Direction, Trend};
use super::words::ALL_TYPES;

/// Failures in the newest third without which a rise is not told.
const RECENT_MIN: u64 = 10;
/// What the rate is at least multiplied by, with 97.5 % confidence.
const RATIO_MIN: f64 = 1.3;
/// How much more of all fails, at least.
const EXCESS_MIN: f64 = 0.02;
/// The share of false rises among those told.
const FALSE_SHARE: f64 = 1e-4;
/// The most that the newest third alone may owe to chance.
const RECENT_P: f64 = 1e-3;
/// The probability of chance up to which what was told is kept.
const KEPT_P: f64 = 0.01;

/// A trend of something, over spans of one length.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rise {
    pub(super) kind: EntityKind,
    pub(super) id: Text,
    pub(super) trend: Trend,
    /// Nanoseconds of a span, and the spans in the order of time.
    pub(super) span_ns: i64,
    pub(super) spans: Vec<Tally>,
    /// Whether rates are shares; else they are per time.
    pub(super) exposed: bool,
    /// The probability that this is chance, times the number of trends looked at.
    pub(super) p_corrected: f64,
}

impl Rise {
    /// The trend of a cell: that of two hours or that of a day.
    pub(super) fn of(kind: EntityKind, id: &Text, cell: &Cell, now: Timestamp) -> Self {
        let short = last_spans(&cell.spans, now);
        let long = last_hours(&cell.hours, now);
        let (over_short, over_long) = (Trend::of(&short, cell.exposed), Trend::of(&long, cell.exposed));
        // Of two directions the surer one; where only one has any, that one.
        let surer = |trend: &Trend| match trend.direction {
            Direction::NotEnoughData => 2.0,
            _ => trend.p_rising.min(1.0 - trend.p_rising),
        };
        let (trend, span_ns, spans) = if surer(&over_short) <= surer(&over_long) {
            (over_short, SPAN_NS, short)
        } else {
            (over_long, HOUR_NS, long)
        };
        Self {
            kind,
            id: id.clone(),
            trend,
            span_ns,
            spans,
            exposed: cell.exposed,
            p_corrected: 1.0,
        }
    }

    fn matters(&self) -> bool {
        let trend = &self.trend;
        let excess = match (trend.recent.rate(), trend.before.rate()) {
            (Some(recent), Some(before)) if self.exposed => recent - before,
            _ => 1.0,
        };
        trend.direction == Direction::Increasing
            && trend.recent.failed >= RECENT_MIN
            && trend.interval.is_some_and(|(low, _)| low >= RATIO_MIN)
            && excess >= EXCESS_MIN
    }
}

/// The trends of a namespace.
#[derive(Clone, Debug)]
pub(super) struct Trends {
    /// Of all tasks.
    pub(super) overall: Rise,
    /// Of each task type and service.
    pub(super) each: Vec<Rise>,
}

impl Trends {
    pub(super) fn of(book: &Book, now: Timestamp) -> Self {
        let each = [&book.types, &book.services].into_iter().flat_map(|cells| {
            cells
                .iter()
                .filter(|(_, cell)| cell.trouble.is_some())
                .map(|(id, cell)| Rise::of(cells.kind(), id, cell, now))
        });
        let all: Text = ALL_TYPES.into();
        Self {
            overall: Rise::of(EntityKind::TaskType, &all, &book.tasks, now),
            each: each.collect(),
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Rise> {
        self.each.iter().chain([&self.overall])
    }

    /// What rises. Where several task types do, all tasks together stand for them. `told` says what was told before.
    pub(super) fn rising(&self, told: impl Fn(EntityKind, &str) -> bool) -> Vec<Rise> {
        let judged = self
            .all()
            .filter(|rise| rise.trend.direction != Direction::NotEnoughData)
            .count();
        let likely: Vec<f64> = self
            .all()
            .filter(|rise| rise.matters() && rise.trend.p_recent <= RECENT_P)
            .map(|rise| rise.trend.p_rising)
            .collect();
        let most = believed_up_to(&likely, judged, FALSE_SHARE);
        let rises = |rise: &&Rise| {
            let sure = most.is_some_and(|most| {
                rise.matters() && rise.trend.p_recent <= RECENT_P && rise.trend.p_rising <= most
            });
            let kept = rise.trend.direction == Direction::Increasing && rise.trend.p_rising <= KEPT_P;
            sure || (kept && told(rise.kind, &rise.id))
        };
        let types = |rise: &&Rise| rise.kind == EntityKind::TaskType;
        let mut rising: Vec<Rise> = self.each.iter().filter(rises).cloned().collect();
        let rising_types = rising.iter().filter(|rise| types(rise)).count();
        if rising_types != 1 && rises(&&self.overall) {
            rising.retain(|rise| rise.kind != EntityKind::TaskType);
            rising.push(self.overall.clone());
        }
        for rise in &mut rising {
            rise.p_corrected = (rise.trend.p_rising * judged as f64).min(1.0);
        }
        rising.sort_by(|a, b| {
            a.p_corrected
                .total_cmp(&b.p_corrected)
                .then_with(|| (a.kind, &a.id).cmp(&(b.kind, &b.id)))
        });
        rising
    }
}
