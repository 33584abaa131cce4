//! Counts by span of time: how much ended and how much of that failed.

use serde::Serialize;
use swarmpulse_model::Timestamp;

/// Nanoseconds of a short span: five minutes.
pub(super) const SPAN_NS: i64 = 300 * 1_000_000_000;
/// Nanoseconds of an hour.
pub(super) const HOUR_NS: i64 = 3_600 * 1_000_000_000;
/// Spans that a ring remembers, the running one included: two hours of short ones, a day of hours.
pub(super) const SPANS: usize = 24;

/// What ended, and what of it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Tasks or calls that ended, well or not.
    pub ended: u64,
    /// Those that failed.
    pub failed: u64,
}

impl Tally {
    /// The share that failed; `None` if nothing ended.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.ended > 0).then(|| self.failed as f64 / self.ended as f64)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            ended: self.ended + other.ended,
            failed: self.failed + other.failed,
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            ended: self.ended.saturating_sub(other.ended),
            failed: self.failed.saturating_sub(other.failed),
        }
    }
}

/// The number of the short span that a time lies in.
pub(super) fn span_of(at: Timestamp) -> i64 {
    at.0.div_euclid(SPAN_NS)
}

/// The number of the hour that a time lies in.
pub(super) fn hour_of(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR_NS)
}

/// The last [`SPANS`] spans of one length, by their number. 200 bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Ring {
    newest: i64,
    /// Ended and failed; the span of number `n` lies at `n` modulo the length.
    slots: [[u32; 2]; SPANS],
}

impl Ring {
    /// Counts in a span; one that is older than the newest counts there, for time does not go back.
    pub(super) fn count(&mut self, span: i64, ended: u32, failed: u32) {
        self.advance(span);
        let slot = &mut self.slots[self.newest.rem_euclid(SPANS as i64) as usize];
        slot[0] = slot[0].saturating_add(ended);
        slot[1] = slot[1].saturating_add(failed);
    }

    fn advance(&mut self, span: i64) {
        if span <= self.newest {
            return;
        }
        let steps = (span - self.newest).min(SPANS as i64);
        for number in span - steps + 1..=span {
            self.slots[number.rem_euclid(SPANS as i64) as usize] = [0; 2];
        }
        self.newest = span;
    }

    /// What was counted in a span; nothing if it lies too far back.
    pub(super) fn at(&self, span: i64) -> Tally {
        if span > self.newest || span <= self.newest - SPANS as i64 {
            return Tally::default();
        }
        let [ended, failed] = self.slots[span.rem_euclid(SPANS as i64) as usize];
        Tally {
            ended: u64::from(ended),
            failed: u64::from(failed),
        }
    }

    /// What was counted in these spans.
    pub(super) fn sum(&self, spans: std::ops::RangeInclusive<i64>) -> Tally {
        spans
            .map(|span| self.at(span))
            .fold(Tally::default(), Tally::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn a_ring_remembers_the_last_day_of_hours(steps in proptest::collection::vec((0_i64..30, 0_u32..5, 0_u32..5), 1..80)) {
            let mut ring = Ring::default();
            let mut truth: BTreeMap<i64, Tally> = BTreeMap::new();
            let mut hour = 400_000;
            for (step, ended, failed) in steps {
                hour += step;
                ring.count(hour, ended, failed);
                let here = truth.entry(hour).or_default();
                *here = here.plus(Tally { ended: u64::from(ended), failed: u64::from(failed) });
                for number in hour - 2 * SPANS as i64..hour + 3 {
                    let kept = number > hour - SPANS as i64;
                    let expected = if kept { truth.get(&number).copied().unwrap_or_default() } else { Tally::default() };
                    prop_assert_eq!(ring.at(number), expected);
                }
            }
        }
    }
}
