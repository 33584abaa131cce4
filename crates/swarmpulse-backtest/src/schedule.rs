//! When groups are evaluated: at the same moments as live.

use swarmpulse_model::Timestamp;
use swarmpulse_rules::{ExpressionError, Expressions, GroupState, Query, RuleGroup};

use crate::error::BacktestError;

/// The moments of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// The first moment in or after the run's beginning.
    pub first_ms: i64,
    /// From moment to moment.
    pub step_ms: i64,
    /// Its expressions are evaluated as of so long before.
    pub offset_ms: i64,
}

impl Schedule {
    pub fn of(group: &RuleGroup, default_interval_s: f64, begin: Timestamp) -> Result<Self, BacktestError> {
        let empty = RuleGroup {
            rules: Vec::new(),
            ..group.clone()
        };
        let mut state = GroupState::new(empty, &NoExpressions, default_interval_s)
            .map_err(|error| BacktestError::rule(group, "", error.to_string()))?;
        let step_ms = ((state.interval_s() * 1e3) as i64).max(1);
        let mut first_ms = state.due_at(begin).unix_ms();
        while first_ms < begin.unix_ms() {
            first_ms += step_ms;
        }
        Ok(Self {
            first_ms,
            step_ms,
            offset_ms: (group.query_offset_s * 1e3) as i64,
        })
    }

    /// The first moment at or after that time.
    pub fn from(&self, from_ms: i64) -> i64 {
        let missing = (from_ms - self.first_ms).max(0);
        self.first_ms + (missing + self.step_ms - 1) / self.step_ms * self.step_ms
    }
}

/// A group without rules needs none.
struct NoExpressions;

impl Expressions for NoExpressions {
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
        Err(ExpressionError {
            message: format!("nothing evaluates {text:?}"),
            offset: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_whole_steps_from_the_first() {
        let schedule = Schedule {
            first_ms: 1_007,
            step_ms: 100,
            offset_ms: 0,
        };
        assert_eq!(
            [0, 1_007, 1_008, 1_107, 1_207].map(|from| schedule.from(from)),
            [1_007, 1_007, 1_107, 1_107, 1_207]
        );
    }

    #[test]
    fn a_group_begins_within_its_first_interval() {
        let group = RuleGroup {
            name: "g".into(),
            file: "f".into(),
            interval_s: Some(60.0),
            ..RuleGroup::default()
        };
        let begin = Timestamp::from_unix_s(1_000_000.0);
        let schedule = Schedule::of(&group, 15.0, begin).expect("a schedule");
        assert!(
            (0..60_000).contains(&(schedule.first_ms - begin.unix_ms())),
            "{schedule:?}"
        );
        assert_eq!(schedule.step_ms, 60_000);
    }
}
