//! Lost telemetry, found by sequence numbers within one life of an agent.

use serde::{Deserialize, Serialize};

/// A longer gap is no loss but another count: some senders put a time where a number belongs.
const GAP_MAX: u64 = 10_000;

/// What a report's number says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It has no number, or the next one, or one further on.
    Next,
    /// It was overtaken, or sent twice.
    Late,
    /// The count began anew: another life that did not name itself.
    Restarted,
}

/// When a report came, as far as that helps to tell a late one from a count that began anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrival {
    /// By its sender's measured clock it was sent after the last contact; `None` without such a clock.
    pub sent_after: Option<bool>,
    /// It came alone, at least half an interval after the last contact.
    pub on_schedule: bool,
}

/// The numbers seen in one life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    last: Option<u64>,
    last_late: Option<u64>,
    missing: u64,
    lost_before: u64,
}

impl Sequence {
    /// A report with that number came.
    pub fn observe(&mut self, number: Option<u64>, arrival: Arrival) -> Order {
        let Some(number) = number else {
            return Order::Next;
        };
        let Some(last) = self.last else {
            self.last = Some(number);
            return Order::Next;
        };
        if number > last {
            let gap = number - last - 1;
            if gap <= GAP_MAX {
                self.missing = self.missing.saturating_add(gap);
            }
            self.last = Some(number);
            self.last_late = None;
            return Order::Next;
        }
        let new_word = arrival.sent_after.unwrap_or(arrival.on_schedule);
        if number == last {
            // The same number on schedule: a sender that does not count.
            return if new_word { Order::Next } else { Order::Late };
        }
        let began_anew = arrival.sent_after.unwrap_or_else(|| {
            // Reports overtake each other by a few places; a number far back, or numbers that count on at the pace of
            // the interval, are a count that began anew.
            let counts_on = number > 0 && self.last_late == Some(number - 1);
            number <= 1 && last > 16 || counts_on && arrival.on_schedule
        });
        if began_anew {
            return Order::Restarted;
        }
        self.last_late = Some(number);
        self.missing = self.missing.saturating_sub(1);
        Order::Late
    }

    /// Another life began.
    pub fn restart(&mut self) {
        self.lost_before = self.lost();
        self.missing = 0;
        self.last = None;
        self.last_late = None;
    }

    /// Reports that never came, over all lives.
    pub fn lost(&self) -> u64 {
        self.lost_before.saturating_add(self.missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Arrival = Arrival {
        sent_after: None,
        on_schedule: false,
    };
    const ON_SCHEDULE: Arrival = Arrival {
        sent_after: None,
        on_schedule: true,
    };

    #[test]
    fn gaps_are_lost_and_late_ones_are_found_again() {
        let mut sequence = Sequence::default();
        for number in [5, 6, 9] {
            assert_eq!(sequence.observe(Some(number), AT_ONCE), Order::Next);
        }
        assert_eq!(sequence.lost(), 2);
        assert_eq!(sequence.observe(Some(7), AT_ONCE), Order::Late);
        assert_eq!(sequence.lost(), 1);
        assert_eq!(sequence.observe(Some(9), AT_ONCE), Order::Late, "sent twice");
        assert_eq!(sequence.lost(), 1);
        for number in 10..40 {
            sequence.observe(Some(number), AT_ONCE);
        }
        assert_eq!(sequence.observe(Some(0), AT_ONCE), Order::Restarted);
        sequence.restart();
        assert_eq!(sequence.observe(Some(0), AT_ONCE), Order::Next);
        assert_eq!(sequence.lost(), 1, "a restart loses nothing and forgets nothing");
    }

    #[test]
    fn a_count_that_goes_on_from_a_low_number_at_the_usual_pace_began_anew() {
        let mut sequence = Sequence::default();
        sequence.observe(Some(8), ON_SCHEDULE);
        assert_eq!(
            sequence.observe(Some(1), ON_SCHEDULE),
            Order::Late,
            "once is late"
        );
        assert_eq!(sequence.observe(Some(2), ON_SCHEDULE), Order::Restarted);
        let mut burst = Sequence::default();
        burst.observe(Some(8), ON_SCHEDULE);
        for number in 1..8 {
            assert_eq!(burst.observe(Some(number), AT_ONCE), Order::Late, "a backlog");
        }
    }

    #[test]
    fn a_measured_clock_decides_at_once() {
        let sent = |sent_after| Arrival {
            sent_after: Some(sent_after),
            on_schedule: true,
        };
        let mut sequence = Sequence::default();
        sequence.observe(Some(3), sent(true));
        assert_eq!(sequence.observe(Some(2), sent(false)), Order::Late);
        assert_eq!(sequence.observe(Some(1), sent(true)), Order::Restarted);
    }

    #[test]
    fn numbers_that_do_not_count_lose_nothing() {
        let mut times = Sequence::default();
        for number in [1_700_000_000_000, 1_700_000_010_001, u64::MAX] {
            assert_eq!(times.observe(Some(number), ON_SCHEDULE), Order::Next);
        }
        assert_eq!(times.lost(), 10_000);
        let mut constant = Sequence::default();
        for _ in 0..3 {
            assert_eq!(constant.observe(Some(0), ON_SCHEDULE), Order::Next);
        }
        assert_eq!(constant.observe(Some(0), AT_ONCE), Order::Late);
    }
}
