//! When a command that ended is started again.

use clap::ValueEnum;

use super::child::Ended;

/// When to start it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RestartPolicy {
    /// Not at all.
    Never,
    /// After any end but exit code 0.
    OnFailure,
    /// After any end that nobody asked for.
    Always,
}

impl RestartPolicy {
    /// Whether to start it again after this end.
    #[must_use]
    pub fn applies_to(self, ended: &Ended) -> bool {
        match self {
            Self::Never => false,
            Self::OnFailure => !ended.well(),
            Self::Always => true,
        }
    }

    /// Whether a start that failed is tried again.
    #[must_use]
    pub fn applies_to_failure(self) -> bool {
        self != Self::Never
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_has_its_ends() {
        let well = Ended::Exited { code: 0 };
        let badly = Ended::Exited { code: 1 };
        let killed = Ended::Signalled {
            signal: 9,
            out_of_memory: false,
        };
        let applies = |policy: RestartPolicy| [well, badly, killed].map(|ended| policy.applies_to(&ended));
        assert_eq!(applies(RestartPolicy::Never), [false, false, false]);
        assert_eq!(applies(RestartPolicy::OnFailure), [false, true, true]);
        assert_eq!(applies(RestartPolicy::Always), [true, true, true]);
    }
}
