//! Growth in one window: how fast, since when, how sure, and whether it goes on.

use super::clean;
use super::shape::{Ramp, Ramps};
use crate::statistics::coloured_noise::{self, Likelihoods};
use crate::statistics::mann_kendall::mann_kendall;
use crate::statistics::theil_sen::theil_sen;

/// What a window shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Growth {
    /// Bytes an hour.
    pub rate: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Cells since growth began.
    pub lasted: usize,
    /// How much likelier growth above the floor is than none, as a logarithm.
    pub odds: f64,
    /// How much likelier growth that goes on is than a step, or a fill that ended, as a logarithm.
    pub goes_on: f64,
    /// It is a leak.
    pub leak: bool,
}

/// When the life began that a window is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Birth {
    /// With the window.
    Here,
    /// So short before it that the fill or warm-up may not have been over: that must not be the likelier.
    JustBefore,
    /// Long before.
    Before,
}

/// How sure a judgement must be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bars {
    /// Least logarithm of odds that there is growth.
    pub odds: f64,
    /// Least logarithm of odds that it goes on.
    pub goes_on: f64,
}

/// What sort of cells a window has and what is asked of growth in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Cells in an hour.
    pub cells_an_hour: f64,
    /// Growth no faster is not told from a day's curve, in bytes an hour.
    pub floor: f64,
    /// Growth has lasted for so many cells at least.
    pub lasting: usize,
    /// Cells between the beginnings of growth that are tried.
    pub stride: usize,
    /// Lengths of steps and fills that may have happened anywhere, in cells.
    pub short: &'static [usize],
    /// Lengths of longer fills that may have happened anywhere.
    pub long: &'static [usize],
    /// Lengths of fills that may have begun with the window, if it is the beginning of a life.
    pub first: &'static [usize],
    /// Cells whose median is a point of the trend.
    pub block: usize,
    /// Parameters that were taken from the cells before.
    pub spent: usize,
    /// The bars.
    pub bars: Bars,
}

/// A longer fill in the middle of a life may be likelier than growth that goes on by this much, as a logarithm: the
/// two part late, and fills of that length are rare where a life is not at its beginning.
const LONG_FILL: f64 = 1.0;
/// Least standard score of the Mann-Kendall test.
const TENDENCY: f64 = 2.0;

impl Growth {
    /// The growth of `values`, of a life that began at `birth`. `None` if they do not grow.
    pub(super) fn of(values: &[f64], birth: Birth, asked: &Asked, past: &Likelihoods) -> Option<Self> {
        let count = values.len();
        if count < asked.lasting {
            return None;
        }
        let ramps = Ramps::new(values);
        let starts = (0..=count - asked.lasting).step_by(asked.stride);
        let lasting = ramps.best(starts.map(|start| (start, count)))?;
        if lasting.slope <= 0.0 {
            return None;
        }
        let shape: Vec<f64> = (0..count)
            .map(|at| at.saturating_sub(lasting.start) as f64)
            .collect();
        let floor = asked.floor / asked.cells_an_hour;
        let fit = coloured_noise::fit(values, &shape, asked.spent, floor, past)?;
        let goes_on = goes_on(&ramps, lasting, birth, asked, fit.inflation);
        let points: Vec<f64> = values[lasting.start..]
            .rchunks_exact(asked.block)
            .rev()
            .map(|block| clean::median(&mut block.to_vec()))
            .collect();
        let tendency = mann_kendall(&points, fit.slope * asked.block as f64)?;
        let sen = theil_sen(&points, tendency.variance)?;
        let hourly = asked.cells_an_hour / asked.block as f64;
        let rate = sen.per_step * hourly;
        // The ranks know nothing of slow noise that is longer than the window; the fit does.
        let reach = 1.96 * fit.error * asked.cells_an_hour;
        Some(Self {
            rate,
            low: (sen.low * hourly).min(rate - reach),
            high: (sen.high * hourly).max(rate + reach),
            lasted: count - lasting.start,
            odds: fit.odds,
            goes_on,
            leak: fit.odds >= asked.bars.odds && goes_on >= asked.bars.goes_on && tendency.z >= TENDENCY,
        })
    }

    /// The probability that it is a leak: that there is growth above the floor and that it goes on. The logarithms of
    /// odds are those of the data; before them, growth that looks like a leak is one rather than an accident of noise
    /// by e² to 1, and rather than a fill that ended just now by e³ to 1.
    pub(super) fn confidence(&self) -> f64 {
        1.0 / (1.0 + (-self.odds - 2.0).exp() + (-self.goes_on - 3.0).exp())
    }

    /// The weaker of what speaks for it.
    pub(super) fn rank(&self) -> f64 {
        self.goes_on.min(self.odds)
    }
}

/// How much likelier growth that lasts is than the best of the ramps that ended, in the noise that the window has.
fn goes_on(ramps: &Ramps, lasting: Ramp, birth: Birth, asked: &Asked, inflation: f64) -> f64 {
    let count = ramps.len();
    let freedom = count.saturating_sub(asked.spent + 3).max(1) as f64;
    let unit = (2.0 * lasting.residual / freedom * inflation).max(f64::MIN_POSITIVE);
    let lead =
        |other: Option<Ramp>| other.map_or(f64::INFINITY, |other| (other.residual - lasting.residual) / unit);
    let short = ramps.best(ended(count, asked.short));
    let first = ramps.best(asked.first.iter().map(|length| (0, *length)));
    let long = ramps.best(ended(count, asked.long));
    let long = lead(long) + LONG_FILL + asked.bars.goes_on;
    let other = match birth {
        Birth::Here => lead(first),
        Birth::JustBefore => (lead(first) + asked.bars.goes_on).min(long),
        Birth::Before => long,
    };
    lead(short).min(other)
}

/// Ramps of these lengths that ended within the window.
fn ended(count: usize, lengths: &'static [usize]) -> impl Iterator<Item = (usize, usize)> {
    let stride = (count / 80).max(1);
    lengths.iter().flat_map(move |length| {
        let starts = (0..count.saturating_sub(length + 1)).step_by(stride);
        starts.map(move |start| (start, *length))
    })
}
