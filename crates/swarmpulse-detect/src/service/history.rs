//! What happened lately: a cell a minute for an hour, a cell a quarter of an hour for a day.

use std::collections::VecDeque;

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

use super::outcome::Outcome;
use super::sketch::Latencies;
use super::tally::Tally;

/// Nanoseconds of a minute.
pub(super) const MINUTE_NS: i64 = 60 * SECOND_NS;
/// Minutes of a quarter of an hour.
const QUARTER: i64 = 15;
/// Minutes that are kept.
const MINUTES: i64 = 60;
/// Quarters of an hour that are kept: a day of them.
const QUARTERS: usize = 96;

/// The calls of one minute.
#[derive(Clone, Debug, Default)]
pub(super) struct Minute {
    /// Which, counted from the epoch.
    pub number: i64,
    /// Calls that ended.
    pub calls: u32,
    /// Those that failed.
    pub errors: u32,
    /// Those that failed for want of an answer in time.
    pub timeouts: u32,
    /// How long they took.
    pub latencies: Latencies,
    /// Slow ones among those whose usual latency is known.
    pub slow: Tally,
    /// Failed ones among those whose usual share of failures is known.
    pub failed: Tally,
    /// The same of time-outs.
    pub timed_out: Tally,
    /// Those above the fixed limit of latency.
    pub over_limit: Tally,
    /// Failed ones among all.
    pub outcomes: Tally,
}

impl Minute {
    /// When it began.
    pub fn start(&self) -> Timestamp {
        Timestamp(self.number * MINUTE_NS)
    }
}

/// A quarter of an hour in figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quarter {
    /// Which, counted from the epoch.
    pub number: i64,
    /// Calls that ended.
    pub calls: u32,
    /// Those that failed.
    pub errors: u32,
    /// Those that timed out.
    pub timeouts: u32,
    /// Latency that half, 95 % and 99 % are at most, in milliseconds; not a number without one.
    pub quantiles_ms: [f32; 3],
}

/// What happened lately.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    minutes: VecDeque<Minute>,
    quarters: VecDeque<Quarter>,
    /// The first quarter that is not summed up yet.
    open_quarter: Option<i64>,
}

/// The minute of a time.
pub(super) fn minute_of(at: Timestamp) -> i64 {
    at.0.div_euclid(MINUTE_NS)
}

impl History {
    /// The cell of a time. Time does not go back: what is late counts for the newest cell.
    pub fn cell(&mut self, at: Timestamp) -> &mut Minute {
        let number = minute_of(at);
        self.open_quarter.get_or_insert(number.div_euclid(QUARTER));
        if self.minutes.back().is_none_or(|last| last.number < number) {
            self.minutes.push_back(Minute {
                number,
                ..Minute::default()
            });
        }
        let last = self.minutes.len() - 1;
        &mut self.minutes[last]
    }

    /// Counts a call in the cell of its time.
    pub fn count(&mut self, at: Timestamp, outcome: &Outcome) -> &mut Minute {
        let cell = self.cell(at);
        cell.calls += 1;
        cell.errors += u32::from(outcome.failed);
        cell.timeouts += u32::from(outcome.timed_out);
        cell.outcomes.add(outcome.failed, 0.0);
        if let Some(latency_ms) = outcome.latency_ms.filter(|_| outcome.tells_latency()) {
            cell.latencies.add(latency_ms);
        }
        cell
    }

    /// Lets time pass: forgets what is over an hour ago. The minutes that ended since it was last called are told
    /// first, and whether a quarter of an hour ended.
    pub fn roll(&mut self, before: i64, now: Timestamp, mut ended: impl FnMut(&Minute)) -> Option<Quarter> {
        let minute = minute_of(now);
        for cell in self
            .minutes
            .iter()
            .filter(|cell| (before..minute).contains(&cell.number))
        {
            ended(cell);
        }
        let quarter = minute.div_euclid(QUARTER);
        let mut closed = None;
        if let Some(open) = self.open_quarter
            && open < quarter
        {
            closed = self.sum_up(open);
            self.open_quarter = Some(quarter);
        }
        while self
            .minutes
            .front()
            .is_some_and(|cell| cell.number + MINUTES <= minute)
        {
            self.minutes.pop_front();
        }
        closed
    }

    fn sum_up(&mut self, number: i64) -> Option<Quarter> {
        let mut latencies = Latencies::default();
        let (mut calls, mut errors, mut timeouts) = (0, 0, 0);
        for cell in self
            .minutes
            .iter()
            .filter(|cell| cell.number.div_euclid(QUARTER) == number)
        {
            latencies.merge(&cell.latencies);
            calls += cell.calls;
            errors += cell.errors;
            timeouts += cell.timeouts;
        }
        if calls == 0 {
            return None;
        }
        let quarter = Quarter {
            number,
            calls,
            errors,
            timeouts,
            quantiles_ms: [0.5, 0.95, 0.99]
                .map(|share| latencies.quantile(share).map_or(f32::NAN, |ms| ms as f32)),
        };
        if self.quarters.len() >= QUARTERS {
            self.quarters.pop_front();
        }
        self.quarters.push_back(quarter);
        Some(quarter)
    }

    /// The cells of the last so many minutes, the one under way included, the newest first.
    pub fn latest(&self, now: Timestamp, minutes: i64) -> impl Iterator<Item = &Minute> {
        let last = minute_of(now);
        self.minutes
            .iter()
            .rev()
            .skip_while(move |cell| cell.number > last)
            .take_while(move |cell| cell.number > last - minutes)
    }

    /// Forgets what was held against what was usual.
    pub fn forget_usual(&mut self) {
        for cell in &mut self.minutes {
            cell.slow = Tally::default();
            cell.failed = Tally::default();
            cell.timed_out = Tally::default();
        }
    }

    /// A tally over the last so many minutes.
    pub fn tally(&self, now: Timestamp, minutes: i64, which: fn(&Minute) -> &Tally) -> Tally {
        let mut sum = Tally::default();
        for cell in self.latest(now, minutes) {
            sum.merge(which(cell));
        }
        sum
    }

    /// The minute with the most hits among the last so many.
    pub fn worst(&self, now: Timestamp, minutes: i64, which: fn(&Minute) -> &Tally) -> Tally {
        self.latest(now, minutes)
            .map(which)
            .max_by(|one, other| one.hits.total_cmp(&other.hits))
            .copied()
            .unwrap_or_default()
    }

    /// A tally over the newest minutes that hold so many trials, within so many minutes.
    pub fn newest(&self, now: Timestamp, trials: f64, minutes: i64, which: fn(&Minute) -> &Tally) -> Tally {
        let mut sum = Tally::default();
        for cell in self.latest(now, minutes) {
            sum.merge(which(cell));
            if sum.trials >= trials {
                break;
            }
        }
        sum
    }

    /// Latencies of the last so many minutes.
    pub fn latencies(&self, now: Timestamp, minutes: i64) -> Latencies {
        let mut sum = Latencies::default();
        for cell in self.latest(now, minutes) {
            sum.merge(&cell.latencies);
        }
        sum
    }

    /// Calls, failed ones and time-outs of the last so many minutes.
    pub fn counts(&self, now: Timestamp, minutes: i64) -> (u32, u32, u32) {
        self.latest(now, minutes)
            .fold((0, 0, 0), |(calls, errors, timeouts), cell| {
                (calls + cell.calls, errors + cell.errors, timeouts + cell.timeouts)
            })
    }

    /// Bytes on the heap.
    #[cfg(test)]
    pub fn heap_bytes(&self) -> usize {
        let latencies: usize = self.minutes.iter().map(|cell| cell.latencies.heap_bytes()).sum();
        self.minutes.capacity() * size_of::<Minute>()
            + self.quarters.capacity() * size_of::<Quarter>()
            + latencies
    }

    /// Every minute that is kept, the oldest first.
    pub fn minutes(&self) -> impl Iterator<Item = &Minute> {
        self.minutes.iter()
    }

    /// Every quarter of an hour that is kept, the oldest first.
    pub fn quarters(&self) -> impl Iterator<Item = &Quarter> {
        self.quarters.iter()
    }
}

impl Quarter {
    /// When it began.
    pub fn start(&self) -> Timestamp {
        Timestamp(self.number * QUARTER * MINUTE_NS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(latency_ms: f64) -> Outcome {
        Outcome {
            latency_ms: Some(latency_ms),
            ..Outcome::default()
        }
    }

    #[test]
    fn an_hour_and_a_day_are_kept_and_no_more() {
        let mut history = History::default();
        let mut quarters = 0;
        let mut before = 0;
        for minute in 0..3000 {
            let at = Timestamp(minute * MINUTE_NS);
            quarters += u32::from(history.roll(before, at, |_| ()).is_some());
            before = minute;
            history.count(at, &took(10.0));
            history.count(at, &took(30.0));
        }
        assert_eq!(history.minutes().count(), 60);
        assert_eq!(history.quarters().count(), 96);
        assert_eq!(quarters, 199);
        let now = Timestamp(2999 * MINUTE_NS);
        assert_eq!(history.counts(now, 5), (10, 0, 0));
        let quarter = history.quarters().last().unwrap();
        assert_eq!(
            (quarter.calls, quarter.start()),
            (30, Timestamp(2970 * MINUTE_NS))
        );
        assert!((quarter.quantiles_ms[1] - 30.0).abs() < 1.0);
    }

    #[test]
    fn each_minute_is_told_once_when_it_has_ended() {
        let mut history = History::default();
        let mut told = Vec::new();
        let mut before = 0;
        for second in 0..600 {
            let at = Timestamp(second * SECOND_NS);
            if second % 15 == 0 {
                history.roll(before, at, |cell| told.push(cell.number));
                before = minute_of(at);
            }
            history.count(at, &took(1.0));
        }
        assert_eq!(told, (0..9).collect::<Vec<i64>>());
    }
}
