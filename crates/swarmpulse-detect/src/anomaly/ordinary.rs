//! What is ordinary of a series of the fleet, and when it leaves that for good minutes.
//!
//! A score marks single points, and one in a thousand of them is unusual in any fleet. A person is told only of what
//! lasts: the middle of the last nine points (one a minute at most; the mean of the middle five) lies outside of the
//! range that such middles have had, by three quarters of that range, by two deviations of single points, and, for what is
//! never negative, by as much in ratio. The range is that of values, or, where the hour of the day explains them and
//! four days were seen, that of their distance from what is usual at this hour. It covers everything that was told before,
//! so that the same is not told twice, and shrinks slowly towards its middle, so that it is forgotten after some weeks.
//! It is learnt an hour late, so that it does not follow what leaves it.

use super::pending::Pending;
use super::range::{Range, middle};

/// Points of which the middle is taken.
const POINTS: usize = 9;
/// Time that must have been watched: a day has been seen once.
pub(super) const NEEDED_S: f64 = 24.0 * 3600.0;
/// When distances from the habit begin to be learnt, and when they count: each hour has been seen twice, four times.
const HABIT_LEARNT_S: f64 = 48.0 * 3600.0;
const HABIT_NEEDED_S: f64 = 4.0 * 24.0 * 3600.0;
/// The habit counts where it leaves this part of the range at most.
const HABIT_EXPLAINS: f64 = 0.5;
/// A longer pause breaks what lasts.
const PAUSE_S: i64 = 900;
/// What lasts longer than this is what is ordinary from now on.
const ACCUSTOMED_S: i64 = 6 * 3600;
/// After a restart nothing is told for so long, and what is seen is ordinary.
const SETTLE_S: i64 = 1800;
/// A number that nothing is known of must have moved so often before it has a range that it could leave.
const MOVES_NEEDED: u16 = 50;

/// What lasts outside of the ordinary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Episode {
    /// Since when, in Unix seconds.
    pub(super) since: i64,
    /// The last middle.
    pub(super) now: f64,
    /// What is ordinary, at this time.
    pub(super) ordinary: (f64, f64),
    /// How far outside, in parts of what is told: 1 at least while it lasts.
    pub(super) times: f64,
    /// Whether it is the hour of the day that makes it unusual.
    pub(super) of_hour: bool,
    /// The middle farthest outside, its distance from the habit, and how far.
    peak: (f64, f64, f64),
}

/// Learns what is ordinary of one series.
#[derive(Clone, Debug)]
pub(super) struct Ordinary {
    values: [f64; POINTS],
    unusual: [f64; POINTS],
    /// Points in a row, up to [`POINTS`].
    count: u8,
    place: u8,
    moves: u16,
    range: Range,
    habit: Range,
    pending: Pending,
    watched_s: f64,
    last_s: i64,
    settled_s: i64,
    episode: Option<Episode>,
}

impl Ordinary {
    pub(super) const fn new() -> Self {
        Self {
            values: [0.0; POINTS],
            unusual: [0.0; POINTS],
            count: 0,
            place: 0,
            moves: 0,
            range: Range::new(),
            habit: Range::new(),
            pending: Pending::new(),
            watched_s: 0.0,
            last_s: i64::MIN,
            settled_s: i64::MIN,
            episode: None,
        }
    }

    /// Time that was watched.
    pub(super) fn watched_s(&self) -> f64 {
        self.watched_s
    }

    /// What lasts.
    pub(super) fn episode(&self) -> Option<&Episode> {
        self.episode.as_ref()
    }

    /// An hour from before, by its mean and extremes; `end` is its end.
    pub(super) fn hour(&mut self, end: i64, mean: f64, low: f64, high: f64) {
        // Middles go less far than single values.
        for value in [f64::midpoint(mean, low), f64::midpoint(mean, high), mean] {
            self.range.point(value);
            self.range.include(value);
        }
        if low < high {
            self.moves = self.moves.saturating_add(2);
        }
        self.watched_s += 3600.0;
        self.last_s = end;
    }

    /// A new life begins: what lasted is over, and what comes next is ordinary.
    pub(super) fn restart(&mut self, at: i64) {
        self.count = 0;
        self.episode = None;
        self.settled_s = at + SETTLE_S;
    }

    /// A point, what is usual at this hour, and the smallest change that is worth a look; `is_known` if that is known of
    /// the signal, and not a mere part of its level.
    pub(super) fn push(&mut self, at: i64, value: f64, usual: f64, least: f64, is_known: bool) {
        let passed = at.saturating_sub(self.last_s);
        if (0..=PAUSE_S).contains(&passed) {
            self.watched_s += passed as f64;
            self.range.forget(passed as f64);
            self.habit.forget(passed as f64);
        } else {
            self.count = 0;
            self.episode = None;
        }
        self.last_s = at;
        let place = usize::from(self.place);
        if self.count > 0 && self.values[(place + POINTS - 1) % POINTS] != value {
            self.moves = self.moves.saturating_add(1);
        }
        self.values[place] = value;
        self.unusual[place] = value - usual;
        self.place = ((place + 1) % POINTS) as u8;
        self.count = (self.count + 1).min(POINTS as u8);
        if usize::from(self.count) == POINTS {
            let may_tell = is_known || self.moves >= MOVES_NEEDED;
            self.judge(at, usual, least, may_tell);
        }
        if self.episode.is_none() {
            self.range.point(value);
            if self.watched_s >= HABIT_LEARNT_S {
                self.habit.point(value - usual);
            }
        }
    }

    fn judge(&mut self, at: i64, usual: f64, least: f64, may_tell: bool) {
        let (value, unusual) = (middle(self.values), middle(self.unusual));
        let tells = may_tell && self.watched_s >= NEEDED_S && at >= self.settled_s;
        let of_value = self
            .range
            .outside(value, least)
            .min(self.range.outside_in_ratio(value));
        let of_habit = if self.watched_s >= HABIT_NEEDED_S
            && self.habit.width() <= HABIT_EXPLAINS * self.range.width()
        {
            self.habit.outside(unusual, least)
        } else {
            0.0
        };
        let times = of_value.max(of_habit);
        let lasted = self.episode.map_or(0, |episode| at - episode.since);
        if !tells || times < 1.0 || lasted >= ACCUSTOMED_S {
            self.learn(at, value, unusual);
            return;
        }
        self.pending.clear();
        let of_hour = of_value < 1.0;
        let ordinary = if of_hour {
            (self.habit.low() + usual, self.habit.high() + usual)
        } else {
            (self.range.low(), self.range.high())
        };
        let peak = self
            .episode
            .map(|episode| episode.peak)
            .filter(|peak| peak.2 >= times);
        self.episode = Some(Episode {
            since: self.episode.map_or(at, |episode| episode.since),
            now: value,
            ordinary,
            times,
            of_hour,
            peak: peak.unwrap_or((value, unusual, times)),
        });
    }

    /// It is ordinary, and so is what was told.
    fn learn(&mut self, at: i64, value: f64, unusual: f64) {
        let habit_is_learnt = self.watched_s >= HABIT_LEARNT_S;
        if let Some(episode) = self.episode.take() {
            self.range.include(episode.peak.0);
            if habit_is_learnt {
                self.habit.include(episode.peak.1);
            }
        }
        if at < self.settled_s {
            self.range.include(value);
        }
        let habit = habit_is_learnt.then_some(&mut self.habit);
        self.pending.push(at, value, unusual, &mut self.range, habit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two days of values between 90 and 110, a minute apart; then what follows.
    fn two_days() -> (Ordinary, i64) {
        let mut ordinary = Ordinary::new();
        let minutes = 2 * 1440;
        for minute in 0..minutes {
            let value = 90.0 + (minute % 21) as f64;
            ordinary.push(minute * 60, value, 100.0, 1.0, true);
        }
        (ordinary, minutes * 60)
    }

    fn told(ordinary: &mut Ordinary, from: i64, minutes: i64, value: f64) -> usize {
        (0..minutes)
            .filter(|minute| {
                ordinary.push(from + minute * 60, value, 100.0, 1.0, true);
                ordinary.episode().is_some()
            })
            .count()
    }

    #[test]
    fn what_lasts_is_told_within_minutes() {
        let (mut ordinary, at) = two_days();
        assert_eq!(told(&mut ordinary, at, 2, 300.0), 0, "two minutes are a spike");
        assert!(told(&mut ordinary, at + 120, 6, 300.0) > 0);
    }

    #[test]
    fn what_was_told_is_known() {
        let (mut ordinary, at) = two_days();
        assert!(told(&mut ordinary, at, 30, 300.0) > 0);
        told(&mut ordinary, at + 1800, 120, 100.0);
        assert!(ordinary.episode().is_none());
        assert_eq!(told(&mut ordinary, at + 9000, 30, 300.0), 0);
    }

    #[test]
    fn after_hours_it_is_ordinary() {
        let (mut ordinary, at) = two_days();
        told(&mut ordinary, at, 7 * 60, 300.0);
        assert!(ordinary.episode().is_none());
    }

    #[test]
    fn restarts_and_pauses_are_none() {
        let (mut ordinary, at) = two_days();
        ordinary.restart(at);
        assert_eq!(told(&mut ordinary, at, 120, 300.0), 0);
        let (mut ordinary, at) = two_days();
        assert_eq!(
            told(&mut ordinary, at + 3600, 8, 300.0),
            0,
            "nine points after a pause are needed"
        );
    }
}
