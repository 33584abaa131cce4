//! Growth over an hour and a half to four hours, judged by minutes.

use super::MIB;
use super::clean;
use super::growth::{Asked, Bars, Birth, Growth};
use super::shape::Ramps;
use crate::statistics::coloured_noise::{self, Likelihoods};
use crate::statistics::mann_kendall::mann_kendall;
use crate::statistics::theil_sen::theil_sen;

/// Minutes that are looked at, at most.
pub(super) const LOOKED_AT: usize = 240;
/// Growth has lasted for so many minutes before it is called a leak: fills and warm-ups last 45 at most, and it must
/// be seen that it goes on.
pub(super) const LASTING: usize = 80;
/// The windows, all ending now; beside them, all that there is.
const WINDOWS: [usize; 5] = [90, 105, 120, 150, 180];
/// A fill or warm-up lasts so many minutes at most.
const FILL: usize = 45;
/// It grows so many times as fast as what comes after, and by so many standard errors.
const FILL_FASTER: f64 = 2.0;
const FILL_ERRORS: f64 = 4.0;
/// Minutes after it that tell.
const SINCE_FILL: usize = 20;
/// A young life is looked at a few times before so many minutes, an old one again and again: chances of error that are
/// allowed to one look of the first are too large for the second.
const YOUNG: usize = 95;
const BARS_YOUNG: Bars = Bars {
    odds: 1.0,
    goes_on: -1.6,
};
const BARS: Bars = Bars {
    odds: 2.75,
    goes_on: 1.0,
};
/// What is asked of minutes. A daily curve of 40 MiB from its lowest to its highest point climbs by 5.2 MiB/h for
/// hours; what grows no faster is judged by hours, over more than a day.
const ASKED: Asked = Asked {
    cells_an_hour: 60.0,
    floor: 6.0 * MIB,
    lasting: LASTING,
    stride: 5,
    short: &[1, 5, 10, 20],
    long: &[30, FILL],
    first: &[10, 20, 30, FILL],
    block: 5,
    spent: 0,
    bars: BARS,
};
/// Minutes on either side of a leap.
const LEAP_SIDE: usize = 5;
/// Windows whose plain slope is below this part of the floor are not looked at more closely.
const PLAIN: f64 = 0.7;
/// How much of what earlier stretches said of the noise is kept with a new one, and how much it may weigh at most.
const PAST_KEPT: f32 = 0.8;
const PAST_WEIGHT: f32 = 20.0;

/// The strongest growth in the latest of these minutes; `born` if the first is the first of a life.
pub(super) fn growth(cells: &[f64], born: bool, past: &Likelihoods) -> Option<Growth> {
    let mut clipped = cells.to_vec();
    clean::clip(&mut clipped);
    let grows = |window: &usize| {
        let ramp = Ramps::new(&clipped[clipped.len() - window..]).fit(0, *window);
        ramp.is_some_and(|ramp| ramp.slope * ASKED.cells_an_hour > PLAIN * ASKED.floor)
    };
    // A fill or warm-up that ended leaves a tail: what grows after it must last by itself.
    let after_fill = |window: &usize| cells.len() - window >= FILL;
    let filled = born && fills_first(&clipped);
    let windows: Vec<usize> = WINDOWS
        .into_iter()
        .filter(|window| *window < cells.len())
        .chain([cells.len()])
        .filter(|window| !filled || after_fill(window))
        .filter(grows)
        .collect();
    if windows.is_empty() {
        return None;
    }
    let (straight, period) = straightened(cells, clipped);
    windows
        .into_iter()
        .filter_map(|window| {
            let birth = match cells.len() - window {
                0 if born => Birth::Here,
                before if born && before < FILL => Birth::JustBefore,
                _ => Birth::Before,
            };
            let bars = if birth == Birth::Here && window <= YOUNG {
                BARS_YOUNG
            } else {
                BARS
            };
            let asked = Asked {
                spent: period,
                bars,
                ..ASKED
            };
            Growth::of(&straight[straight.len() - window..], birth, &asked, past)
        })
        .max_by(|a, b| {
            (a.leak, a.rank())
                .partial_cmp(&(b.leak, b.rank()))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
}

/// Whether a life grew much faster in its first minutes than it does since: a cache was filled, or it warmed up.
fn fills_first(life: &[f64]) -> bool {
    if life.len() < FILL + SINCE_FILL {
        return false;
    }
    let (first, since) = life.split_at(FILL);
    let (Some(first), Some(since)) = (line(first), line(since)) else {
        return false;
    };
    first.0 > FILL_FASTER * since.0 && first.0 - since.0 > FILL_ERRORS * first.1.hypot(since.1)
}

/// The slope of a line through these cells, and its standard error in plain noise.
fn line(cells: &[f64]) -> Option<(f64, f64)> {
    let count = cells.len() as f64;
    let line = Ramps::new(cells).fit(0, cells.len())?;
    let spread = count * (count * count - 1.0) / 12.0;
    Some((line.slope, (line.residual / (count - 2.0) / spread).sqrt()))
}

/// The cells without the teeth of a saw, outliers and leaps, and the period of the saw, 0 without one. Teeth go first,
/// for their tips would be clipped now and then; where outliers hide them, they are looked for again in what was clipped.
fn straightened(cells: &[f64], clipped: Vec<f64>) -> (Vec<f64>, usize) {
    let flattened = |mut cells: Vec<f64>, period: usize| {
        let slope = Ramps::new(&cells)
            .fit(0, cells.len())
            .map_or(0.0, |ramp| ramp.slope);
        clean::flatten(&mut cells, period, slope);
        cells
    };
    let (mut straight, period) = if let Some(period) = clean::saw_period(cells) {
        let mut flat = flattened(cells.to_vec(), period);
        clean::clip(&mut flat);
        (flat, period)
    } else if let Some(period) = clean::saw_period(&clipped) {
        (flattened(clipped, period), period)
    } else {
        (clipped, 0)
    };
    clean::level(&mut straight, LEAP_SIDE);
    (straight, period)
}

/// Learns from a stretch of minutes what the noise of the series is like.
pub(super) fn learn(cells: &[f64], past: &mut Likelihoods) {
    let mut clipped = cells.to_vec();
    clean::clip(&mut clipped);
    let (cells, period) = straightened(cells, clipped);
    let steps: Vec<f64> = (0..cells.len()).map(|at| at as f64).collect();
    if let Some(new) = coloured_noise::likelihoods(&cells, &steps, period) {
        past.learn(&new, PAST_KEPT, PAST_WEIGHT);
    }
}

/// Minutes that tell whether memory goes on growing, and points of them.
const LATELY: usize = 120;

/// Least standard score of the Mann-Kendall test where memory is said to grow, without a word on how it goes on.
const PLAIN_TENDENCY: f64 = 3.3;

/// Points of the trend that tells so, at most.
const PLAIN_POINTS: usize = 30;

/// The rate at which the latest minutes plainly grow, in bytes an hour: more than noise, and more than a tenth of the floor.
pub(super) fn plain_growth(cells: &[f64]) -> Option<f64> {
    let cells = &cells[cells.len().saturating_sub(LATELY)..];
    // Most series do not pass this, and it costs little.
    let (slope, error) = line(cells)?;
    if slope < PLAIN_TENDENCY * error || slope <= 0.0 {
        return None;
    }
    let block = cells.len().div_ceil(PLAIN_POINTS).max(2);
    let points = points(cells, block);
    let first = theil_sen(&points, 0.0)?;
    let tendency = mann_kendall(&points, first.per_step)?;
    let slope = theil_sen(&points, tendency.variance)?;
    let rate = |per_step: f64| per_step * ASKED.cells_an_hour / block as f64;
    (tendency.z > PLAIN_TENDENCY && rate(slope.low) > 0.1 * ASKED.floor).then_some(rate(slope.per_step))
}

/// Whether the latest minutes grow at a good part of a rate.
pub(super) fn goes_on(cells: &[f64], rate: f64) -> bool {
    let cells = &cells[cells.len().saturating_sub(LATELY)..];
    theil_sen(&points(cells, 5), 0.0).is_some_and(|slope| slope.per_step * 12.0 > 0.4 * rate)
}

/// Medians of so many minutes each, the last complete.
fn points(cells: &[f64], block: usize) -> Vec<f64> {
    cells
        .rchunks_exact(block)
        .rev()
        .map(|block| clean::median(&mut block.to_vec()))
        .collect()
}
