//! Growth that goes on, and when it reaches the limit.

use statrs::function::erf::erfc;

use super::turns::{CRESTS, Turns};
use super::window::{MINUTES, Window};
use crate::statistics::minute_trend::{self as trend, Point, Trend};

/// Windows that are looked at, in minutes, the longest first.
const SPANS: [usize; 4] = [MINUTES, 30, 15, 8];
/// The shortest that is believed of itself.
const SPAN_MIN: usize = 15;
/// A growth is one whose slope is so many standard errors above none: hardly ever by chance, though it is looked for
/// every minute.
const ERRORS_MIN: f64 = 4.0;
/// The same of the shortest window, which has few minutes to tell noise by, and of crests, which are few.
const ERRORS_MIN_SHORT: f64 = 8.0;
const ERRORS_MIN_CRESTS: f64 = 6.0;
/// The least growth within a window, as a part of the limit.
const RISE_MIN: f64 = 0.02;
const RISE_MIN_SHORT: f64 = 0.08;
/// Nothing is foretold further ahead than so many times the time that it was watched.
const REACH: f64 = 2.0;
/// The last third of the window must grow at least so fast, as a part of the whole.
const LATELY_MIN: f64 = 0.5;
/// If it grows so much faster than the whole, the growth is younger than the window, and a shorter one knows better.
const LATELY_FASTER: f64 = 1.1;
/// Teeth in an hour that are a saw of short teeth, and crests that make a line.
const TEETH_MIN: usize = 3;
const CRESTS_MIN: usize = CRESTS;
/// Pairs of crests of which the later is the lower, at most: of eight that come in any order, one in 5,000 has so few.
const CRESTS_LOWER_MAX: usize = 1;
/// How long a resource must have been seen before the shortest window is believed: until then any tooth looks like one.
const SEEN_MIN: i64 = 30;

/// A growth, in units and minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Growth {
    pub trend: Trend,
    /// How much is left.
    pub left: f64,
    /// How long it was watched, in minutes.
    pub watched: f64,
    /// Whether it is younger than that.
    young: bool,
}

impl Growth {
    /// Minutes until nothing is left, with the interval that 95 % of the slopes give; the end may be never.
    pub(super) fn minutes_left(&self) -> (f64, f64, f64) {
        let reach = 1.96 * self.trend.error;
        let after = |slope: f64| {
            if slope > 0.0 {
                self.left / slope
            } else {
                f64::INFINITY
            }
        };
        (
            after(self.trend.slope),
            after(self.trend.slope + reach),
            after(self.trend.slope - reach),
        )
    }

    /// The probability that nothing is left within so many minutes if it goes on like this.
    pub(super) fn chance_within(&self, minutes: f64) -> f64 {
        let margin = self.trend.slope - self.left / minutes;
        if self.trend.error <= 0.0 {
            return if margin >= 0.0 { 1.0 } else { 0.0 };
        }
        0.5 * erfc(-margin / (self.trend.error * std::f64::consts::SQRT_2))
    }

    /// Whether it was watched long enough to say when it ends.
    pub(super) fn is_within_reach(&self) -> bool {
        self.minutes_left().0 <= REACH * self.watched
    }
}

/// Room for the computations, used again and again.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    points: Vec<Point>,
    slopes: Vec<f64>,
}

/// The growth of a resource towards its limit, if there is one that goes on: of the longest window that shows one, or of
/// a shorter one that grows faster beyond doubt. What has been that high in the last day, and came down by itself, is not on
/// its way to the limit yet; of a saw the crests count.
pub(super) fn growth(
    window: &Window,
    turns: &Turns,
    limit: f64,
    minutes_seen: i64,
    scratch: &mut Scratch,
) -> Option<Growth> {
    let mut best: Option<Growth> = None;
    for span in SPANS {
        if span < SPAN_MIN && minutes_seen < SEEN_MIN {
            break;
        }
        window.points(span, turns.risen_from(), &mut scratch.points);
        let Some(found) = of_window(span, limit, scratch) else {
            continue;
        };
        if span < SPAN_MIN && !(found.left < 0.5 * limit && found.is_within_reach()) {
            continue;
        }
        let better = best.is_none_or(|best| {
            let (mine, other) = (found.trend, best.trend);
            mine.slope - 2.0 * mine.error > other.slope + 2.0 * other.error
                || best.young && mine.slope > other.slope
        });
        if better {
            best = Some(found);
        }
    }
    best.filter(|growth| limit - growth.left > turns.charted(limit))
        .or_else(|| of_teeth(window, turns, limit, scratch))
        .or_else(|| of_crests(window, turns, limit, scratch))
}

fn of_window(span: usize, limit: f64, scratch: &mut Scratch) -> Option<Growth> {
    let Scratch { points, slopes } = scratch;
    let watched = watched(points);
    // Half of the minutes at least, so that two samples are no line.
    if watched < 0.75 * (span.min(SPAN_MIN) - 1) as f64 || points.len() < span.min(SPAN_MIN) / 2 {
        return None;
    }
    let trend = trend::trend(points, slopes)?;
    let (errors_min, rise_min) = if span < SPAN_MIN {
        (ERRORS_MIN_SHORT, RISE_MIN_SHORT)
    } else {
        (ERRORS_MIN, RISE_MIN)
    };
    if trend.slope <= errors_min * trend.error || trend.slope * watched < rise_min * limit {
        return None;
    }
    let third = &points[points.len() - (points.len() / 3).max(3)..];
    let lately = trend::slope(third, slopes)?;
    if lately < LATELY_MIN * trend.slope {
        return None;
    }
    let left = (limit - trend.level).max(0.0);
    if saturates(points, left, slopes) {
        return None;
    }
    Some(Growth {
        trend,
        left,
        watched,
        young: lately > LATELY_FASTER * trend.slope,
    })
}

/// Whether it slows down so much from one half to the next that it ends before the limit: what is left to grow is then
/// the sum of a geometric series.
fn saturates(points: &[Point], left: f64, slopes: &mut Vec<f64>) -> bool {
    let (first, second) = points.split_at(points.len() / 2);
    let (Some(before), Some(now)) = (trend::slope(first, slopes), trend::slope(second, slopes)) else {
        return false;
    };
    if before <= 0.0 || now >= before {
        return false;
    }
    let ratio = (now / before).max(0.0);
    now * watched(second) * ratio / (1.0 - ratio) < left
}

/// A saw of short teeth that become higher: the slope of the whole hour, from the height of the last crest.
fn of_teeth(window: &Window, turns: &Turns, limit: f64, scratch: &mut Scratch) -> Option<Growth> {
    let Scratch { points, slopes } = scratch;
    let newest = window.newest()?;
    if turns.crests_since(newest - MINUTES as i64) < TEETH_MIN {
        return None;
    }
    window.points(MINUTES, i64::MIN, points);
    if watched(points) < (MINUTES - 2) as f64 {
        return None;
    }
    let highest = |points: &[Point]| points.iter().map(|(_, value)| *value).fold(f64::MIN, f64::max);
    let (first, second) = points.split_at(points.len() / 2);
    let (earlier, later) = (highest(first), highest(second));
    let trend = trend::trend(points, slopes)?;
    if later - earlier < 0.25 * trend.slope * watched(points) {
        return None;
    }
    of_envelope(trend, ERRORS_MIN, later, watched(points), limit)
}

/// The same of longer teeth: the slope of their crests.
fn of_crests(window: &Window, turns: &Turns, limit: f64, scratch: &mut Scratch) -> Option<Growth> {
    let Scratch { points, slopes } = scratch;
    turns.crests(window.newest()?, points);
    let ((first, _), (last, highest)) = (*points.first()?, *points.last()?);
    // The next tooth is on its way: of a saw that has ended nothing is foretold.
    let gap = (last - first) / (points.len().max(2) - 1) as f64;
    if points.len() < CRESTS_MIN || -last > 2.0 * gap {
        return None;
    }
    let lower = points
        .iter()
        .enumerate()
        .map(|(n, (_, crest))| points[..n].iter().filter(|(_, before)| before > crest).count());
    if lower.sum::<usize>() > CRESTS_LOWER_MAX {
        return None;
    }
    let trend = trend::trend(points, slopes)?;
    of_envelope(trend, ERRORS_MIN_CRESTS, highest, last - first, limit)
}

fn of_envelope(trend: Trend, errors_min: f64, height: f64, watched: f64, limit: f64) -> Option<Growth> {
    let grows = trend.slope > errors_min * trend.error && trend.slope * watched >= RISE_MIN * limit;
    grows.then(|| Growth {
        trend,
        left: (limit - height).max(0.0),
        watched,
        young: false,
    })
}

fn watched(points: &[Point]) -> f64 {
    match (points.first(), points.last()) {
        (Some(first), Some(last)) => last.0 - first.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: f64 = 1000.0;

    fn grown(values: impl IntoIterator<Item = f64>) -> Option<Growth> {
        let (mut window, mut turns) = (Window::default(), Turns::default());
        for (minute, value) in (0..).zip(values) {
            if let Some(closed) = window.push(minute, value) {
                turns.push(minute - 1, closed, LIMIT);
            }
        }
        growth(&window, &turns, LIMIT, 60, &mut Scratch::default())
    }

    #[test]
    fn a_steady_rise_is_foretold() {
        let growth = grown((0..61).map(|n| 400.0 + 5.0 * f64::from(n))).unwrap();
        let (minutes, ..) = growth.minutes_left();
        assert!((minutes - 305.0 / 5.0).abs() < 0.01, "{growth:?}");
        assert!(growth.chance_within(62.0) > 0.99 && growth.chance_within(60.0) < 0.01);
    }

    #[test]
    fn a_rise_that_began_of_late_is_foretold_by_the_shorter_window() {
        let growth = grown((0..61).map(|n| 400.0 + 10.0 * (f64::from(n) - 45.0).max(0.0))).unwrap();
        assert!((growth.trend.slope - 10.0).abs() < 0.1, "{growth:?}");
        assert!(growth.watched <= 15.0);
    }

    #[test]
    fn what_stops_or_slows_down_before_the_limit_is_none() {
        let stopped = (0..61).map(|n| 300.0 + 10.0 * f64::from(n.min(40)));
        assert_eq!(grown(stopped), None);
        let filling = (0..31).map(|n| 300.0 + 400.0 * (1.0 - (-f64::from(n) / 20.0).exp()));
        assert_eq!(grown(filling), None);
        let step = |at: i32| (0..31).map(move |n| if n < at { 400.0 } else { 700.0 });
        for at in 1..31 {
            assert_eq!(grown(step(at)), None, "a step at {at}");
        }
    }

    #[test]
    fn a_tooth_as_high_as_one_before_is_none_and_a_higher_one_is() {
        let saw = |height: f64| {
            (0..80).map(move |n| {
                if n < 40 {
                    300.0 + 10.0 * f64::from(n)
                } else {
                    300.0 + height * f64::from(n - 40)
                }
            })
        };
        assert_eq!(grown(saw(9.0)), None);
        assert!(grown(saw(12.0)).is_some());
    }

    #[test]
    fn a_saw_on_a_slope_reaches_the_limit_with_its_crests() {
        let saw = |slope: f64| (0..61).map(move |n| 300.0 + slope * f64::from(n) + 12.0 * f64::from(n % 5));
        let growth = grown(saw(6.0)).unwrap();
        let (minutes, ..) = growth.minutes_left();
        assert!((40.0..62.0).contains(&minutes), "{growth:?}");
        assert_eq!(grown(saw(0.0)), None);
    }
}
