//! The range that values have had, and how far another is outside of it.

/// Distance from the range that is told, as a part of its width.
const MARGIN: f64 = 0.75;
/// The same in deviations of single points.
const DEVIATIONS: f64 = 2.0;
/// The range's ends come nearer to its middle by 1/e in this time.
const FORGET_S: f64 = 21.0 * 86_400.0;
/// Points over which centre and deviation are taken: a day of minutes.
const OVER: f64 = 1440.0;

/// The mean of the middle five of nine values.
pub(super) fn middle(mut values: [f64; 9]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[2..7].iter().sum::<f64>() / 5.0
}

/// The range of middles, with centre and spread of single points.
#[derive(Clone, Debug)]
pub(super) struct Range {
    low: f64,
    high: f64,
    centre: f64,
    variance: f64,
    points: f64,
}

impl Range {
    pub(super) const fn new() -> Self {
        Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            centre: 0.0,
            variance: 0.0,
            points: 0.0,
        }
    }

    pub(super) fn low(&self) -> f64 {
        self.low
    }

    pub(super) fn high(&self) -> f64 {
        self.high
    }

    /// Its width; not finite before anything was included.
    pub(super) fn width(&self) -> f64 {
        (self.high - self.low).abs()
    }

    /// Covers a middle.
    pub(super) fn include(&mut self, value: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
    }

    /// Takes in a single point.
    pub(super) fn point(&mut self, value: f64) {
        self.points = (self.points + 1.0).min(OVER);
        let distance = value - self.centre;
        self.centre += distance / self.points;
        self.variance += (distance * (value - self.centre) - self.variance) / self.points;
    }

    /// Shrinks as time passes.
    pub(super) fn forget(&mut self, passed_s: f64) {
        if self.high > self.low {
            let part = (passed_s / FORGET_S).min(1.0) * 0.5 * self.width();
            self.low += part;
            self.high -= part;
        }
    }

    /// How far outside a middle is, in parts of what is told; at most 1 within and before anything was included.
    pub(super) fn outside(&self, value: f64, least: f64) -> f64 {
        let beyond = (value - self.high).max(self.low - value);
        if !(beyond > 0.0 && beyond.is_finite()) {
            return 0.0;
        }
        let needed = (MARGIN * self.width()).max(DEVIATIONS * self.variance.max(0.0).sqrt());
        beyond / needed.max(least).max(f64::MIN_POSITIVE)
    }

    /// The same in ratio to the centre, for ranges and values above zero: skewed values are far out on one side.
    /// Without limit where ratios mean nothing.
    pub(super) fn outside_in_ratio(&self, value: f64) -> f64 {
        if !(self.low > 0.0 && self.centre > 0.0 && value > 0.0) {
            // What is at times zero has no ratio downwards; upwards its highest counts.
            return if self.low >= 0.0 && self.centre > 0.0 && value > self.high && self.high > self.centre {
                times((value / self.centre).ln(), (self.high / self.centre).ln())
            } else {
                f64::INFINITY
            };
        }
        let far = if value > self.centre { self.high } else { self.low };
        times((value / self.centre).ln().abs(), (far / self.centre).ln().abs())
    }
}

/// A distance from the centre in parts of what is told, given that of the end of the range.
fn times(distance: f64, end: f64) -> f64 {
    // An end that lies on the other side of the centre, or on it, is no measure.
    if end <= 0.0 {
        return f64::INFINITY;
    }
    (distance - end).max(0.0) / (2.0 * MARGIN * end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Range {
        let mut range = Range::new();
        for value in values {
            range.point(value);
            range.include(value);
        }
        range
    }

    #[test]
    fn the_middle_passes_over_outliers() {
        assert_eq!(middle([5.0, 5.0, 1e9, 5.0, -1e9, 5.0, 5.0, 5.0, 5.0]), 5.0);
        assert_eq!(middle([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]), 5.0);
    }

    #[test]
    fn outside_begins_beyond_the_margin() {
        let range = of((0..1000).map(|n| 100.0 + f64::from(n % 21)));
        assert_eq!(range.outside(110.0, 0.0), 0.0);
        assert!(range.outside(130.0, 0.0) < 1.0);
        assert!(range.outside(140.0, 0.0) > 1.0);
        assert!(range.outside(80.0, 0.0) > 1.0);
        assert!(range.outside(140.0, 50.0) < 1.0, "too small to be worth a look");
        assert_eq!(Range::new().outside(7.0, 0.0), 0.0);
    }

    #[test]
    fn skewed_values_need_a_ratio() {
        let range = of((0..2000).map(|n| {
            if n % 100 == 0 {
                80.0
            } else {
                1.0 + f64::from(n % 3)
            }
        }));
        assert!(range.outside(160.0, 0.0) > 1.0);
        assert!(range.outside_in_ratio(160.0) < 1.0);
        assert!(range.outside_in_ratio(1e6) > 1.0);
    }

    #[test]
    fn a_range_shrinks_when_it_is_not_used() {
        let mut range = of([0.0, 100.0]);
        range.forget(7.0 * 86_400.0);
        assert!(range.low() > 10.0 && range.high() < 90.0);
    }
}
