//! One subject: its minutes and hours, and what is held to be true of it.

use swarmpulse_model::Timestamp;

use super::hold::Hold;
use super::minute::OpenMinute;
use super::ring::Ring;
use super::{hours, minutes};
use crate::statistics::coloured_noise::Likelihoods;

/// Minutes that are kept: those that are looked at and some before, to be drawn.
pub(super) const MINUTES_KEPT: usize = 360;
/// Minutes without samples that are bridged; after more of them the window begins anew.
const GAP: i64 = 15;
/// Minutes between two looks.
const LOOK: u32 = 5;
/// Minutes of a stretch from which the noise is learned.
const LEARNED: u32 = 120;
/// A verdict of less than this many minutes would be a guess, unless memory plainly grows.
pub(super) const NEEDED: u32 = 60;
/// Minutes that tell whether memory plainly grows.
const PLAIN_GROWTH: usize = 20;
/// Minutes before a fall that it is compared with, and after it.
const BEFORE_FALL: usize = 30;
const AFTER_FALL: usize = 3;
/// A fall below this part of the least value before is a new life that nobody told of.
const FALL: f64 = 0.75;

/// What is held to be true of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeakState {
    /// Too few minutes yet.
    NotEnoughData,
    /// It does not grow.
    Ok,
    /// It grows; that may be a fill or a warm-up.
    Growing,
    /// It leaks.
    Leak,
}

impl LeakState {
    /// Its name, as in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotEnoughData => "not_enough_data",
            Self::Ok => "ok",
            Self::Growing => "growing",
            Self::Leak => "leak",
        }
    }
}

/// The hour that is not over yet: least value and samples.
#[derive(Clone, Copy, Debug)]
struct OpenHour {
    number: i64,
    least: f64,
}

/// One subject.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    minutes: Ring<MINUTES_KEPT>,
    hours: Ring<{ hours::KEPT }>,
    open: Option<OpenMinute>,
    open_hour: Option<OpenHour>,
    noise: Likelihoods,
    /// Minutes of this life, or since the last gap.
    age: u32,
    /// Hours of this life beside the first.
    lived_hours: u32,
    /// The hour after which the next of this life comes.
    last_hour: Option<i64>,
    plain: Option<f64>,
    fast: Option<Hold>,
    slow: Option<Hold>,
}

impl Track {
    /// What one takes, with what it points to.
    pub(super) const BYTES: usize = size_of::<Self>() + size_of::<f32>() * (MINUTES_KEPT + hours::KEPT);

    /// A sample.
    pub(super) fn sample(&mut self, at: Timestamp, value: f64) {
        let at_s = at.unix_s();
        let number = (at_s / 60.0).floor() as i64;
        self.hour_sample(number.div_euclid(60), value);
        match &mut self.open {
            Some(open) if open.number == number => open.add(at_s, value),
            Some(open) => {
                let (closed, passed) = (open.value(), number - open.number);
                *open = OpenMinute::begin(number, at_s, value);
                self.close(closed, passed, value);
            }
            None => self.open = Some(OpenMinute::begin(number, at_s, value)),
        }
    }

    /// The process began anew: all that was seen is of another life, but the noise is that of the same program.
    pub(super) fn restart(&mut self) {
        let noise = self.noise;
        *self = Self {
            noise,
            ..Self::default()
        };
    }

    /// An hour before the first sample.
    pub(super) fn hour(&mut self, number: i64, least: f64) {
        if self.open.is_none() && self.last_hour.is_none_or(|last| number > last) {
            self.add_hour(number, least);
        }
    }

    fn hour_sample(&mut self, number: i64, value: f64) {
        match &mut self.open_hour {
            Some(hour) if hour.number == number => hour.least = hour.least.min(value),
            open => {
                let closed = open.replace(OpenHour { number, least: value });
                if let Some(closed) = closed {
                    self.add_hour(closed.number, closed.least);
                    self.look_at_hours();
                }
            }
        }
    }

    /// Hours without samples repeat the one before; after a day without, they begin anew.
    fn add_hour(&mut self, number: i64, least: f64) {
        if self.last_hour.is_some_and(|last| number <= last) {
            return;
        }
        // The first of a life holds its warm-up.
        let Some(last) = self.last_hour.replace(number) else {
            return;
        };
        let missing = number - last - 1;
        if missing > 24 {
            self.hours.clear();
            self.lived_hours = 0;
            self.slow = None;
        } else if let Some(before) = self.hours.latest() {
            for _ in 0..missing {
                self.hours.push(before);
            }
        }
        self.hours.push(least);
        self.lived_hours += 1;
    }

    fn look_at_hours(&mut self) {
        if self.hours.len() < hours::LASTING {
            return;
        }
        let values: Vec<f64> = self.hours.last(hours::KEPT).collect();
        let born = self.hours.len() < hours::KEPT;
        let found = hours::growth(&values, born);
        let end = self.last_hour.map_or(0, |hour| (hour + 1) * 60);
        Hold::follow(&mut self.slow, found, end, 60, |hold| {
            hours::goes_on(&values, hold.growth.rate)
        });
    }

    /// A minute is over; `passed` minutes after it begins the next, with `next`.
    fn close(&mut self, value: f64, passed: i64, next: f64) {
        self.add_minute(value);
        if passed > GAP {
            self.minutes.clear();
            self.age = 0;
            self.fast = None;
            self.plain = None;
            return;
        }
        for step in 1..passed {
            self.add_minute(value + (next - value) * step as f64 / passed as f64);
        }
    }

    fn add_minute(&mut self, value: f64) {
        self.minutes.push(value);
        self.age += 1;
        if self.fell() {
            self.begin_unseen();
        }
        if self.age.is_multiple_of(LOOK) {
            self.look_at_minutes();
        }
        if self.age.is_multiple_of(LEARNED) {
            let values: Vec<f64> = self.minutes.last(LEARNED as usize).collect();
            minutes::learn(&values, &mut self.noise);
        }
    }

    /// Whether the latest minutes lie far below everything in the half hour before them.
    fn fell(&self) -> bool {
        if (self.age as usize) < BEFORE_FALL + AFTER_FALL {
            return false;
        }
        let mut before = f64::INFINITY;
        let mut after = f64::NEG_INFINITY;
        for (at, value) in self.minutes.last(BEFORE_FALL + AFTER_FALL).enumerate() {
            if at < BEFORE_FALL {
                before = before.min(value);
            } else {
                after = after.max(value);
            }
        }
        after < FALL * before
    }

    /// A new life that nobody told of, or the end of much work: minutes before it tell nothing of those after it.
    fn begin_unseen(&mut self) {
        let after: Vec<f64> = self.minutes.last(AFTER_FALL).collect();
        self.minutes.clear();
        after.into_iter().for_each(|value| self.minutes.push(value));
        self.age = AFTER_FALL as u32;
        self.fast = None;
        self.plain = None;
    }

    fn look_at_minutes(&mut self) {
        let count = self.minutes.len().min(minutes::LOOKED_AT);
        if count < PLAIN_GROWTH {
            return;
        }
        let values: Vec<f64> = self.minutes.last(count).collect();
        self.plain = minutes::plain_growth(&values);
        if count < minutes::LASTING {
            return;
        }
        let born = self.age as usize <= minutes::LOOKED_AT;
        let found = minutes::growth(&values, born, &self.noise);
        let end = self.open.map_or(0, |open| open.number);
        Hold::follow(&mut self.fast, found, end, 1, |hold| {
            minutes::goes_on(&values, hold.growth.rate)
        });
    }

    /// What is held to be true.
    pub(super) fn state(&self) -> LeakState {
        match self.leak() {
            Some(_) => LeakState::Leak,
            None if self.plain.is_some() => LeakState::Growing,
            None if self.age < NEEDED => LeakState::NotEnoughData,
            None => LeakState::Ok,
        }
    }

    /// The leak, if it is one: as minutes tell it, else as hours do.
    pub(super) fn leak(&self) -> Option<&Hold> {
        self.fast.as_ref().or(self.slow.as_ref())
    }

    /// Whether the leak was found over days.
    pub(super) fn is_slow(&self) -> bool {
        self.fast.is_none() && self.slow.is_some()
    }

    /// Bytes an hour, of what leaks or grows.
    pub(super) fn rate(&self) -> Option<f64> {
        self.leak().map(|hold| hold.growth.rate).or(self.plain)
    }

    /// Minutes of this life, or since the last gap.
    pub(super) fn age(&self) -> u32 {
        self.age
    }

    /// The value now: the median of the last minutes.
    pub(super) fn level(&self) -> Option<f64> {
        let mut latest: Vec<f64> = self.minutes.last(5).collect();
        (!latest.is_empty()).then(|| super::clean::median(&mut latest))
    }

    /// The minute of the last sample.
    pub(super) fn last_minute(&self) -> Option<i64> {
        self.open.map(|open| open.number)
    }

    /// The minutes with their numbers, oldest first.
    pub(super) fn minutes(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        let count = self.minutes.len();
        let first = self.last_minute().unwrap_or(0) - count as i64;
        (first..).zip(self.minutes.last(count))
    }

    /// The hours with the minutes at which they began, oldest first.
    pub(super) fn hours(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        let count = self.hours.len();
        let first = self.last_hour.unwrap_or(0) + 1 - count as i64;
        (first..).map(|hour| hour * 60).zip(self.hours.last(count))
    }
}
