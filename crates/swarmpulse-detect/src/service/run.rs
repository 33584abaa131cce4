//! Runs of failures: how many calls failed in a row, and how unlikely that is.

use swarmpulse_model::Timestamp;

use super::outcome::Outcome;

/// The share of failures that is taken for usual until it is known.
const UNKNOWN_SHARE: f64 = 0.02;
/// A run counts as over after so many successes.
const SUCCESSES_NEEDED: u32 = 2;

/// Failures in a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    /// How many.
    pub failures: u32,
    /// When the first of them was.
    pub since: Timestamp,
    /// When the last of them was.
    pub last_at: Timestamp,
    /// The natural logarithm of how likely so many in a row are at the usual share.
    pub log_chance: f64,
    /// What went wrong last.
    pub reason: String,
    /// Successes since.
    pub successes: u32,
}

impl Run {
    /// Takes the next call in.
    pub fn observe(&mut self, at: Timestamp, outcome: &Outcome, usual_share: Option<f64>) {
        if !outcome.failed {
            self.successes = self.successes.saturating_add(1);
            return;
        }
        if self.successes > 0 {
            *self = Self::default();
        }
        if self.failures == 0 {
            self.since = at;
        }
        self.failures = self.failures.saturating_add(1);
        self.last_at = at;
        self.log_chance += usual_share.unwrap_or(UNKNOWN_SHARE).clamp(1e-4, 0.999).ln();
        self.reason = outcome.reason();
    }

    /// Whether at least so many failed in a row, nothing went well since, and chance makes that less often than this.
    pub fn stands(&self, failures: u32, chance: f64) -> bool {
        self.successes == 0 && self.failures >= failures && self.log_chance <= chance.ln()
    }

    /// Whether enough went well since.
    pub fn is_over(&self) -> bool {
        self.failures == 0 || self.successes >= SUCCESSES_NEEDED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Outcome {
        Outcome {
            failed: true,
            status_code: Some(503),
            ..Outcome::default()
        }
    }

    #[test]
    fn fewer_in_a_row_are_enough_where_failures_are_rare() {
        for (share, enough) in [(Some(0.0007), 3), (Some(0.0183), 5), (Some(0.06), 7), (None, 5)] {
            let mut run = Run::default();
            let mut needed = 0;
            while !run.stands(3, 1e-8) {
                needed += 1;
                run.observe(Timestamp(needed), &failure(), share);
            }
            assert_eq!(needed, enough, "{share:?}");
            assert_eq!((run.since, run.reason.as_str()), (Timestamp(1), "status 503"));
        }
    }

    #[test]
    fn one_success_breaks_a_run_and_two_end_it() {
        let mut run = Run::default();
        for at in 0..9 {
            run.observe(Timestamp(at), &failure(), None);
        }
        run.observe(Timestamp(9), &Outcome::default(), None);
        assert!(!run.stands(3, 1e-8) && !run.is_over());
        run.observe(Timestamp(10), &Outcome::default(), None);
        assert!(run.is_over());
        run.observe(Timestamp(11), &failure(), None);
        assert_eq!((run.failures, run.since), (1, Timestamp(11)));
    }
}
