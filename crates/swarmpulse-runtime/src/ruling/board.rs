//! How rules are, for whoever shows them.

use std::sync::Arc;

use swarmpulse_model::Timestamp;
use swarmpulse_rules::GroupStatus;

/// A group is late once its last evaluation is older than so many intervals, and than so many seconds.
const LATE_INTERVALS: f64 = 3.0;
const LATE_S: f64 = 60.0;

/// How rules are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RulesBoard {
    /// The groups, in the order of their files.
    pub groups: Vec<Arc<GroupStatus>>,
    /// What was counted of each group, in the same order.
    pub figures: Vec<GroupFigures>,
    /// When they were loaded.
    pub loaded_at: Timestamp,
    /// Why what was to be loaded since was refused; `None` if nothing was.
    pub error: Option<String>,
    /// What was accepted with a remark when they were loaded.
    pub warnings: Vec<String>,
    /// Changes of alerts that could not be told yet.
    pub untold: u64,
}

/// What was counted of a group since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupFigures {
    /// Evaluations of the whole group.
    pub iterations: u64,
    /// Evaluations that were left out because the one before took too long.
    pub missed: u64,
    /// Evaluations of its rules.
    pub evaluations: u64,
    /// Those that failed.
    pub failures: u64,
    /// Samples that the last evaluation recorded.
    pub samples: u64,
}

impl RulesBoard {
    /// Whether a group has not been evaluated for several of its intervals.
    #[must_use]
    pub fn late(&self, now: Timestamp) -> bool {
        self.groups.iter().any(|group| {
            let last = group.evaluated_at.unwrap_or(self.loaded_at);
            now.seconds_since(last) > (LATE_INTERVALS * group.interval_s).max(LATE_S)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_several_intervals_and_never_less_than_a_minute() {
        let loaded_at = Timestamp::from_unix_s(1e9);
        let board = |interval_s, evaluated_at| RulesBoard {
            groups: vec![Arc::new(GroupStatus {
                interval_s,
                evaluated_at,
                ..GroupStatus::default()
            })],
            loaded_at,
            ..RulesBoard::default()
        };
        assert!(!board(1.0, None).late(loaded_at.plus_s(59.0)));
        assert!(board(1.0, None).late(loaded_at.plus_s(61.0)));
        assert!(!board(60.0, None).late(loaded_at.plus_s(179.0)));
        let evaluated_at = Some(loaded_at.plus_s(100.0));
        assert!(!board(60.0, evaluated_at).late(loaded_at.plus_s(270.0)));
        assert!(board(60.0, evaluated_at).late(loaded_at.plus_s(281.0)));
        assert!(
            !RulesBoard::default().late(Timestamp::NEVER),
            "without rules nothing is late"
        );
    }
}
