//! Numbers in anchored and smoothed windows.

use crate::functions::rate::{Movement, seconds};
use crate::syntax::Extent;
use crate::window::Window;

/// Which samples of an extended window say something of it: the first may be at or before the start, and the last of a
/// smoothed window at or after the end. `None` if there is nothing to be said.
pub(super) fn ends<T>(
    points: &[T],
    at: impl Fn(&T) -> i64,
    window: &Window<'_>,
    extent: Extent,
) -> Option<(usize, usize)> {
    let last = points.len().checked_sub(1)?;
    let after_start = points[..last].partition_point(|point| at(point) <= window.start_ms);
    let first = after_start.saturating_sub(1);
    let last = match extent {
        Extent::Smoothed => points[..last].partition_point(|point| at(point) < window.end_ms),
        Extent::Own | Extent::Anchored => last,
    };
    let begins_after = extent == Extent::Smoothed && at(&points[first]) > window.end_ms;
    (at(&points[last]) > window.start_ms && !begins_after).then_some((first, last))
}

/// The value at a time on the line between two samples. A counter that fell began anew at zero.
pub(crate) fn interpolated(before: (i64, f64), after: (i64, f64), at_ms: i64, counter: bool) -> f64 {
    let from = if counter && after.1 < before.1 {
        0.0
    } else {
        before.1
    };
    from + (after.1 - from) * (at_ms - before.0) as f64 / (after.0 - before.0) as f64
}

/// The values at both ends of a window, and the places of the samples between.
struct Measured {
    left: f64,
    right: f64,
    between: std::ops::Range<usize>,
}

fn measured(window: &Window<'_>, extent: Extent, counter: bool) -> Option<Measured> {
    let (times, values) = (window.times_ms, window.values);
    let (first, last) = ends(times, |at| *at, window, extent)?;
    let point = |place: usize| (times[place], values[place]);
    let smoothed = extent == Extent::Smoothed;
    let left = if smoothed && times[first] < window.start_ms {
        interpolated(point(first), point(first + 1), window.start_ms, counter)
    } else {
        values[first]
    };
    let right = if smoothed && last > 0 && times[last] > window.end_ms {
        interpolated(point(last - 1), point(last), window.end_ms, counter)
    } else {
        values[last]
    };
    let from = first + usize::from(times[first] <= window.start_ms);
    let to = last + usize::from(times[last] < window.end_ms);
    Some(Measured {
        left,
        right,
        between: from..to.max(from),
    })
}

/// How far a counter or gauge moved within the window.
pub(super) fn movement(window: &Window<'_>, extent: Extent, movement: Movement) -> Option<f64> {
    let measured = measured(window, extent, movement.counter)?;
    let mut moved = measured.right - measured.left;
    if movement.counter {
        let mut before = measured.left;
        let between = window.values[measured.between].iter().copied();
        for value in between.chain([measured.right]) {
            if value < before {
                moved += before;
            }
            before = value;
        }
    }
    if movement.per_second {
        moved /= seconds(window.end_ms - window.start_ms);
    }
    Some(moved)
}

/// The samples of an extended window, with values at its ends instead of those beyond.
pub(crate) fn samples(window: &Window<'_>, extent: Extent) -> (Vec<i64>, Vec<f64>) {
    let Some(measured) = measured(window, extent, false) else {
        return (Vec::new(), Vec::new());
    };
    let mut times = vec![window.start_ms];
    let mut values = vec![measured.left];
    times.extend(&window.times_ms[measured.between.clone()]);
    values.extend(&window.values[measured.between]);
    times.push(window.end_ms);
    values.push(measured.right);
    (times, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::rate::{DELTA, INCREASE};

    fn window<'a>(times_ms: &'a [i64], values: &'a [f64]) -> Window<'a> {
        Window {
            at_ms: 30,
            start_ms: 10,
            end_ms: 30,
            times_ms,
            values,
            histograms: &[],
        }
    }

    #[test]
    fn windows_side_by_side_add_up() {
        let times: Vec<i64> = (0..10).map(|at| at * 7).collect();
        let values = [3.0, 4.0, 9.0, 1.0, 2.0, 8.0, 9.0, 0.0, 3.0, 4.0];
        for extent in [Extent::Anchored, Extent::Smoothed] {
            let of = |start_ms: i64, end_ms: i64| {
                let seen = match extent {
                    Extent::Smoothed => times.len(),
                    _ => times.partition_point(|at| *at <= end_ms),
                };
                let all = window(&times[..seen], &values[..seen]);
                let part = Window {
                    start_ms,
                    end_ms,
                    ..all
                };
                [INCREASE, DELTA].map(|kind| movement(&part, extent, kind).expect("samples"))
            };
            let (first, second, both) = (of(8, 25), of(25, 50), of(8, 50));
            for kind in 0..2 {
                let sum: f64 = first[kind] + second[kind];
                assert!(
                    (sum - both[kind]).abs() < 1e-9,
                    "{extent:?}: {sum} {}",
                    both[kind]
                );
            }
        }
    }

    #[test]
    fn samples_at_the_ends_stand_for_those_beyond() {
        let smoothed = samples(&window(&[0, 20, 40], &[0.0, 2.0, 6.0]), Extent::Smoothed);
        assert_eq!(smoothed, (vec![10, 20, 30], vec![1.0, 2.0, 4.0]));
        let anchored = samples(&window(&[0, 20], &[0.0, 2.0]), Extent::Anchored);
        assert_eq!(anchored, (vec![10, 20, 30], vec![0.0, 2.0, 2.0]));
        let gone = samples(&window(&[0, 8], &[0.0, 2.0]), Extent::Anchored);
        assert_eq!(gone, (vec![], vec![]));
    }
}
