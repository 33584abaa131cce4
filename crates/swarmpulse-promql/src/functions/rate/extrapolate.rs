//! Stretches what happened between samples to the ends of their window.

/// How far the samples of a window reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// From the first sample to the last, in seconds.
    sampled_s: f64,
    /// From the window's start to the first sample, if that is near; else half the usual distance of samples.
    to_start_s: f64,
    /// The same after the last sample.
    to_end_s: f64,
    /// The length of the window.
    range_s: f64,
    /// For windows that are not cut at zero: the factor of an increase.
    whole: f64,
}

impl Stretch {
    /// Of a window from start to end, with so many samples, two at least, from the first time to the last.
    #[inline]
    pub(super) fn of(window: (i64, i64), sampled: (i64, i64), samples: usize, range_s: f64) -> Self {
        let ((start_ms, end_ms), (first_ms, last_ms)) = (window, sampled);
        let mut to_start_s = (first_ms - start_ms) as f64 / 1000.0;
        let mut to_end_s = (end_ms - last_ms) as f64 / 1000.0;
        let sampled_s = (last_ms - first_ms) as f64 / 1000.0;
        let distance_s = sampled_s / (samples - 1) as f64;
        let near_s = distance_s * 1.1;
        if to_start_s >= near_s {
            to_start_s = distance_s / 2.0;
        }
        if to_end_s >= near_s {
            to_end_s = distance_s / 2.0;
        }
        let mut stretch = Self {
            sampled_s,
            to_start_s,
            to_end_s,
            range_s,
            whole: 0.0,
        };
        stretch.whole = stretch.reaching(to_start_s);
        stretch
    }

    fn reaching(&self, to_start_s: f64) -> f64 {
        (self.sampled_s + to_start_s + self.to_end_s) / self.sampled_s
    }

    /// By what a difference is multiplied. With the first value of a counter and its difference, it does not reach back to
    /// before the counter was 0.
    #[inline]
    pub(super) fn factor(&self, counter: Option<(f64, f64)>, per_second: bool) -> f64 {
        if let Some((first, difference)) = counter
            && difference > 0.0
            && first >= 0.0
            // Spares a division where zero is clearly farther away; the margin is wider than all rounding.
            && self.sampled_s * first <= self.to_start_s * difference * 1.000_001
        {
            let to_zero_s = self.sampled_s * (first / difference);
            if to_zero_s < self.to_start_s {
                let factor = self.reaching(to_zero_s);
                return if per_second { factor / self.range_s } else { factor };
            }
        }
        if per_second {
            self.whole / self.range_s
        } else {
            self.whole
        }
    }
}

/// The length of a window in seconds: whole ones and the rest apart, as Prometheus has it.
pub(in crate::functions) fn seconds(ms: i64) -> f64 {
    (ms / 1000) as f64 + (ms % 1000) as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_near_both_ends_count_for_all_of_the_window() {
        let stretch = Stretch::of((0, 60_000), (5_000, 50_000), 4, 60.0);
        assert_eq!(stretch.factor(None, false), 60.0 / 45.0);
        assert_eq!(stretch.factor(None, true), 60.0 / 45.0 / 60.0);
    }

    #[test]
    fn samples_far_from_an_end_count_for_half_a_distance_more() {
        let stretch = Stretch::of((0, 60_000), (30_000, 50_000), 3, 60.0);
        assert_eq!(stretch.factor(None, false), (20.0 + 5.0 + 10.0) / 20.0);
    }

    #[test]
    fn counters_begin_at_zero() {
        let stretch = Stretch::of((0, 60_000), (10_000, 60_000), 6, 60.0);
        // 10 at the first sample and 5 more each second: zero was 2 seconds before.
        assert_eq!(stretch.factor(Some((10.0, 250.0)), false), 52.0 / 50.0);
        assert_eq!(stretch.factor(Some((100.0, 250.0)), false), 60.0 / 50.0);
        assert_eq!(stretch.factor(Some((-10.0, 250.0)), false), 60.0 / 50.0);
        assert_eq!(stretch.factor(Some((f64::NAN, 250.0)), false), 60.0 / 50.0);
    }
}
