//! When a group is evaluated: at whole intervals, moved by a part of one that its names decide.

use swarmpulse_model::Timestamp;
use swarmpulse_model::alert::fingerprint;
use swarmpulse_model::series::Label;
use swarmpulse_model::time::SECOND_NS;

/// The times of one group.
pub(super) struct Schedule {
    interval_ns: i64,
    offset_ns: i64,
    next: Option<Timestamp>,
    last: Option<Timestamp>,
    missed: u64,
}

impl Schedule {
    pub(super) fn new(file: &str, group: &str, interval_ns: i64) -> Self {
        let label = |name: &str, value: &str| Label {
            name: name.into(),
            value: value.into(),
        };
        let hash = fingerprint(&[label("file", file), label("name", group)]);
        let offset = hash % interval_ns.unsigned_abs().max(1);
        Self {
            interval_ns,
            offset_ns: i64::try_from(offset).unwrap_or(0),
            next: None,
            last: None,
            missed: 0,
        }
    }

    pub(super) fn interval_ns(&self) -> i64 {
        self.interval_ns
    }

    pub(super) fn interval_s(&self) -> f64 {
        self.interval_ns as f64 / SECOND_NS as f64
    }

    pub(super) fn missed(&self) -> u64 {
        self.missed
    }

    /// The latest of the group's times that is not after `now`.
    fn slot(&self, now: Timestamp) -> Timestamp {
        let past = now.0.saturating_sub(self.offset_ns).rem_euclid(self.interval_ns);
        now.plus_ns(-past)
    }

    pub(super) fn due_at(&mut self, now: Timestamp) -> Timestamp {
        let slot = self.slot(now);
        let next = *self.next.get_or_insert(slot.plus_ns(self.interval_ns));
        next.max(slot)
    }

    /// Takes note of an evaluation, and of the times since the last one that nothing was evaluated at.
    pub(super) fn evaluated(&mut self, at: Timestamp) {
        if let Some(last) = self.last {
            let slots = at.since(last) / self.interval_ns;
            self.missed += u64::try_from(slots - 1).unwrap_or(0);
        }
        self.last = Some(at);
        self.next = Some(self.slot(at).plus_ns(self.interval_ns));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_an_interval_apart_and_late_ones_are_counted() {
        let minute = 60 * SECOND_NS;
        let mut schedule = Schedule::new("a.yaml", "g", minute);
        let start = Timestamp(1_700_000_000 * SECOND_NS);
        let first = schedule.due_at(start);
        assert!(first > start && first.since(start) <= minute);
        assert_eq!(
            schedule.due_at(first.plus_ns(1)),
            first,
            "it is due until it was done"
        );
        schedule.evaluated(first);
        assert_eq!(schedule.due_at(first), first.plus_ns(minute));
        let late = first.plus_ns(3 * minute + 5);
        assert_eq!(schedule.due_at(late), first.plus_ns(3 * minute));
        schedule.evaluated(first.plus_ns(3 * minute));
        assert_eq!(schedule.missed(), 2);
        let mut other = Schedule::new("a.yaml", "h", minute);
        assert_ne!(other.due_at(start), first, "another group has other times");
        let mut same = Schedule::new("a.yaml", "g", minute);
        assert_eq!(same.due_at(start), first);
    }
}
