//! Rates that are high: a task type, agent or service that fails more often than the others of its kind, or than itself
//! before, by an exact test, with a correction for how many were looked at, and by enough to matter. Looked at are the
//! last five minutes, which are quick, the last quarter of an hour and the last hour, which sees what is rare.

use std::collections::BTreeSet;

use swarmpulse_model::{EntityKind, Text, Timestamp};

use crate::statistics::multiple_testing::believed_up_to;
use crate::statistics::rates::{TwoRates, hypergeometric_upper_tail};

use super::cells::{Cell, Cells};
use super::tally::{HOUR_NS, SPAN_NS, SPANS, Tally, span_of};

/// Whole spans of five minutes, beside the running one, that are looked at.
const WINDOWS: [i64; 3] = [1, 3, 12];
/// Ends in the window without which a share is not judged.
pub(super) const ENDED_MIN: u64 = 10;
/// Failures in the window without which nothing is.
pub(super) const FAILED_MIN: u64 = 5;
/// Ends of the others without which they are no measure.
const OTHERS_MIN: u64 = 20;
/// How many times the rate that it is compared with; half as much keeps what was told.
const RATIO_MIN: f64 = 2.0;
/// How much more of all fails; half as much keeps what was told.
const EXCESS_MIN: f64 = 0.1;
/// How many times as many in an hour, where only failures are told of.
const RATIO_MIN_BY_TIME: f64 = 3.0;
/// Hours that something must be known before its own past is a measure.
const PAST_HOURS_MIN: f64 = 2.0;
/// The share of false ones among those told, and the probability of telling any where nothing is wrong.
pub(super) const FALSE_SHARE: f64 = 1e-6;
/// The probability of chance up to which what was told is kept.
const KEPT_P: f64 = 0.01;
/// The probability of chance below which the past was better.
const WORSE_P: f64 = 1e-3;

/// What a rate is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    /// The others of its kind in the same time.
    Others(Tally),
    /// Itself, in the day before.
    Past(Tally),
    /// Itself, by failures in so many hours before, where ends that went well are not told of.
    PastByTime(u64, f64),
}

/// A rate that is high.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct High {
    pub(super) kind: EntityKind,
    pub(super) id: Text,
    /// What ended and failed of late.
    pub(super) recent: Tally,
    /// How many whole spans of five minutes that was, beside the running one.
    pub(super) window: i64,
    /// What they are compared with.
    pub(super) measure: Measure,
    /// How many times the rate that it is compared with.
    pub(super) ratio: f64,
    /// How probable it is by chance.
    pub(super) p: f64,
    /// The same, times the number of those looked at.
    pub(super) p_corrected: f64,
    /// Whether it is worse than its own past; `None` where that is not known.
    pub(super) worse_than_before: Option<bool>,
    /// When it began.
    pub(super) since: Timestamp,
}

/// Those of a kind whose rate is high. `told` says what was told before, which needs less to stay.
pub(super) fn high(cells: &Cells, now: Timestamp, told: impl Fn(&str) -> bool) -> Vec<High> {
    let mut tests = 0;
    let mut found: Vec<High> = Vec::new();
    for window in WINDOWS {
        let recent: Vec<(&Text, &Cell, Tally)> = cells
            .iter()
            .map(|(id, cell)| (id, cell, cell.last(window, now)))
            .filter(|(_, _, recent)| recent.ended > 0)
            .collect();
        let all = recent
            .iter()
            .filter(|(_, cell, _)| cell.exposed)
            .fold(Tally::default(), |sum, (_, _, recent)| sum.plus(*recent));
        for (id, cell, recent) in recent {
            let needed = if cell.exposed { ENDED_MIN } else { FAILED_MIN };
            tests += usize::from(recent.ended >= needed);
            if recent.ended < needed || recent.failed < FAILED_MIN {
                continue;
            }
            let Some((measure, ratio, p)) = compared(cell, recent, all, window, now, told(id)) else {
                continue;
            };
            found.push(High {
                kind: cells.kind(),
                id: id.clone(),
                recent,
                window,
                measure,
                ratio,
                p,
                p_corrected: 1.0,
                worse_than_before: worse_than_before(cell, recent, now),
                since: began(cell, recent, measure, now),
            });
        }
    }
    let p_values: Vec<f64> = found.iter().map(|high| high.p).collect();
    let most = believed_up_to(&p_values, tests, FALSE_SHARE);
    found.retain(|high| most.is_some_and(|most| high.p <= most) || (told(&high.id) && high.p <= KEPT_P));
    for high in &mut found {
        high.p_corrected = (high.p * tests as f64).min(1.0);
    }
    found.sort_by(|a, b| {
        a.p.total_cmp(&b.p)
            .then_with(|| (&a.id, b.window).cmp(&(&b.id, a.window)))
    });
    let mut seen = BTreeSet::new();
    found.retain(|high| seen.insert(high.id.clone()));
    found
}

/// How many hours a window of so many whole spans and the running one lasts.
pub(super) fn hours_of(window: i64, now: Timestamp) -> f64 {
    (window * SPAN_NS + now.0.rem_euclid(SPAN_NS)) as f64 / HOUR_NS as f64
}

/// The measure, how many times its rate, and how probable that is; `None` if it is not enough to matter.
fn compared(
    cell: &Cell,
    recent: Tally,
    all: Tally,
    window: i64,
    now: Timestamp,
    kept: bool,
) -> Option<(Measure, f64, f64)> {
    let ease = if kept { 0.5 } else { 1.0 };
    if !cell.exposed {
        let (past, hours) = cell.before(now);
        if hours < PAST_HOURS_MIN {
            return None;
        }
        let rates = TwoRates {
            events: recent.failed,
            exposure: hours_of(window, now),
            other_events: past.failed,
            other_exposure: hours,
        };
        let enough = rates.ratio() >= 1.0 + (RATIO_MIN_BY_TIME - 1.0) * ease;
        return enough.then(|| {
            (
                Measure::PastByTime(past.failed, hours),
                rates.ratio(),
                rates.p_higher(),
            )
        });
    }
    let others = all.minus(recent);
    let (past, hours) = cell.before(now);
    let measure = if others.ended >= OTHERS_MIN {
        Measure::Others(others)
    } else if past.ended >= OTHERS_MIN && hours >= PAST_HOURS_MIN {
        Measure::Past(past)
    } else {
        return None;
    };
    let (Measure::Others(usual) | Measure::Past(usual)) = measure else {
        return None;
    };
    let usual_rate = (usual.failed as f64 + 0.5) / (usual.ended as f64 + 1.0);
    let rate = recent.rate()?;
    let ratio = rate / usual_rate;
    let matters = ratio >= 1.0 + (RATIO_MIN - 1.0) * ease && rate - usual_rate >= EXCESS_MIN * ease;
    let p = || {
        let p = p_more(recent, usual);
        // Where the others say so less surely than its own day before, that is a witness, too.
        let witness = p <= WORSE_P && matches!(measure, Measure::Others(_)) && past.ended >= OTHERS_MIN;
        if witness && hours >= PAST_HOURS_MIN {
            p.min(p_more(recent, past))
        } else {
            p
        }
    };
    matters.then(|| (measure, ratio, p()))
}

/// How probable so many failures are by chance, if the rate is that of another time or of others.
fn p_more(recent: Tally, usual: Tally) -> f64 {
    hypergeometric_upper_tail(
        recent.failed,
        recent.ended,
        recent.failed + usual.failed,
        recent.ended + usual.ended,
    )
}

fn worse_than_before(cell: &Cell, recent: Tally, now: Timestamp) -> Option<bool> {
    let (past, hours) = cell.before(now);
    if !cell.exposed || past.ended < OTHERS_MIN || hours < PAST_HOURS_MIN {
        return None;
    }
    Some(p_more(recent, past) < WORSE_P && recent.rate() >= past.rate().map(|rate| rate * RATIO_MIN))
}

/// The span from which on more failed than half-way between the usual rate and that of late.
fn began(cell: &Cell, recent: Tally, measure: Measure, now: Timestamp) -> Timestamp {
    let between = match measure {
        Measure::Others(usual) | Measure::Past(usual) => {
            f64::midpoint(recent.rate().unwrap_or(0.0), usual.rate().unwrap_or(0.0))
        }
        Measure::PastByTime(failed, hours) => {
            f64::midpoint(cell.last_hour(now).failed as f64, failed as f64 / hours) / 12.0
        }
    };
    let newest = span_of(now);
    let (mut sum, mut most, mut since) = (0.0, f64::NEG_INFINITY, newest);
    for span in (newest - SPANS as i64 + 1..=newest).rev() {
        let tally = cell.spans.at(span);
        let size = if cell.exposed { tally.ended as f64 } else { 1.0 };
        sum += tally.failed as f64 - size * between;
        if sum > most && tally.failed > 0 {
            (most, since) = (sum, span);
        }
    }
    Timestamp(since * SPAN_NS).max(cell.first)
}
