//! Agents per verdict, kept as verdicts change.

use serde::{Deserialize, Serialize};
use swarmpulse_model::Verdict;

/// Agents per verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts([u64; Verdict::ALL.len()]);

impl Counts {
    /// Agents with that verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }

    /// All agents.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Agents whose verdict stands so.
    #[must_use]
    pub fn standing(&self, wanted: impl Fn(swarmpulse_model::verdict::Standing) -> bool) -> u64 {
        Verdict::ALL
            .into_iter()
            .filter(|verdict| wanted(verdict.standing()))
            .map(|verdict| self.of(verdict))
            .sum()
    }

    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    pub(crate) fn remove(&mut self, verdict: Verdict) {
        self.0[verdict as usize] -= 1;
    }

    pub(crate) fn change(&mut self, from: Verdict, to: Verdict) {
        self.remove(from);
        self.add(to);
    }
}
