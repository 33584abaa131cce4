//! Since when conditions hold: what clears one does not say it, and an alert that is resolved tells it.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use swarmpulse_api::Alert;
use swarmpulse_model::{Condition, Effect, Timestamp};
use swarmpulse_runtime::Handle;
use swarmpulse_store::HistoryRow;

use crate::convert;
use crate::read::started;

/// More than hold at once: the fleet bounds agents and conditions.
const HELD_MAX: usize = 1_000_000;

/// The beginnings of the conditions that hold, by what identifies them, hashed.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    since: HashMap<u64, Timestamp>,
    hasher: RandomState,
}

impl Beginnings {
    /// Those of the conditions that hold now.
    pub(super) fn of_now(handle: &Handle) -> Self {
        let mut beginnings = Self::default();
        for condition in started(handle) {
            beginnings.note(&condition);
        }
        beginnings
    }

    /// The alert of a condition that was raised or cleared at `at`.
    pub(super) fn alert(&mut self, condition: &Condition, at: Timestamp) -> Alert {
        match self.note(condition) {
            None => convert::firing(condition),
            Some(began) => convert::resolved(condition, began.min(at), at),
        }
    }

    /// Follows conditions without telling them.
    pub(super) fn follow(&mut self, rows: &[HistoryRow]) {
        for row in rows {
            if let Effect::Condition(condition) = &row.effect {
                self.note(condition);
            }
        }
    }

    /// Notes the beginning of a condition that is raised, gives that of one that is cleared.
    fn note(&mut self, condition: &Condition) -> Option<Timestamp> {
        let id = self.hasher.hash_one((&condition.name, &condition.subject));
        if !condition.active {
            return Some(self.since.remove(&id).unwrap_or(condition.since));
        }
        if self.since.len() < HELD_MAX || self.since.contains_key(&id) {
            self.since.insert(id, condition.since);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::{EntityKey, EntityKind, Severity};

    use super::*;

    #[test]
    fn what_is_resolved_tells_since_when_it_held() {
        let mut beginnings = Beginnings::default();
        let mut condition = Condition {
            name: "agent_down".into(),
            subject: Some(EntityKey::new("default", EntityKind::Agent, "a1")),
            severity: Severity::Critical,
            active: true,
            since: Timestamp::from_unix_s(60.0),
            reason: "no contact within 30 s".into(),
        };
        let raised = beginnings.alert(&condition, condition.since);
        assert_eq!(
            (raised.state.as_str(), raised.started_at.as_str()),
            ("firing", "1970-01-01T00:01:00.000Z")
        );
        condition.active = false;
        condition.since = Timestamp::from_unix_s(90.0);
        let cleared = beginnings.alert(&condition, condition.since);
        assert_eq!(
            (cleared.state.as_str(), cleared.started_at.as_str()),
            ("resolved", "1970-01-01T00:01:00.000Z")
        );
        assert_eq!(cleared.resolved_at.as_deref(), Some("1970-01-01T00:01:30.000Z"));
        assert!(beginnings.since.is_empty());
    }
}
