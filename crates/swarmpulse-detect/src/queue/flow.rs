//! The flow of tasks through a queue or type: what came, went, waited and ran in each minute of the last hour and each
//! hour of the last day, with what waits and runs now counted for the time that it has.

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

const MINUTE_NS: i64 = 60 * SECOND_NS;
const HOUR_NS: i64 = 3600 * SECOND_NS;
/// The current minute and sixty full ones.
const MINUTES: usize = 61;
/// The current hour and twenty-four full ones.
const HOURS: usize = 25;

/// What happened in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counts {
    /// Tasks that came, and those that came again for another attempt.
    pub arrived: u32,
    /// Given to a worker.
    pub assigned: u32,
    /// Given to a worker that did not begin, and taken back or failed.
    pub failed_assignments: u32,
    /// Begun.
    pub started: u32,
    /// Done.
    pub completed: u32,
    /// Ended without success.
    pub failed: u32,
    /// Called off.
    pub cancelled: u32,
    /// Tried again.
    pub retried: u32,
    /// Left the line of those waiting: begun, called off or ended.
    pub left: u32,
    /// Seconds from queued to assigned, of those assigned.
    pub assigning_s: f64,
    /// Seconds of execution of those that ended, and their number.
    pub executed_s: f64,
    /// The sum of their squares.
    pub executed_squared_s2: f64,
    /// How many these sum.
    pub executed: u32,
    /// Seconds that tasks waited in this span for their first attempt.
    pub waiting_s: f64,
    /// Seconds that first attempts ran in this span.
    pub executing_s: f64,
    /// Seconds that later attempts waited in this span.
    pub waiting_again_s: f64,
    /// Seconds that later attempts ran in this span.
    pub executing_again_s: f64,
    /// Waiting at its end.
    pub depth: u32,
    /// The most that ran at once.
    pub executing_peak: u32,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.arrived += other.arrived;
        self.assigned += other.assigned;
        self.failed_assignments += other.failed_assignments;
        self.started += other.started;
        self.completed += other.completed;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
        self.retried += other.retried;
        self.left += other.left;
        self.assigning_s += other.assigning_s;
        self.executed_s += other.executed_s;
        self.executed_squared_s2 += other.executed_squared_s2;
        self.executed += other.executed;
        self.waiting_s += other.waiting_s;
        self.executing_s += other.executing_s;
        self.waiting_again_s += other.waiting_again_s;
        self.executing_again_s += other.executing_again_s;
        self.depth = other.depth;
        self.executing_peak = self.executing_peak.max(other.executing_peak);
    }

    /// An execution of that length ended.
    pub(super) fn add_execution(&mut self, took_s: f64) {
        self.executed_s += took_s;
        self.executed_squared_s2 += took_s * took_s;
        self.executed += 1;
    }

    /// The squared coefficient of variation of executions: 0 if all take as long, 1 if their ends come as by chance.
    pub(super) fn execution_variation(&self) -> f64 {
        let mean_s = self.executed_s / f64::from(self.executed);
        let variation = self.executed_squared_s2 / f64::from(self.executed) / (mean_s * mean_s) - 1.0;
        if variation.is_finite() {
            variation.max(0.0)
        } else {
            0.0
        }
    }

    /// Ended with or without success.
    pub(super) fn ended(&self) -> u32 {
        self.completed + self.failed
    }

    /// Seconds that all tasks together spent here in this span.
    pub(super) fn delay_s(&self) -> f64 {
        self.waiting_s + self.executing_s + self.retry_s()
    }

    /// Of these, everything after the first attempt.
    pub(super) fn retry_s(&self) -> f64 {
        self.waiting_again_s + self.executing_again_s
    }

    /// Of these, waiting for any attempt.
    pub(super) fn all_waiting_s(&self) -> f64 {
        self.waiting_s + self.waiting_again_s
    }

    /// Of these, running for any attempt.
    pub(super) fn all_executing_s(&self) -> f64 {
        self.executing_s + self.executing_again_s
    }
}

/// Counts by span of time, the latest ones.
#[derive(Clone, Debug)]
struct Ring {
    span_ns: i64,
    newest: i64,
    slots: Box<[Counts]>,
}

impl Ring {
    fn new(span_ns: i64, slots: usize, at: Timestamp) -> Self {
        Self {
            span_ns,
            newest: at.0.div_euclid(span_ns),
            slots: vec![Counts::default(); slots].into_boxed_slice(),
        }
    }

    fn place(&self, number: i64) -> usize {
        number.rem_euclid(self.slots.len() as i64) as usize
    }

    /// The slot of that time; those passed over become empty.
    fn slot(&mut self, at: Timestamp) -> &mut Counts {
        let number = at.0.div_euclid(self.span_ns).max(self.newest);
        let passed = (number - self.newest).min(self.slots.len() as i64);
        for step in 0..passed {
            let place = self.place(number - step);
            self.slots[place] = Counts::default();
        }
        self.newest = number;
        let place = self.place(number);
        &mut self.slots[place]
    }

    /// The last `count` slots with when each began, oldest first, the current one included.
    fn last(&self, count: usize) -> impl Iterator<Item = (Timestamp, &Counts)> {
        let count = count.min(self.slots.len()) as i64;
        (0..count).rev().map(move |back| {
            let number = self.newest - back;
            (Timestamp(number * self.span_ns), &self.slots[self.place(number)])
        })
    }
}

/// Counts of a span of time and how long it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// What happened.
    pub counts: Counts,
    /// In so many seconds; above 0.
    pub seconds: f64,
}

impl Span {
    /// So many, per second.
    pub(super) fn rate(&self, count: u32) -> f64 {
        f64::from(count) / self.seconds
    }
}

/// What is here now, how long each sort has been is summed from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gauges {
    /// Waiting for the first attempt.
    pub waiting: u32,
    /// Waiting for a later one.
    pub waiting_again: u32,
    /// First attempts that run.
    pub executing: u32,
    /// Later attempts that run.
    pub executing_again: u32,
}

impl Gauges {
    /// Waiting for any attempt.
    pub(super) fn depth(self) -> u32 {
        self.waiting + self.waiting_again
    }

    /// Attempts that run.
    pub(super) fn running(self) -> u32 {
        self.executing + self.executing_again
    }

    /// The gauge of a phase.
    pub(super) fn of(&mut self, waits: bool, again: bool) -> &mut u32 {
        match (waits, again) {
            (true, false) => &mut self.waiting,
            (true, true) => &mut self.waiting_again,
            (false, false) => &mut self.executing,
            (false, true) => &mut self.executing_again,
        }
    }
}

/// The flow through a queue or type: 12 KiB.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    minutes: Ring,
    hours: Ring,
    gauges: Gauges,
    settled: Timestamp,
    /// Known since.
    pub first_at: Timestamp,
}

impl Flow {
    pub(super) fn new(at: Timestamp) -> Self {
        Self {
            minutes: Ring::new(MINUTE_NS, MINUTES, at),
            hours: Ring::new(HOUR_NS, HOURS, at),
            gauges: Gauges::default(),
            settled: at,
            first_at: at,
        }
    }

    /// What is here now.
    pub(super) fn gauges(&self) -> Gauges {
        self.gauges
    }

    /// Counts the time since it was last settled for what was here, minute by minute.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let gauges = self.gauges;
        // What is older than all slots is of no interest.
        let mut from = self.settled.max(now.plus_ns(-(MINUTES as i64) * MINUTE_NS));
        loop {
            let boundary = Timestamp((from.0.div_euclid(MINUTE_NS) + 1) * MINUTE_NS);
            let to = boundary.min(now);
            let seconds = to.seconds_since(from).max(0.0);
            for slot in [self.minutes.slot(from), self.hours.slot(from)] {
                slot.waiting_s += seconds * f64::from(gauges.waiting);
                slot.waiting_again_s += seconds * f64::from(gauges.waiting_again);
                slot.executing_s += seconds * f64::from(gauges.executing);
                slot.executing_again_s += seconds * f64::from(gauges.executing_again);
                slot.depth = gauges.depth();
                slot.executing_peak = slot.executing_peak.max(gauges.running());
            }
            if boundary > now {
                break;
            }
            from = boundary;
        }
        self.settled = self.settled.max(now);
    }

    /// Something happened at `at`.
    pub(super) fn count(&mut self, at: Timestamp, what: impl Fn(&mut Counts)) {
        what(self.minutes.slot(at));
        what(self.hours.slot(at));
    }

    /// One more of a phase, or one less, at `at`.
    pub(super) fn shift(&mut self, at: Timestamp, waits: bool, again: bool, more: bool) {
        self.settle(at);
        let gauge = self.gauges.of(waits, again);
        *gauge = if more { *gauge + 1 } else { gauge.saturating_sub(1) };
        let gauges = self.gauges;
        self.count(at, |counts| {
            counts.depth = gauges.depth();
            counts.executing_peak = counts.executing_peak.max(gauges.running());
        });
    }

    /// The last full minutes, at most 60, and the current one.
    pub(super) fn recent(&self, now: Timestamp, minutes: usize) -> Span {
        self.span(&self.minutes, now, minutes + 1)
    }

    /// The last 24 full hours and the current one.
    pub(super) fn day(&self, now: Timestamp) -> Span {
        self.span(&self.hours, now, HOURS)
    }

    fn span(&self, ring: &Ring, now: Timestamp, slots: usize) -> Span {
        let mut counts = Counts::default();
        let mut from = now;
        for (began, slot) in ring.last(slots) {
            from = from.min(began);
            counts.add(slot);
        }
        let from = from.max(self.first_at);
        Span {
            counts,
            // A flow of a moment has no rate worth telling: as if it had lasted a second.
            seconds: now.seconds_since(from).max(1.0),
        }
    }

    /// Full minutes since it is known, oldest first, at most `count`, each with when it began.
    pub(super) fn full_minutes(&self, now: Timestamp, count: usize) -> Vec<(Timestamp, Counts)> {
        let first_full = Timestamp(self.first_at.0.div_euclid(MINUTE_NS) * MINUTE_NS);
        self.minutes
            .last(count.min(MINUTES - 1) + 1)
            .filter(|(began, _)| *began > first_full && began.plus_ns(MINUTE_NS) <= now)
            .map(|(began, counts)| (began, *counts))
            .collect()
    }

    /// Whether nothing is here and nothing has happened for a day.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        let span = self.day(now);
        self.gauges == Gauges::default()
            && now.seconds_since(self.first_at) > 86_400.0
            && span.counts.arrived + span.counts.ended() + span.counts.cancelled == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp((1_000_000 * 60 + seconds) * SECOND_NS)
    }

    #[test]
    fn what_is_here_counts_for_its_time_across_minutes() {
        let mut flow = Flow::new(at(0));
        flow.shift(at(30), true, false, true);
        flow.shift(at(90), true, false, true);
        flow.shift(at(150), true, false, false);
        flow.settle(at(180));
        let span = flow.recent(at(180), 60);
        assert_eq!(span.counts.waiting_s, 60.0 + 2.0 * 60.0 + 30.0);
        assert_eq!(span.seconds, 180.0);
        let by_minute: Vec<f64> = flow
            .full_minutes(at(180), 60)
            .iter()
            .map(|(_, counts)| counts.waiting_s)
            .collect();
        assert_eq!(by_minute, [90.0, 90.0]);
        assert_eq!(span.counts.depth, 1);
    }

    #[test]
    fn the_past_falls_out_of_the_window_and_the_present_stays() {
        let mut flow = Flow::new(at(0));
        flow.count(at(0), |counts| counts.arrived += 1);
        flow.shift(at(0), true, false, true);
        flow.settle(at(3 * 3600));
        let span = flow.recent(at(3 * 3600), 60);
        assert_eq!(span.counts.arrived, 0);
        assert_eq!(span.counts.waiting_s, 3600.0);
        assert_eq!(flow.day(at(3 * 3600)).counts.arrived, 1);
        assert!(!flow.is_idle(at(30 * 3600)));
        flow.shift(at(30 * 3600), true, false, false);
        flow.settle(at(60 * 3600));
        assert!(flow.is_idle(at(60 * 3600)));
    }
}
