//! Numbers of a session's events: a gap that is not filled in time is lost telemetry.

/// A gap that is open for so long is a loss: exports that were overtaken have come by then.
const GAP_MS: i64 = 60_000;
/// Gaps open at once; the oldest counts as lost beyond that.
const GAPS_MAX: usize = 32;
/// A larger step is another numbering, not a loss.
const STEP_MAX: u64 = 100_000;

/// Numbers heard, and those missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sequence {
    next: Option<u64>,
    newest_ns: u64,
    /// From, to (exclusive), when it was seen.
    gaps: Vec<(u64, u64, i64)>,
    lost: u64,
}

impl Sequence {
    /// An event with that number, of that time by its sender's clock.
    pub fn observe(&mut self, number: u64, at_ns: u64, now_ms: i64) {
        let next = self.next.unwrap_or(number);
        let after = number.saturating_add(1);
        if number >= next {
            let step = number - next;
            if step > STEP_MAX {
                self.close_all();
            } else if step > 0 {
                self.open(next, number, now_ms);
            }
            self.next = Some(after);
        } else if !self.fill(number) && at_ns > self.newest_ns && number < next / 2 {
            // Newer, yet far below: the session was resumed and counts anew.
            self.close_all();
            self.next = Some(after);
        }
        self.newest_ns = self.newest_ns.max(at_ns);
    }

    /// Numbers lost since this was last asked.
    pub fn take_lost(&mut self, now_ms: i64) -> u64 {
        let lost: u64 = self
            .gaps
            .iter()
            .filter(|(_, _, seen_ms)| now_ms - seen_ms >= GAP_MS)
            .map(|(from, to, _)| to - from)
            .sum();
        self.gaps.retain(|(_, _, seen_ms)| now_ms - seen_ms < GAP_MS);
        std::mem::take(&mut self.lost) + lost
    }

    fn open(&mut self, from: u64, to: u64, now_ms: i64) {
        if self.gaps.len() >= GAPS_MAX {
            let (from, to, _) = self.gaps.remove(0);
            self.lost += to - from;
        }
        self.gaps.push((from, to, now_ms));
    }

    /// A late number fills its gap; false if it is in none.
    fn fill(&mut self, number: u64) -> bool {
        let Some(place) = self
            .gaps
            .iter()
            .position(|(from, to, _)| (*from..*to).contains(&number))
        else {
            return false;
        };
        let (from, to, seen_ms) = self.gaps.remove(place);
        for (from, to) in [(number + 1, to), (from, number)] {
            if from < to {
                self.gaps.insert(place, (from, to, seen_ms));
            }
        }
        true
    }

    fn close_all(&mut self) {
        self.lost += self.gaps.drain(..).map(|(from, to, _)| to - from).sum::<u64>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(numbers: &[u64]) -> u64 {
        let mut sequence = Sequence::default();
        for (at, number) in numbers.iter().enumerate() {
            sequence.observe(*number, at as u64 + 1, 0);
        }
        assert_eq!(sequence.take_lost(GAP_MS - 1), 0, "a gap is given time");
        sequence.take_lost(GAP_MS)
    }

    #[test]
    fn only_what_never_comes_is_lost() {
        assert_eq!(lost(&[0, 1, 2]), 0);
        assert_eq!(lost(&[7, 8]), 0, "what was before the first is not known");
        assert_eq!(lost(&[0, 1, 5, 6]), 3);
        assert_eq!(lost(&[0, 5, 3, 1, 6, 2, 4]), 0, "overtaken");
        assert_eq!(lost(&[0, 5, 3]), 3);
        assert_eq!(lost(&[4, 5, 5, 5]), 0, "repeated");
    }

    #[test]
    fn a_session_that_counts_anew_loses_nothing() {
        let mut sequence = Sequence::default();
        for number in 0..100 {
            sequence.observe(number, number + 1, 0);
        }
        for number in 0..10 {
            sequence.observe(number, 1000 + number, 0);
        }
        sequence.observe(12, 2000, 0);
        assert_eq!(sequence.take_lost(GAP_MS), 2);
        sequence.observe(1 << 40, 3000, GAP_MS);
        assert_eq!(sequence.take_lost(10 * GAP_MS), 0);
    }
}
