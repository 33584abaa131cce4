//! What share of failures is usual: of all services together, and how much one may be told from another.

use super::pulse::{Baseline, Pulse};

/// The share of one service is drawn towards that of all as by so many calls, at least and at most.
const PRIOR_CALLS: (f64, f64) = (20.0, 400.0);
/// Before anything was seen: half a failure in twenty-five calls.
const BEFORE: (f64, f64) = (0.5, 25.0);
/// How many standard deviations a share may be above what was counted: a baseline that is too low sees failing
/// services everywhere.
const CAUTION: f64 = 0.5;

/// The share that is usual among all services, and how alike they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    share: f64,
    prior_calls: f64,
}

impl Usual {
    /// Of these. How alike they are is the intraclass correlation of a beta-binomial law, by moments: where services
    /// differ no more than chance makes them differ, one that was seen little is taken to be like all.
    pub fn of(services: &[Pulse]) -> Self {
        let (mut failed, mut count) = BEFORE;
        for pulse in services {
            failed += pulse.baseline().failed;
            count += pulse.baseline().count();
        }
        let share = failed / count;
        let (mut spread, mut expected, mut weight) = (0.0, 0.0, 0.0);
        for normal in services
            .iter()
            .map(Pulse::baseline)
            .filter(|it| it.count() >= 5.0)
        {
            let count = normal.count();
            spread += (normal.failed - count * share).powi(2) / (count * share * (1.0 - share));
            expected += 1.0;
            weight += count - 1.0;
        }
        // A few services may look alike by chance: their spread is taken for a standard deviation more than it is.
        let excess = spread - expected + (2.0_f64 * expected).sqrt();
        let prior_calls = if weight > 0.0 && excess > 0.0 {
            weight / excess
        } else {
            PRIOR_CALLS.0
        };
        Self {
            share,
            prior_calls: prior_calls.clamp(PRIOR_CALLS.0, PRIOR_CALLS.1),
        }
    }

    /// The share of failures that is normal for one.
    pub fn share_of(&self, normal: &Baseline) -> f64 {
        let count = normal.count() + self.prior_calls;
        let share = (normal.failed + self.prior_calls * self.share) / count;
        (share + CAUTION * (share * (1.0 - share) / count).sqrt()).clamp(0.001, 0.9)
    }
}
