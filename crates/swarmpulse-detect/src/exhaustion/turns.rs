//! Rises that turned by themselves: what has been that high and came down again is no news.

use crate::statistics::minute_trend::Point;

/// Minutes for which a height is remembered, at least; at most twice as long.
const REMEMBERED_MINUTES: i64 = 24 * 60;
/// A fall of this part of the rise before it is a turn, ...
const FALL_SHARE: f64 = 0.25;
/// ... if it is this part of the limit, too; and so must be a rise.
const LIMIT_SHARE: f64 = 0.02;
/// ... and more than minutes differ anyway, by so many times.
const JITTERS: f64 = 6.0;
/// A rise that came this near to the limit was an exhaustion, not a healthy tooth.
const EXHAUSTED_SHARE: f64 = 0.95;
/// Crests that are kept with their times.
pub(super) const CRESTS: usize = 8;
/// What turns so often swings by its nature: the next crest may be higher by this part of the swing.
const SWINGS_MIN: u32 = 3;
const SWING_SHARE: f64 = 0.3;
/// What turns seldom must be higher by this part of the limit to be news.
const NEWS_SHARE: f64 = 0.01;

/// Follows rises and falls.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Turns {
    /// The highest value since the last trough, when that was, and the lowest before it.
    crest: f64,
    crest_minute: i64,
    trough: f64,
    rising: bool,
    last: f64,
    /// How much a minute usually differs from the one before.
    jitter: f64,
    /// When the last fall ended: nothing before it belongs to the present rise.
    fell: i64,
    /// What is remembered, of this span of memory and the one before.
    remembered: [Remembered; 2],
    remembered_from: i64,
    /// The last crests with their minutes, oldest first.
    crests: [(i64, f64); CRESTS],
    crests_count: usize,
}

/// Rises that came down by themselves.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Remembered {
    height: f64,
    /// The greatest way down.
    swing: f64,
    count: u32,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            height: f64::NEG_INFINITY,
            swing: 0.0,
            count: 0,
        }
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            crest: f64::NAN,
            crest_minute: i64::MIN,
            trough: f64::NAN,
            rising: true,
            last: f64::NAN,
            jitter: f64::NAN,
            fell: i64::MIN,
            remembered: [Remembered::default(); 2],
            remembered_from: i64::MIN,
            crests: [(0, 0.0); CRESTS],
            crests_count: 0,
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
            self.remembered = [Remembered::default(), self.remembered[0]];
            self.remembered_from = minute;
        }
        let least = (LIMIT_SHARE * limit).max(JITTERS * self.jitter(value));
        if self.rising {
            if value >= self.crest {
                (self.crest, self.crest_minute) = (value, minute);
            }
            if self.crest - value >= (FALL_SHARE * (self.crest - self.trough)).max(least) {
                self.turn(limit);
                (self.rising, self.trough, self.fell) = (false, value, minute);
            }
        } else if value <= self.trough {
            (self.trough, self.fell) = (value, minute);
        } else if value - self.trough >= least {
            let now = &mut self.remembered[0];
            now.swing = now.swing.max(self.crest - self.trough);
            (self.rising, self.crest, self.crest_minute) = (true, value, minute);
        }
    }

    /// Learns how much minutes differ; a jump counts as three usual differences at most.
    fn jitter(&mut self, value: f64) -> f64 {
        const LEARNED_OF_EACH: f64 = 0.05;
        let differs = (value - self.last).abs();
        self.last = value;
        if self.jitter.is_nan() {
            self.jitter = differs;
        } else if !differs.is_nan() {
            // Never nothing, or nothing could be learned any more.
            let most = (3.0 * self.jitter).max(1e-3 * value.abs());
            self.jitter += LEARNED_OF_EACH * (differs.min(most) - self.jitter);
        }
        if self.jitter.is_nan() { 0.0 } else { self.jitter }
    }

    fn turn(&mut self, limit: f64) {
        if self.crest >= EXHAUSTED_SHARE * limit {
            return;
        }
        let now = &mut self.remembered[0];
        now.height = now.height.max(self.crest);
        now.count += 1;
        if self.crests_count == CRESTS {
            self.crests.rotate_left(1);
            self.crests_count -= 1;
        }
        self.crests[self.crests_count] = (self.crest_minute, self.crest);
        self.crests_count += 1;
    }

    /// The first minute of the present rise.
    pub(super) fn risen_from(&self) -> i64 {
        self.fell
    }

    /// What is no news up to this height, because it came down from there by itself in the last day or two; minus infinity
    /// if it never did.
    pub(super) fn charted(&self, limit: f64) -> f64 {
        let [now, before] = self.remembered;
        let height = now.height.max(before.height);
        let margin = if now.count + before.count >= SWINGS_MIN {
            SWING_SHARE * now.swing.max(before.swing)
        } else {
            0.0
        };
        height + margin.max(NEWS_SHARE * limit)
    }

    /// How many crests there were since a minute; at most [`CRESTS`].
    pub(super) fn crests_since(&self, minute: i64) -> usize {
        let crests = self.crests[..self.crests_count].iter();
        crests.filter(|(at, _)| *at >= minute).count()
    }

    /// The last crests, their minutes counted back from this one.
    pub(super) fn crests(&self, now: i64, into: &mut Vec<Point>) {
        into.clear();
        let crests = self.crests[..self.crests_count].iter();
        into.extend(crests.map(|(minute, value)| ((minute - now) as f64, *value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: f64 = 1000.0;

    fn follow(values: impl IntoIterator<Item = f64>) -> Turns {
        let mut turns = Turns::default();
        for (minute, value) in (0..).zip(values) {
            turns.push(minute, value, LIMIT);
        }
        turns
    }

    #[test]
    fn a_saw_is_remembered_by_the_height_of_its_teeth_and_how_far_they_swing() {
        let turns = follow((0..100).map(|n| 500.0 + f64::from(n % 20) * 10.0));
        assert_eq!(turns.charted(LIMIT), 690.0 + 0.3 * 190.0);
        assert_eq!(turns.risen_from(), 80);
        let mut crests = Vec::new();
        turns.crests(99, &mut crests);
        assert_eq!(
            crests,
            [(-80.0, 690.0), (-60.0, 690.0), (-40.0, 690.0), (-20.0, 690.0)]
        );
        assert_eq!(turns.crests_since(50), 2);
    }

    #[test]
    fn a_single_tooth_charts_its_own_height() {
        let flat = std::iter::repeat_n(100.0, 20);
        let turns = follow(flat.chain([300.0, 100.0, 150.0]));
        assert_eq!(turns.charted(LIMIT), 310.0);
    }

    #[test]
    fn growth_and_small_noise_have_no_turns() {
        let turns = follow((0..100).map(|n| 5.0 * f64::from(n) + f64::from(n % 3) * 6.0));
        assert_eq!(turns.charted(LIMIT), f64::NEG_INFINITY);
        assert_eq!(turns.risen_from(), i64::MIN);
    }

    #[test]
    fn what_reached_the_limit_was_no_healthy_tooth() {
        let turns = follow((0..30).map(|n| if n < 20 { 51.0 * f64::from(n) } else { 100.0 }));
        assert_eq!(turns.charted(LIMIT), f64::NEG_INFINITY);
        assert!(turns.risen_from() >= 20);
    }

    #[test]
    fn heights_are_forgotten_after_two_days_at_most() {
        let tooth = [100.0, 300.0, 100.0];
        let turns = follow(tooth.into_iter().chain(std::iter::repeat_n(100.0, 1500)));
        assert_eq!(turns.charted(LIMIT), 310.0);
        let turns = follow(tooth.into_iter().chain(std::iter::repeat_n(100.0, 3000)));
        assert_eq!(turns.charted(LIMIT), f64::NEG_INFINITY);
    }
}
