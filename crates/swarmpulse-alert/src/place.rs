//! A host or a sandbox by what its agents tell of it: whether it is down, up, or not known yet.
//!
//! The latest sign of life from a place is the yardstick. An agent whose report was missing already when another one was
//! heard ended by itself; one that was not expected yet may have ended with the place. So three fast agents that die
//! together do not make a host look dead while slow ones live on: either one of these is heard, or it is not due yet and
//! nothing is known.

use swarmpulse_model::Timestamp;

use crate::surroundings::{Presence, Witness};

/// Of all agents whose silence could tell, this share must have been due, as a fraction: two thirds.
const DUE_SHARE: (u64, u64) = (2, 3);

/// What the agents of a place tell of it at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Agents of which something is expected there.
    pub agents: u64,
    /// Those of them that are down.
    pub down: u64,
    /// The latest sign of life from the place.
    pub heard_at: Option<Timestamp>,
    /// Agents that are down and of which no report was missing at that sign: they may have fallen with the place.
    pub fell: u64,
    /// Agents that are not down, were due since that sign, and are silent.
    pub overdue: u64,
    /// Agents that are not due yet, or whose silence says nothing.
    pub waiting: u64,
    /// When the next of these is due; `NEVER` if none will be.
    pub next_due_at: Timestamp,
    /// Agents that are silent and may be so for as long as most of those that are waited for, before it says something.
    pub patient: u64,
}

impl Place {
    /// What these agents tell by now.
    #[must_use]
    pub fn of(witnesses: &[Witness], now: Timestamp) -> Self {
        let heard_at = witnesses.iter().filter_map(|witness| witness.heard_at).max();
        let mut place = Self {
            agents: 0,
            down: 0,
            heard_at,
            fell: 0,
            overdue: 0,
            waiting: 0,
            next_due_at: Timestamp::NEVER,
            patient: 0,
        };
        let (mut silent, mut waiting) = (Vec::new(), Vec::new());
        let expected = witnesses
            .iter()
            .filter(|witness| witness.presence != Presence::Unexpected);
        for witness in expected {
            place.agents += 1;
            let is_down = witness.presence == Presence::Down;
            place.down += u64::from(is_down);
            let with_the_place = heard_at.is_some_and(|heard_at| witness.expected_at >= heard_at);
            if witness.due_at <= now {
                if with_the_place {
                    place.fell += u64::from(is_down);
                    place.overdue += u64::from(!is_down);
                    silent.push(patience(witness));
                }
            } else if !is_down {
                place.waiting += 1;
                place.next_due_at = place.next_due_at.min(witness.due_at);
                waiting.push(patience(witness));
            }
        }
        let middle = waiting.len() / 2;
        if !waiting.is_empty() {
            let (_, median, _) = waiting.select_nth_unstable(middle);
            place.patient = silent.iter().filter(|patience| *patience >= median).count() as u64;
        }
        place
    }

    /// Agents of which something is expected, without those that ended by themselves before.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.fell + self.overdue + self.waiting
    }

    /// Whether the place is down: so many agents fell with it, and all that were due since are silent. If some are not
    /// due yet, these must be at most a third, and of their kind (may they be as silent as long) as many must be silent
    /// as it takes: else the silent ones may have something else in common.
    #[must_use]
    pub fn is_down(&self, agents_min: u64) -> bool {
        let (share, whole) = DUE_SHARE;
        let enough = (self.fell + self.overdue) * whole >= self.expected() * share;
        self.fell >= agents_min && (self.waiting == 0 || enough && self.patient >= agents_min)
    }
}

/// For how long an agent may be silent before that says something, in nanoseconds.
fn patience(witness: &Witness) -> i64 {
    if witness.due_at == Timestamp::NEVER {
        return i64::MAX;
    }
    witness
        .heard_at
        .map_or(0, |heard_at| witness.due_at.since(heard_at))
}

#[cfg(test)]
mod tests {
    use super::Presence::{Down, Unexpected, Up};
    use super::*;

    fn at(seconds: f64) -> Timestamp {
        Timestamp(0).plus_s(seconds)
    }

    /// Agents that report every so many seconds and were heard last then.
    fn some(count: usize, presence: Presence, interval_s: f64, heard_s: f64) -> Vec<Witness> {
        let witness = Witness {
            presence,
            heard_at: Some(at(heard_s)),
            expected_at: at(heard_s + interval_s + 1.0),
            due_at: at(heard_s + 1.2 * interval_s + 1.0),
        };
        vec![witness; count]
    }

    /// Agents whose silence says nothing.
    fn mute(count: usize, presence: Presence, heard_s: f64) -> Vec<Witness> {
        let witness = Witness {
            presence,
            heard_at: Some(at(heard_s)),
            expected_at: Timestamp::NEVER,
            due_at: Timestamp::NEVER,
        };
        vec![witness; count]
    }

    fn is_down(groups: &[Vec<Witness>], now_s: f64) -> bool {
        Place::of(&groups.concat(), at(now_s)).is_down(3)
    }

    #[test]
    fn who_falls_while_others_are_heard_falls_alone() {
        let fast = some(12, Down, 10.0, 100.0);
        assert!(!is_down(&[fast.clone(), some(2, Up, 10.0, 129.0)], 130.0));
        assert!(!is_down(&[fast.clone(), some(1, Up, 10.0, 112.0)], 130.0));
        // They were heard while none of the twelve was missing: all may have died at 110.
        let together = [fast.clone(), some(2, Up, 10.0, 110.0)];
        assert!(is_down(&together, 130.0));
        let place = Place::of(&together.concat(), at(130.0));
        assert_eq!((place.fell, place.overdue, place.waiting), (12, 2, 0));
        assert!(!is_down(
            &[fast, some(2, Up, 10.0, 110.0), some(1, Up, 10.0, 125.0)],
            130.0
        ));
    }

    #[test]
    fn who_ended_before_is_no_witness() {
        let long_ago = some(50, Down, 10.0, 0.0);
        assert!(!is_down(&[long_ago.clone(), some(2, Down, 10.0, 100.0)], 130.0));
        let place = Place::of(&[long_ago, some(3, Down, 10.0, 100.0)].concat(), at(130.0));
        assert!(place.is_down(3));
        assert_eq!((place.agents, place.down, place.expected()), (53, 53, 3));
    }

    #[test]
    fn too_few_were_due_until_enough_are() {
        let fast = some(3, Down, 10.0, 100.0);
        let slow = |heard_s| some(1, Up, 300.0, heard_s);
        let all = [fast.clone(), slow(10.0), slow(40.0), slow(70.0), slow(90.0)];
        assert!(!is_down(&all, 130.0));
        assert_eq!(Place::of(&all.concat(), at(130.0)).next_due_at, at(371.0));
        // Five of seven are two thirds, but only two slow ones tell of slow ones.
        assert!(!is_down(&all, 402.0));
        assert!(is_down(&all, 432.0));
        // One slow agent among many fast ones may have been spared by whatever took these.
        assert!(!is_down(&[some(90, Down, 10.0, 100.0), slow(90.0)], 130.0));
        assert!(is_down(&[some(90, Down, 10.0, 100.0), slow(90.0)], 452.0));
        // Of many alike the last third is not waited for.
        assert!(is_down(
            &[some(6, Down, 60.0, 100.0), some(3, Up, 60.0, 155.0)],
            225.0
        ));
    }

    #[test]
    fn whose_silence_says_nothing_only_keeps_it_from_being_known() {
        let fast = || some(3, Down, 10.0, 100.0);
        assert!(!is_down(&[fast(), mute(1, Up, 50.0)], 1e6));
        assert!(is_down(
            &[fast(), mute(9, Unexpected, 50.0), mute(9, Down, 50.0)],
            130.0
        ));
        // The last word of one that stopped is a sign of life all the same.
        assert!(!is_down(&[fast(), mute(1, Unexpected, 120.0)], 130.0));
    }

    #[test]
    fn of_nobody_heard_nothing_is_known() {
        let never = Witness {
            heard_at: None,
            ..some(1, Down, 10.0, 0.0)[0]
        };
        assert!(!is_down(&[vec![never; 9]], 100.0));
        assert!(!is_down(&[], 100.0));
    }
}
