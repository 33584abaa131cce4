//! Rises that turned by themselves: what has been that high and came down again is no news.

/// Minutes for which a height is remembered, at least; at most twice as long.
const REMEMBERED_MINUTES: i64 = 24 * 60;
/// A fall of this part of the rise before it is a turn, ...
const FALL_SHARE: f64 = 0.25;
/// ... if it is this part of the limit, too; and so must be a rise.
const LIMIT_SHARE: f64 = 0.02;
/// A rise that came this near to the limit was an exhaustion, not a healthy tooth.
const EXHAUSTED_SHARE: f64 = 0.95;

/// Follows rises and falls.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Turns {
    /// The highest value since the last trough, and the lowest before it.
    crest: f64,
    trough: f64,
    rising: bool,
    /// When the last fall ended: nothing before it belongs to the present rise.
    fell: i64,
    /// Heights from which it came down, of this span of memory and the one before.
    heights: [f64; 2],
    remembered_from: i64,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            crest: f64::NAN,
            trough: f64::NAN,
            rising: true,
            fell: i64::MIN,
            heights: [f64::NEG_INFINITY; 2],
            remembered_from: i64::MIN,
        }
    }
}

impl Turns {
    /// Takes the value of a minute.
    pub(super) fn push(&mut self, minute: i64, value: f64, limit: f64) {
        if self.crest.is_nan() {
            (self.crest, self.trough, self.remembered_from) = (value, value, minute);
        }
        if minute - self.remembered_from >= REMEMBERED_MINUTES {
            self.heights = [f64::NEG_INFINITY, self.heights[0]];
            self.remembered_from = minute;
        }
        let least = LIMIT_SHARE * limit;
        if self.rising {
            self.crest = self.crest.max(value);
            if self.crest - value >= (FALL_SHARE * (self.crest - self.trough)).max(least) {
                if self.crest < EXHAUSTED_SHARE * limit {
                    self.heights[0] = self.heights[0].max(self.crest);
                }
                (self.rising, self.trough, self.fell) = (false, value, minute);
            }
        } else if value <= self.trough {
            (self.trough, self.fell) = (value, minute);
        } else if value - self.trough >= least {
            (self.rising, self.crest) = (true, value);
        }
    }

    /// The first minute of the present rise.
    pub(super) fn risen_from(&self) -> i64 {
        self.fell
    }

    /// The greatest height that it came down from by itself in the last day or two; minus infinity without any.
    pub(super) fn height(&self) -> f64 {
        self.heights[0].max(self.heights[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(values: impl IntoIterator<Item = f64>) -> Turns {
        let mut turns = Turns::default();
        for (minute, value) in (0..).zip(values) {
            turns.push(minute, value, 1000.0);
        }
        turns
    }

    #[test]
    fn a_saw_is_remembered_by_the_height_of_its_teeth() {
        let turns = follow((0..100).map(|n| 500.0 + f64::from(n % 20) * 10.0));
        assert_eq!(turns.height(), 690.0);
        assert_eq!(turns.risen_from(), 80);
    }

    #[test]
    fn growth_and_small_noise_have_no_turns() {
        let turns = follow((0..100).map(|n| 5.0 * f64::from(n) + f64::from(n % 3) * 6.0));
        assert_eq!(turns.height(), f64::NEG_INFINITY);
        assert_eq!(turns.risen_from(), i64::MIN);
    }

    #[test]
    fn what_reached_the_limit_was_no_healthy_tooth() {
        let turns = follow((0..30).map(|n| if n < 20 { 51.0 * f64::from(n) } else { 100.0 }));
        assert_eq!(turns.height(), f64::NEG_INFINITY);
        assert!(turns.risen_from() >= 20);
    }

    #[test]
    fn heights_are_forgotten_after_two_days_at_most() {
        let tooth = [100.0, 300.0, 100.0];
        let turns = follow(tooth.into_iter().chain(std::iter::repeat_n(100.0, 1500)));
        assert_eq!(turns.height(), 300.0);
        let turns = follow(tooth.into_iter().chain(std::iter::repeat_n(100.0, 3000)));
        assert_eq!(turns.height(), f64::NEG_INFINITY);
    }
}
