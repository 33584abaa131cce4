//! Trends of failure rates: whether the share that fails, or the number per time, rises or falls over spans of time.
//!
//! Cochran's and Armitage's score test for a trend (1955) of failures against what ended, or Poisson's against time,
//! with the scatter as it is and not as the binomial wants it: the variance is multiplied by the residual dispersion
//! (McCullagh and Nelder, 1989, section 4.5) and by what neighbouring spans share, and Student's t is used. Beside it
//! stands the exact interval of the newest third's rate over that of the time before.

use serde::Serialize;

use crate::statistics::rates::{TwoRates, student_upper_tail};

use super::tally::Tally;

/// Failures without which there is no trend.
const FAILED_MIN: u64 = 10;
/// Spans with anything in them without which there is no trend.
const SPANS_MIN: usize = 9;
/// The probability of chance below which a trend has a direction.
const DIRECTION_P: f64 = 0.025;
/// How many times the rate before a direction means at least.
const DIRECTION_RATIO: f64 = 1.2;

/// Where a rate goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It rises.
    Increasing,
    /// Neither can be said.
    Stable,
    /// It falls.
    Decreasing,
    /// Too little happened to say.
    NotEnoughData,
}

/// A trend with its figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// Where it goes.
    pub direction: Direction,
    /// The newest third's rate over the rate before.
    pub ratio: f64,
    /// The interval that holds the true ratio with 95 % confidence, where there is a direction; its end is infinite if
    /// nothing failed before.
    pub interval: Option<(f64, f64)>,
    /// How probable such a rise, or a steeper one, is by chance.
    pub p_rising: f64,
    /// How probable so many failures in the newest third are, if the rate had stayed.
    pub p_recent: f64,
    /// What ended and failed in the newest third.
    pub recent: Tally,
    /// What ended and failed before.
    pub before: Tally,
}

impl Trend {
    /// The trend over spans in the order of time; those before the first that counts are left out. `exposed`: ends that
    /// went well are told of, too, so that rates are shares; else they are per time.
    pub(super) fn of(spans: &[Tally], exposed: bool) -> Self {
        let begun = spans
            .iter()
            .position(|span| span.ended > 0)
            .unwrap_or(spans.len());
        let spans = &spans[begun..];
        let cut = spans.len() - spans.len() / 3;
        let sum = |spans: &[Tally]| spans.iter().copied().fold(Tally::default(), Tally::plus);
        let (before, recent) = (sum(&spans[..cut]), sum(&spans[cut..]));
        let size = |part: Tally, spans: usize| if exposed { part.ended as f64 } else { spans as f64 };
        let rates = TwoRates {
            events: recent.failed,
            exposure: size(recent, spans.len() - cut),
            other_events: before.failed,
            other_exposure: size(before, cut),
        };
        let used = spans.iter().filter(|span| !exposed || span.ended > 0).count();
        let enough = used >= SPANS_MIN
            && before.failed + recent.failed >= FAILED_MIN
            && rates.exposure > 0.0
            && rates.other_exposure > 0.0;
        if !enough {
            return Self {
                direction: Direction::NotEnoughData,
                ratio: 1.0,
                interval: None,
                p_rising: 1.0,
                p_recent: 1.0,
                recent,
                before,
            };
        }
        let (t, degrees) = score(spans, exposed);
        let (p_rising, ratio) = (student_upper_tail(t, degrees), rates.ratio());
        let direction = if p_rising < DIRECTION_P && ratio > DIRECTION_RATIO {
            Direction::Increasing
        } else if 1.0 - p_rising < DIRECTION_P && ratio < 1.0 / DIRECTION_RATIO {
            Direction::Decreasing
        } else {
            Direction::Stable
        };
        Self {
            direction,
            ratio,
            interval: (direction != Direction::Stable).then(|| rates.interval()),
            p_rising,
            p_recent: rates.p_higher(),
            recent,
            before,
        }
    }
}

/// The score of a trend as a value of Student's t, and its degrees of freedom.
fn score(spans: &[Tally], exposed: bool) -> (f64, f64) {
    let size = |span: &Tally| if exposed { span.ended as f64 } else { 1.0 };
    let (failed, total) = spans.iter().fold((0.0, 0.0), |(failed, total), span| {
        (failed + span.failed as f64, total + size(span))
    });
    let rate = failed / total;
    let middle = spans
        .iter()
        .enumerate()
        .map(|(at, span)| at as f64 * size(span))
        .sum::<f64>()
        / total;
    let spread = |rate: f64| {
        if exposed {
            rate * (1.0 - rate).max(1e-3)
        } else {
            rate
        }
    };
    let (mut above, mut width) = (0.0, 0.0);
    for (at, span) in spans.iter().enumerate() {
        let distance = at as f64 - middle;
        above += distance * (span.failed as f64 - size(span) * rate);
        width += size(span) * distance * distance;
    }
    // Residuals of the line that the score stands for, so that the trend itself does not count as scatter.
    let slope = above / width.max(f64::MIN_POSITIVE);
    let residuals: Vec<f64> = spans
        .iter()
        .enumerate()
        .filter(|(_, span)| size(span) > 0.0)
        .map(|(at, span)| {
            let fitted = (rate + slope * (at as f64 - middle)).clamp(rate * 0.05, 1.0_f64.max(rate * 20.0));
            let fitted = if exposed { fitted.min(0.999) } else { fitted };
            (span.failed as f64 - size(span) * fitted) / (size(span) * spread(fitted)).sqrt()
        })
        .collect();
    let degrees = residuals.len() as f64 - 2.0;
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let neighbours: f64 = residuals.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let shared = (neighbours / squares.max(f64::MIN_POSITIVE)).clamp(0.0, 0.7);
    let dispersion = (squares / degrees).max(1.0) * (1.0 + shared) / (1.0 - shared);
    let variance = width * spread(rate) * dispersion;
    (above / variance.max(f64::MIN_POSITIVE).sqrt(), degrees)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(parts: impl IntoIterator<Item = (u64, u64)>) -> Vec<Tally> {
        parts
            .into_iter()
            .map(|(failed, ended)| Tally { ended, failed })
            .collect()
    }

    #[test]
    fn shares_that_rise_fall_and_stay() {
        let rising = Trend::of(&spans((0..24).map(|n| (n, 40))), true);
        assert_eq!(rising.direction, Direction::Increasing);
        assert!(
            rising.p_rising < 1e-6
                && rising
                    .interval
                    .is_some_and(|(low, up)| low > 1.5 && rising.ratio < up),
            "{rising:?}"
        );
        let falling = Trend::of(&spans((0..24).map(|n| (24 - n, 40))), true);
        assert_eq!(falling.direction, Direction::Decreasing);
        let flat = Trend::of(&spans((0..24).map(|n| (3 + n * 7 % 3, 40))), true);
        assert_eq!(flat.direction, Direction::Stable);
    }

    #[test]
    fn more_work_is_no_rise() {
        // Ten times the tasks, and ten times the failures.
        let busier = Trend::of(
            &spans((0..24).map(|n| if n < 12 { (1, 20) } else { (10, 200) })),
            true,
        );
        assert_eq!(busier.direction, Direction::Stable, "{busier:?}");
        let by_time = Trend::of(
            &spans((0..24).map(|n| if n < 12 { (1, 1) } else { (10, 10) })),
            false,
        );
        assert_eq!(by_time.direction, Direction::Increasing);
    }

    #[test]
    fn bursts_are_scatter_and_little_says_nothing() {
        // Three incidents, the last one late: far more scatter than chance, no trend.
        let bursts = spans((0..24).map(|n| if n % 9 == 4 { (30, 40) } else { (0, 40) }));
        assert_eq!(Trend::of(&bursts, true).direction, Direction::Stable);
        let few = spans((0..24).map(|n| (n / 23, 40)));
        assert_eq!(Trend::of(&few, true).direction, Direction::NotEnoughData);
        assert_eq!(Trend::of(&[], true).direction, Direction::NotEnoughData);
    }
}
