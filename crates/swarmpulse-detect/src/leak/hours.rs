//! Growth over days, judged by the least value of every hour.

use std::f64::consts::TAU;

use super::MIB;
use super::clean;
use super::growth::{Asked, Bars, Birth, Growth};
use crate::statistics::coloured_noise::Likelihoods;

/// Hours that are kept: two weeks.
pub(super) const KEPT: usize = 336;
/// Growth has lasted for so many hours before it is called a leak: more than a day, so that a daily curve shows itself.
pub(super) const LASTING: usize = 38;
/// The windows, all ending now; beside them, all that there is up to the largest.
const WINDOWS: [usize; 3] = [48, 96, 168];
/// What is asked of hours. Growth of less than 10 MiB a day is not looked for.
const ASKED: Asked = Asked {
    cells_an_hour: 1.0,
    floor: 0.4 * MIB,
    lasting: LASTING,
    stride: 3,
    short: &[1, 3, 6, 10],
    long: &[],
    first: &[3, 6, 10],
    block: 1,
    spent: 4,
    bars: Bars {
        odds: 6.0,
        goes_on: 4.0,
    },
};

/// Hours on either side of a leap.
const LEAP_SIDE: usize = 2;

/// The strongest growth in the latest of these hours; `born` if the first is the first of a life.
pub(super) fn growth(hours: &[f64], born: bool) -> Option<Growth> {
    let windows = WINDOWS
        .into_iter()
        .filter(|window| *window < hours.len())
        .chain([hours.len()]);
    windows
        .filter(|window| *window >= LASTING)
        .filter_map(|window| {
            let mut values = hours[hours.len() - window..].to_vec();
            clean::clip(&mut values);
            clean::level(&mut values, LEAP_SIDE);
            let day = Day::of(&values)?;
            day.take_out(&mut values);
            let birth = if born && window == hours.len() {
                Birth::Here
            } else {
                Birth::Before
            };
            Growth::of(&values, birth, &ASKED, &Likelihoods::default())
        })
        .max_by(|a, b| {
            (a.leak, a.rank())
                .partial_cmp(&(b.leak, b.rank()))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
}

/// The shape of a day: two harmonics of 24 hours.
struct Day([f64; 4]);

impl Day {
    /// Fits it together with a line, so that neither is taken for the other. `None` if that cannot be told.
    fn of(values: &[f64]) -> Option<Self> {
        const TERMS: usize = 6;
        let mut rows = [[0.0; TERMS + 1]; TERMS];
        let middle = values.len() as f64 / 2.0;
        let centre = values.iter().sum::<f64>() / values.len() as f64;
        for (at, value) in values.iter().enumerate() {
            let [a, b, c, d] = Self::waves(at);
            let terms = [1.0, (at as f64 - middle) / middle, a, b, c, d];
            for (row, one) in rows.iter_mut().zip(terms) {
                for (cell, other) in row.iter_mut().zip(terms) {
                    *cell += one * other;
                }
                row[TERMS] += one * (value - centre);
            }
        }
        let solved = solve(&mut rows)?;
        Some(Self([solved[2], solved[3], solved[4], solved[5]]))
    }

    fn waves(hour: usize) -> [f64; 4] {
        let turn = TAU * hour as f64 / 24.0;
        [turn.sin(), turn.cos(), (2.0 * turn).sin(), (2.0 * turn).cos()]
    }

    fn take_out(&self, values: &mut [f64]) {
        for (at, value) in values.iter_mut().enumerate() {
            let waves = Self::waves(at);
            *value -= waves
                .iter()
                .zip(self.0)
                .map(|(wave, size)| wave * size)
                .sum::<f64>();
        }
    }
}

/// Solves the equations of these rows, the right side last, by elimination; `None` if they do not tell.
fn solve<const N: usize, const W: usize>(rows: &mut [[f64; W]; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot = (column..N).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        rows.swap(column, pivot);
        let lead = rows[column];
        if lead[column].abs() < 1e-9 {
            return None;
        }
        for (number, row) in rows.iter_mut().enumerate() {
            if number != column {
                let factor = row[column] / lead[column];
                row.iter_mut()
                    .zip(lead)
                    .for_each(|(cell, from)| *cell -= factor * from);
            }
        }
    }
    let mut solved = [0.0; N];
    for (number, row) in rows.iter().enumerate() {
        solved[number] = row[N] / row[number];
    }
    Some(solved)
}

/// Whether the last day is above the day before by a good part of what a rate gives.
pub(super) fn goes_on(hours: &[f64], rate: f64) -> bool {
    let Some(before) = hours.len().checked_sub(48) else {
        return true;
    };
    let mut gains: Vec<f64> = (before + 24..hours.len())
        .map(|at| hours[at] - hours[at - 24])
        .collect();
    clean::median(&mut gains) > 0.4 * 24.0 * rate
}
