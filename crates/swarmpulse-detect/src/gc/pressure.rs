//! How much of its time a program spends on collections, and whether that is too much.

use statrs::function::erf::erfc;
use swarmpulse_model::{Severity, Timestamp};

use super::minutes::Minutes;
use crate::statistics::minute_trend::{self, Point};

/// Shares of time that are too much.
const WARNING_RATIO: f64 = 0.10;
const CRITICAL_RATIO: f64 = 0.25;
/// The share must be so likely above that.
const CHANCE_MIN: f64 = 0.9;
/// Time that must have been seen, in seconds, in at least so many minutes.
pub(super) const SEEN_MIN_S: f64 = 600.0;
const CELLS_MIN: usize = 5;
/// It ends once the share is below this part of what was too much, and after so many minutes of that.
const END_SHARE: f64 = 0.8;
const MINUTES_TO_END: u8 = 5;
/// A trend needs so many minutes and is so many standard errors above none.
const TREND_MINUTES: usize = 20;
const TREND_ERRORS: f64 = 3.0;
/// The least that it is worth telling: points of the share, and a part of the memory.
const SHARE_RISE: f64 = 0.03;
const MEMORY_RISE: f64 = 0.05;

/// What the last ten minutes or more say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figures {
    pub ratio: f64,
    /// The standard error of the share.
    pub error: f64,
    pub collections_per_minute: f64,
    /// The mean pause in seconds, if collections are counted.
    pub pause_s: Option<f64>,
    /// The share over the time before, where there is as much of it.
    pub ratio_before: Option<f64>,
    /// Whether the share rises, by how much in an hour.
    pub ratio_per_hour: Option<f64>,
    /// Memory at the start of the hour and at its end, if it grows.
    pub memory_bytes: Option<(f64, f64)>,
}

impl Figures {
    /// The probability that the share is above this one, over minutes like those that were seen.
    pub(super) fn chance_above(&self, ratio: f64) -> f64 {
        if self.error <= 0.0 {
            return if self.ratio >= ratio { 1.0 } else { 0.0 };
        }
        0.5 * erfc(-(self.ratio - ratio) / (self.error * std::f64::consts::SQRT_2))
    }

    fn severity(&self) -> Option<(Severity, f64)> {
        [
            (Severity::Critical, CRITICAL_RATIO),
            (Severity::Warning, WARNING_RATIO),
        ]
        .into_iter()
        .map(|(severity, ratio)| (severity, self.chance_above(ratio)))
        .find(|(_, chance)| *chance >= CHANCE_MIN)
    }
}

/// What is held to be true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Held {
    pub severity: Severity,
    pub since: Timestamp,
    pub confidence: f64,
    calm: u8,
    pub logged: Option<Severity>,
}

/// The judgement of one program.
#[derive(Clone, Debug, Default)]
pub(super) struct Pressure {
    pub figures: Option<Figures>,
    pub held: Option<Held>,
    judged: Option<i64>,
}

/// Room for the computations.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    points: Vec<Point>,
    slopes: Vec<f64>,
}

impl Pressure {
    /// Judges once a minute.
    pub(super) fn judge(&mut self, now: Timestamp, minutes: &Minutes, scratch: &mut Scratch) {
        let newest = minutes.newest();
        if self.judged == newest {
            return;
        }
        self.judged = newest;
        self.figures = figures(minutes, scratch);
        let severity = self.figures.as_ref().and_then(Figures::severity);
        match (&mut self.held, severity) {
            (None, Some((severity, confidence))) => {
                self.held = Some(Held {
                    severity,
                    since: now,
                    confidence: confidence.min(0.999),
                    calm: 0,
                    logged: None,
                });
            }
            (Some(held), Some((severity, confidence))) if severity >= held.severity => {
                (held.severity, held.confidence, held.calm) = (severity, confidence.min(0.999), 0);
            }
            (Some(held), weaker) => {
                let until = END_SHARE
                    * if held.severity == Severity::Critical {
                        CRITICAL_RATIO
                    } else {
                        WARNING_RATIO
                    };
                if self.figures.is_some_and(|figures| figures.ratio >= until) {
                    held.calm = 0;
                    return;
                }
                held.calm += 1;
                if held.calm >= MINUTES_TO_END {
                    match weaker {
                        Some((severity, confidence)) => {
                            (held.severity, held.confidence, held.calm) =
                                (severity, confidence.min(0.999), 0);
                        }
                        None => self.held = None,
                    }
                }
            }
            (None, None) => {}
        }
    }
}

/// The figures of the newest minutes that make up ten; `None` while there are fewer.
fn figures(minutes: &Minutes, scratch: &mut Scratch) -> Option<Figures> {
    let (mut seen, mut collecting, mut collections, mut cells) = (0.0, 0.0, 0.0, 0);
    let mut taken = minutes.closed();
    for (_, cell) in taken.by_ref().filter(|(_, cell)| cell.seen_s > 0.0) {
        seen += f64::from(cell.seen_s);
        collecting += f64::from(cell.collecting_s);
        collections += f64::from(cell.collections);
        cells += 1;
        // Samples do not come on the second.
        if cells >= CELLS_MIN && seen >= 0.95 * SEEN_MIN_S {
            break;
        }
    }
    if cells < CELLS_MIN || seen < 0.95 * SEEN_MIN_S {
        return None;
    }
    let (seen_before, collecting_before) = taken.fold((0.0, 0.0), |(seen, collecting), (_, cell)| {
        (
            seen + f64::from(cell.seen_s),
            collecting + f64::from(cell.collecting_s),
        )
    });
    let ratio = (collecting / seen).min(1.0);
    minutes.shares(&mut scratch.points);
    let newest = scratch.points.len().saturating_sub(cells);
    let error = error_of_mean(&scratch.points[newest..], ratio);
    let ratio_per_hour = rise(scratch, SHARE_RISE);
    minutes.memory(&mut scratch.points);
    let first = scratch.points.first().map_or(0.0, |(_, bytes)| *bytes);
    let memory_bytes = rise(scratch, MEMORY_RISE * first).and_then(|_| {
        let points = &scratch.points;
        let quarter = (points.len() / 4).max(1);
        let mean =
            |points: &[Point]| points.iter().map(|(_, bytes)| bytes).sum::<f64>() / points.len() as f64;
        let (before, now) = (mean(&points[..quarter]), mean(&points[points.len() - quarter..]));
        (now > before).then_some((before, now))
    });
    Some(Figures {
        ratio,
        error,
        collections_per_minute: 60.0 * collections / seen,
        pause_s: (collections > 0.0).then(|| collecting / collections),
        ratio_before: (seen_before >= SEEN_MIN_S).then(|| (collecting_before / seen_before).min(1.0)),
        ratio_per_hour,
        memory_bytes,
    })
}

/// The standard error of a mean of minutes, of which neighbours may err alike.
fn error_of_mean(points: &[Point], mean: f64) -> f64 {
    let count = points.len() as f64;
    let (mut squares, mut products, mut before) = (0.0, 0.0, 0.0);
    for (_, value) in points {
        let off = value - mean;
        squares += off * off;
        products += off * before;
        before = off;
    }
    if squares <= 0.0 || count < 2.0 {
        return 0.0;
    }
    let alike = (products / squares + 1.0 / count).clamp(0.0, 0.9);
    (squares / (count - 1.0) / count * (1.0 + alike) / (1.0 - alike)).sqrt()
}

/// How much it rises in an hour, if it does beyond doubt and by so much at least.
fn rise(scratch: &mut Scratch, at_least: f64) -> Option<f64> {
    let Scratch { points, slopes } = scratch;
    if points.len() < TREND_MINUTES {
        return None;
    }
    let span = points.last()?.0 - points.first()?.0;
    let trend = minute_trend::trend(points, slopes)?;
    let rises = trend.slope > TREND_ERRORS * trend.error && trend.slope * span >= at_least;
    rises.then_some(60.0 * trend.slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(shares: impl IntoIterator<Item = f64>) -> Vec<Option<Severity>> {
        let (mut minutes, mut pressure, mut scratch) =
            (Minutes::default(), Pressure::default(), Scratch::default());
        (0..)
            .zip(shares)
            .map(|(minute, share)| {
                let cell = minutes.at(minute);
                (cell.seen_s, cell.collecting_s) = (60.0, 60.0 * share as f32);
                pressure.judge(Timestamp(minute), &minutes, &mut scratch);
                pressure.held.map(|held| held.severity)
            })
            .collect()
    }

    #[test]
    fn a_share_that_lasts_is_told_and_ends() {
        let told = judged((0..60).map(|n| match n {
            0..20 => 0.02,
            20..35 => 0.2,
            35..48 => 0.4,
            _ => 0.01,
        }));
        assert_eq!(told[..22], [None; 22]);
        assert_eq!(told[33], Some(Severity::Warning));
        assert_eq!(told[47], Some(Severity::Critical));
        assert_eq!(told[59], None, "{told:?}");
    }

    #[test]
    fn one_long_pause_is_no_pressure() {
        let told = judged((0..60).map(|n| {
            if n == 30 {
                1.0
            } else if n == 31 {
                0.9
            } else {
                0.01
            }
        }));
        assert!(told.iter().all(Option::is_none), "{told:?}");
    }

    #[test]
    fn a_share_of_nine_percent_is_none_however_it_swings() {
        let told = judged((0..200).map(|n| 0.09 + 0.05 * f64::from(n % 3 - 1)));
        assert!(told.iter().all(Option::is_none), "{told:?}");
    }

    #[test]
    fn few_minutes_say_nothing() {
        assert_eq!(judged([0.9; 10]), [None; 10]);
        assert_eq!(judged([0.9; 12]).last(), Some(&Some(Severity::Critical)));
    }
}
