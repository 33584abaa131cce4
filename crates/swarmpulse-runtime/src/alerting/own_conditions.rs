//! What the monitor says of itself: conditions that need no metric store, no rule and no history to be noticed.

use std::collections::BTreeMap;

use swarmpulse_model::{Condition, Severity, Text, Timestamp};

use crate::handle::Shared;
use crate::status::StorageFault;

/// A store must refuse for so long before it is said, in seconds: a hiccup is none.
const FAULT_S: f64 = 5.0;
/// The journal must refuse for so long before it is said without it, in seconds.
pub(crate) const DIRECT_S: f64 = 10.0;

const STORE_FAULT: &str = "store_fault";
const DISK_LOW: &str = "disk_low";
const RULES_INVALID: &str = "rules_invalid";
/// Every condition that is said here.
const NAMES: [&str; 3] = [STORE_FAULT, DISK_LOW, RULES_INVALID];

/// What the monitor said of itself and has not taken back.
#[derive(Debug, Default)]
pub(crate) struct OwnConditions {
    said: BTreeMap<&'static str, Condition>,
}

impl OwnConditions {
    /// What was said before the start.
    pub fn known(conditions: &[Condition]) -> Self {
        let said = conditions.iter().filter_map(|condition| {
            let name = NAMES.into_iter().find(|name| condition.name == *name)?;
            condition.subject.is_none().then(|| (name, condition.clone()))
        });
        Self { said: said.collect() }
    }

    /// What must be said now that was not, or no longer is true.
    pub fn changes(&self, holds: &BTreeMap<&'static str, Condition>) -> Vec<Condition> {
        let over = self.said.iter().filter(|(name, _)| !holds.contains_key(*name));
        let over = over.map(|(_, condition)| Condition {
            active: false,
            reason: Text::const_new("it is over"),
            ..condition.clone()
        });
        let new = holds.iter().filter(|(name, _)| !self.said.contains_key(*name));
        over.chain(new.map(|(_, condition)| condition.clone())).collect()
    }

    /// These were said.
    pub fn said(&mut self, holds: BTreeMap<&'static str, Condition>) {
        self.said = holds;
    }
}

/// What is true of the monitor now.
pub(crate) fn holds(shared: &Shared, now: Timestamp) -> BTreeMap<&'static str, Condition> {
    let mut holds = BTreeMap::new();
    let mut add = |name: &'static str, severity, since, reason: String| {
        let condition = Condition {
            name: Text::const_new(name),
            subject: None,
            severity,
            active: true,
            since,
            reason: reason.into(),
        };
        holds.insert(name, condition);
    };
    let faults: Vec<StorageFault> = shared
        .status
        .faults()
        .into_iter()
        .filter(|fault| fault.store != "disk" && now.seconds_since(fault.since) >= FAULT_S)
        .collect();
    if let Some(since) = faults.iter().map(|fault| fault.since).min() {
        let words: Vec<String> = faults
            .iter()
            .map(|fault| format!("{} ({})", fault.store, fault.detail))
            .collect();
        let reason = format!("what should be stored is refused: {}", words.join("; "));
        add(STORE_FAULT, Severity::Critical, since, reason);
    }
    if shared.status.is_low_on_space() {
        let fault = shared.status.faults();
        let since = fault
            .iter()
            .find(|fault| fault.store == "disk")
            .map(|fault| fault.since);
        let reason = "the disk is nearly full: records are refused until some is free";
        add(
            DISK_LOW,
            Severity::Critical,
            since.unwrap_or(now),
            reason.to_owned(),
        );
    }
    let rules = shared.rules.read().error.clone();
    if let Some(error) = rules {
        let first = error.lines().next().unwrap_or_default();
        let reason = format!("rules or routes were not loaded, the old ones stay: {first}");
        add(RULES_INVALID, Severity::Warning, now, reason);
    }
    holds
}

/// The journal's fault, if it has refused for long enough that it must be said without it.
pub(crate) fn journal_fault(shared: &Shared, now: Timestamp) -> Option<StorageFault> {
    let faults = shared.status.faults().into_iter();
    let mut journal = faults.filter(|fault| fault.store == "journal");
    journal.find(|fault| now.seconds_since(fault.since) >= DIRECT_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(name: &'static str) -> Condition {
        Condition {
            name: name.into(),
            subject: None,
            severity: Severity::Critical,
            active: true,
            since: Timestamp(5),
            reason: "r".into(),
        }
    }

    #[test]
    fn each_is_said_once_and_taken_back_once() {
        let mut own = OwnConditions::default();
        let holding = BTreeMap::from([(DISK_LOW, condition(DISK_LOW))]);
        let changes = own.changes(&holding);
        assert_eq!((changes.len(), changes[0].active), (1, true));
        assert_eq!(own.changes(&holding).len(), 1, "until it could be said");
        own.said(holding.clone());
        assert!(own.changes(&holding).is_empty());
        let over = own.changes(&BTreeMap::new());
        assert_eq!(
            (over.len(), over[0].active, over[0].name.as_str()),
            (1, false, DISK_LOW)
        );
    }

    #[test]
    fn what_was_said_before_a_restart_is_taken_back_after_it() {
        let mut of_agent = condition(DISK_LOW);
        of_agent.subject = Some(swarmpulse_model::EntityKey::new(
            "default",
            swarmpulse_model::EntityKind::Agent,
            "a1",
        ));
        let own = OwnConditions::known(&[condition(STORE_FAULT), condition("monitor_blind"), of_agent]);
        let over = own.changes(&BTreeMap::new());
        let names: Vec<&str> = over.iter().map(|condition| condition.name.as_str()).collect();
        assert_eq!(names, [STORE_FAULT], "others' words are left alone");
    }
}
