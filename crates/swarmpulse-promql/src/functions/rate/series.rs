//! The movement in all windows of one series at once.

use super::extrapolate::{Stretch, seconds};
use super::{DELTA, INCREASE, Movement, RATE};
use crate::functions::RangeContext;
use crate::matrix::Scalar;
use crate::window::Windows;

pub(super) fn delta(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    movements(windows, into, DELTA)
}

pub(super) fn increase(
    windows: &Windows<'_>,
    _: &[Scalar],
    into: &mut [f64],
    _: &mut RangeContext<'_>,
) -> bool {
    movements(windows, into, INCREASE)
}

pub(super) fn rate(windows: &Windows<'_>, _: &[Scalar], into: &mut [f64], _: &mut RangeContext<'_>) -> bool {
    movements(windows, into, RATE)
}

/// Looks for restarts once, and computes how far samples reach only where that changes from window to window.
fn movements(windows: &Windows<'_>, into: &mut [f64], movement: Movement) -> bool {
    let (times, values) = (windows.times_ms, windows.values);
    let restarts = if movement.counter {
        restarts(values)
    } else {
        Vec::new()
    };
    let range_s = seconds(windows.range_ms);
    let mut next_restart = 0;
    let mut known = None;
    for (step, (place, (from, to))) in into.iter_mut().zip(windows.bounds()).enumerate() {
        if to < from + 2 {
            continue;
        }
        let end_ms = windows.end_of(step);
        let start_ms = end_ms.saturating_sub(windows.range_ms);
        let (first, first_ms, last_ms) = (values[from], times[from], times[to - 1]);
        let mut difference = values[to - 1] - first;
        while restarts.get(next_restart).is_some_and(|at| *at <= from) {
            next_restart += 1;
        }
        for at in restarts[next_restart..].iter().take_while(|at| **at < to) {
            difference += values[at - 1];
        }
        let shape = (first_ms - start_ms, end_ms - last_ms, to - from);
        let stretch = match known {
            Some((known_shape, stretch)) if known_shape == shape => stretch,
            _ => Stretch::of((start_ms, end_ms), (first_ms, last_ms), to - from, range_s),
        };
        known = Some((shape, stretch));
        let zero = movement.counter.then_some((first, difference));
        *place = difference * stretch.factor(zero, movement.per_second);
    }
    true
}

/// The places of values below the one before.
fn restarts(values: &[f64]) -> Vec<usize> {
    const BLOCK: usize = 64;
    let mut found = Vec::new();
    for (block, before) in values.chunks(BLOCK).enumerate() {
        let start = block * BLOCK + 1;
        let after = &values[start.min(values.len())..(start + before.len()).min(values.len())];
        let pairs = || before.iter().zip(after);
        // Without a branch in it, so that it is done on several values at once.
        if pairs().fold(false, |any, (before, after)| any | (after < before)) {
            let falls = pairs().enumerate().filter(|(_, (before, after))| after < before);
            found.extend(falls.map(|(place, _)| start + place));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_are_found_across_blocks() {
        let mut values: Vec<f64> = (0..300).map(f64::from).collect();
        for at in [1, 63, 64, 65, 128, 299] {
            values[at] = -1000.0 - at as f64;
        }
        values[200] = f64::NAN;
        let expected: Vec<usize> = (1..300).filter(|at| values[*at] < values[at - 1]).collect();
        assert_eq!(restarts(&values), expected);
        assert!(expected.contains(&64) && !expected.contains(&201));
        assert!(restarts(&[]).is_empty() && restarts(&[1.0]).is_empty());
    }
}
