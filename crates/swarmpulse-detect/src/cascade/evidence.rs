//! Evidence that something began to fail: for every time it may have begun, how much better that explains the counts.

use super::pulse::{Pulse, SLOT_S, SLOTS, Tally};

/// Spontaneous outages of one service, as a chance per slot: one in five days.
pub(super) const HAZARD: f64 = SLOT_S as f64 / (5.0 * 86_400.0);
/// Where the latest results speak this clearly against every failing state (e^-7, a thousand to one), it is over.
const RECOVERED: f64 = -7.0;
/// Shares that a failing service may have beyond its baseline, and how likely each is.
const SHARES: [(f64, f64); 4] = [(0.3, 0.2), (0.5, 0.3), (0.7, 0.3), (0.9, 0.2)];
/// Multiples of its own rate that a burst may have, where it is unknown how many went well.
const BURSTS: [(f64, f64); 4] = [(4.0, 0.25), (8.0, 0.25), (20.0, 0.25), (60.0, 0.25)];

/// What is expected of a pulse while all is well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Expectation {
    /// A share of failures.
    Share(f64),
    /// Failures per slot.
    PerSlot(f64),
}

impl Expectation {
    /// For every alternative: what a slot's failure, its success and the slot itself add to the log likelihood ratio,
    /// and the weight of the alternative.
    fn alternatives(self) -> [Alternative; 4] {
        match self {
            Self::Share(share) => SHARES.map(|(beyond, weight)| {
                let failing = share + (1.0 - share) * beyond;
                Alternative {
                    failed: (failing / share).ln(),
                    ok: ((1.0 - failing) / (1.0 - share)).ln(),
                    slot: 0.0,
                    weight,
                }
            }),
            Self::PerSlot(rate) => BURSTS.map(|(times, weight)| Alternative {
                failed: times.ln(),
                ok: 0.0,
                slot: -(times - 1.0) * rate,
                weight,
            }),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Alternative {
    failed: f64,
    ok: f64,
    slot: f64,
    weight: f64,
}

impl Alternative {
    fn of(&self, tally: Tally) -> f64 {
        f64::from(tally.failed) * self.failed + f64::from(tally.ok) * self.ok + self.slot
    }
}

/// The evidence of one pulse.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// For every slot: the logarithm of the likelihood ratio of "it fails since this slot" to "all is well".
    pub log: Box<[f64; SLOTS]>,
    /// The logarithm of the odds that it fails now, by itself.
    pub log_odds: f64,
    /// The greatest of `log`, but not below 0: what likelihoods are divided by to stay within numbers.
    pub top: f64,
    /// Whether its latest results speak clearly against a failing state.
    pub recovered: bool,
}

impl Evidence {
    /// Weighs a pulse against what is expected of it.
    pub fn of(pulse: &Pulse, expected: Expectation) -> Self {
        let alternatives = expected.alternatives();
        let mut sums = [0.0_f64; 4];
        let mut log = Box::new([0.0; SLOTS]);
        let mut recovered = false;
        let mut last = 0.0;
        for (age, tally) in pulse.slots().rev().enumerate() {
            let index = SLOTS - 1 - age;
            let empty = tally == Tally::default() && matches!(expected, Expectation::Share(_));
            if !empty || index + 1 == SLOTS {
                for (sum, alternative) in sums.iter_mut().zip(&alternatives) {
                    *sum += alternative.of(tally);
                }
                last = mixed(&sums, &alternatives);
                recovered = sums.iter().all(|sum| *sum < RECOVERED);
            }
            log[index] = last;
            if recovered {
                // Whatever failed before is over: no earlier beginning reaches to now.
                log[..index].fill(last);
                break;
            }
        }
        let top = log.iter().copied().fold(0.0, f64::max);
        let sum: f64 = log.iter().map(|log| (log - top).exp()).sum();
        Self {
            log_odds: HAZARD.ln() + top + sum.ln(),
            log,
            top,
            recovered,
        }
    }

    /// The chance that it fails now, by itself.
    pub fn chance(&self) -> f64 {
        1.0 / (1.0 + (-self.log_odds).exp())
    }

    /// The logarithm of one and the odds.
    pub fn log_one_and_odds(&self) -> f64 {
        self.log_odds.max(0.0) + (-self.log_odds.abs()).exp().ln_1p()
    }

    /// The slot since which it most likely fails.
    pub fn likely(&self) -> usize {
        let mut best = 0;
        for (index, value) in self.log.iter().enumerate() {
            if *value > self.log[best] {
                best = index;
            }
        }
        best
    }

    /// The strongest evidence there is, as a logarithm.
    pub fn strength(&self) -> f64 {
        self.log[self.likely()]
    }
}

fn mixed(sums: &[f64; 4], alternatives: &[Alternative; 4]) -> f64 {
    let top = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = sums
        .iter()
        .zip(alternatives)
        .map(|(sum, alternative)| alternative.weight * (sum - top).exp())
        .sum();
    top + sum.ln()
}
