//! Lost telemetry, found by sequence numbers within one life of an agent.

use serde::{Deserialize, Serialize};

/// What a report's number says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It has no number, or the next one, or one further on.
    InOrder,
    /// It was overtaken, or sent twice.
    Late,
    /// The count began anew: another life that did not name itself.
    Restarted,
}

/// The numbers seen in one life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    last: Option<u64>,
    missing: u64,
    lost_before: u64,
}

impl Sequence {
    /// A report with that number came.
    pub fn observe(&mut self, number: Option<u64>) -> Order {
        let Some(number) = number else {
            return Order::InOrder;
        };
        let Some(last) = self.last else {
            self.last = Some(number);
            return Order::InOrder;
        };
        if number > last {
            self.missing += number - last - 1;
            self.last = Some(number);
            return Order::InOrder;
        }
        // Reports overtake each other by a few places; a number far back is a count that began anew.
        if number <= 1 && last > 16 {
            return Order::Restarted;
        }
        if number < last {
            self.missing = self.missing.saturating_sub(1);
        }
        Order::Late
    }

    /// Another life began.
    pub fn restart(&mut self) {
        self.lost_before += self.missing;
        self.missing = 0;
        self.last = None;
    }

    /// Reports that never came, over all lives.
    pub fn lost(&self) -> u64 {
        self.lost_before + self.missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_lost_and_late_ones_are_found_again() {
        let mut sequence = Sequence::default();
        for number in [5, 6, 9] {
            assert_eq!(sequence.observe(Some(number)), Order::InOrder);
        }
        assert_eq!(sequence.lost(), 2);
        assert_eq!(sequence.observe(Some(7)), Order::Late);
        assert_eq!(sequence.lost(), 1);
        assert_eq!(sequence.observe(Some(9)), Order::Late, "sent twice");
        assert_eq!(sequence.lost(), 1);
        for number in 10..40 {
            sequence.observe(Some(number));
        }
        assert_eq!(sequence.observe(Some(0)), Order::Restarted);
        sequence.restart();
        assert_eq!(sequence.observe(Some(0)), Order::InOrder);
        assert_eq!(sequence.lost(), 1, "a restart loses nothing and forgets nothing");
    }
}
