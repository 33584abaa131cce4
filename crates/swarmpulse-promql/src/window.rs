//! Samples of one series, and the windows over them that range functions see.

use std::sync::Arc;

use swarmpulse_model::series::NativeHistogram;

use crate::matrix::Steps;

/// Samples of one series in one window, oldest first; never empty, no markers of series that are gone. Left-open:
/// `start_ms < t <= end_ms`.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// When the expression is evaluated: the step.
    pub at_ms: i64,
    /// Where the window begins: after this.
    pub start_ms: i64,
    /// Where it ends, this included: the step less offset, or the time of `@`.
    pub end_ms: i64,
    /// Times of the floats.
    pub times_ms: &'a [i64],
    /// The floats.
    pub values: &'a [f64],
    /// The native histograms, at times of their own.
    pub histograms: &'a [(i64, Arc<NativeHistogram>)],
}

/// Samples of one series and a window over them for every step.
#[derive(Clone, Copy, Debug)]
pub struct Windows<'a> {
    /// The steps.
    pub steps: Steps,
    /// The end of the first step's window. It moves with the steps, unless `fixed`.
    pub first_end_ms: i64,
    /// How long each is.
    pub range_ms: i64,
    /// Whether every step has the same window, because of `@`.
    pub fixed: bool,
    /// Times of the floats, oldest first; no markers of series that are gone.
    pub times_ms: &'a [i64],
    /// The floats.
    pub values: &'a [f64],
    /// The native histograms.
    pub histograms: &'a [(i64, Arc<NativeHistogram>)],
}

impl<'a> Windows<'a> {
    /// Where the window of a step ends.
    #[must_use]
    #[inline]
    pub fn end_of(&self, step: usize) -> i64 {
        if self.fixed {
            self.first_end_ms
        } else {
            self.first_end_ms
                .saturating_add(self.steps.step_ms.saturating_mul(step as i64))
        }
    }

    /// For every step in turn, which floats are in its window: from this place up to, not including, that one.
    #[must_use]
    pub fn bounds(&self) -> Bounds<'a> {
        Bounds {
            windows: *self,
            step: 0,
            from: 0,
            to: 0,
            strides: (0, 0),
        }
    }

    /// The window of every step in turn, `None` where it is empty.
    pub fn iter(&self) -> impl Iterator<Item = Option<Window<'a>>> + use<'a> {
        let windows = *self;
        let (mut from, mut to) = (0, 0);
        self.bounds().enumerate().map(move |(step, (low, high))| {
            let end_ms = windows.end_of(step);
            let start_ms = end_ms.saturating_sub(windows.range_ms);
            let all = windows.histograms;
            while to < all.len() && all[to].0 <= end_ms {
                to += 1;
            }
            while from < to && all[from].0 <= start_ms {
                from += 1;
            }
            (low < high || from < to).then(|| Window {
                at_ms: windows.steps.at(step),
                start_ms,
                end_ms,
                times_ms: &windows.times_ms[low..high],
                values: &windows.values[low..high],
                histograms: &all[from..to],
            })
        })
    }
}

/// For every step in turn, which floats are in its window.
#[derive(Clone, Debug)]
pub struct Bounds<'a> {
    windows: Windows<'a>,
    step: usize,
    from: usize,
    to: usize,
    /// By how much both moved at the step before: samples at even distances move by that again.
    strides: (usize, usize),
}

/// The first place, from this one on, of a time after `last_ms`; looked for first where it is if it moved by `stride`.
#[inline]
fn advanced(times_ms: &[i64], mut place: usize, stride: usize, last_ms: i64) -> usize {
    let guess = place + stride;
    if guess > place && guess < times_ms.len() && times_ms[guess - 1] <= last_ms && times_ms[guess] > last_ms
    {
        return guess;
    }
    while place < times_ms.len() && times_ms[place] <= last_ms {
        place += 1;
    }
    place
}

impl Iterator for Bounds<'_> {
    type Item = (usize, usize);

    #[inline]
    fn next(&mut self) -> Option<(usize, usize)> {
        if self.step >= self.windows.steps.count {
            return None;
        }
        let end_ms = self.windows.end_of(self.step);
        let start_ms = end_ms.saturating_sub(self.windows.range_ms);
        let times = self.windows.times_ms;
        let (from, to) = (self.from, self.to);
        self.to = advanced(times, to, self.strides.1, end_ms);
        self.from = advanced(&times[..self.to], from, self.strides.0, start_ms);
        self.strides = (self.from - from, self.to - to);
        self.step += 1;
        Some((self.from, self.to))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.windows.steps.count - self.step;
        (left, Some(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn windows_are_left_open() {
        let times = [0, 10, 20, 30];
        let windows = Windows {
            steps: Steps::between(10, 40, 10),
            first_end_ms: 10,
            range_ms: 20,
            fixed: false,
            times_ms: &times,
            values: &[0.0, 1.0, 2.0, 3.0],
            histograms: &[],
        };
        assert_eq!(Vec::from_iter(windows.bounds()), [(0, 2), (1, 3), (2, 4), (3, 4)]);
        let fixed = Windows {
            fixed: true,
            ..windows
        };
        assert_eq!(Vec::from_iter(fixed.bounds()), [(0, 2); 4]);
        let seen: Vec<_> = windows
            .iter()
            .flatten()
            .map(|window| window.values.len())
            .collect();
        assert_eq!(seen, [2, 2, 2, 1]);
    }

    proptest! {
        #[test]
        fn bounds_are_those_of_a_plain_search(
            gaps in prop::collection::vec(prop_oneof![6 => Just(15i64), 2 => 13i64..18, 1 => 1i64..300], 0..80),
            start_ms in -100i64..900,
            step_ms in 1i64..400,
            range_ms in 0i64..700,
            fixed in prop::bool::weighted(0.1),
        ) {
            let mut at_ms = 0;
            let times: Vec<i64> = gaps.iter().map(|gap| { at_ms += gap; at_ms }).collect();
            let values = vec![0.0; times.len()];
            let windows = Windows {
                steps: Steps { start_ms, step_ms, count: 30 },
                first_end_ms: start_ms,
                range_ms,
                fixed,
                times_ms: &times,
                values: &values,
                histograms: &[],
            };
            for (step, found) in windows.bounds().enumerate() {
                let end_ms = windows.end_of(step);
                let expected = (
                    times.partition_point(|time| *time <= end_ms - range_ms),
                    times.partition_point(|time| *time <= end_ms),
                );
                prop_assert_eq!(found, expected, "step {}", step);
            }
        }
    }
}
