//! What must hold of a story: of every notification, and of everything at its end.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use swarmpulse_alert::AlertView;
use swarmpulse_model::alert::{Notification, NotifyReason, fingerprint};
use swarmpulse_model::series::Label;
use swarmpulse_model::{AlertState, Text};

use super::{AGENTS, Story, posted_labels, rule_id, rule_labels};

impl Story {
    /// A notification says something new, or is a reminder that is due.
    pub(super) fn check(&mut self, said: &Notification) -> Result<(), TestCaseError> {
        let key = (said.group_key.to_string(), said.receiver.to_string());
        let before = self.told.get(&key);
        let known = before.map(|before| before.firing.clone()).unwrap_or_default();
        let reminds = said.receiver == "quiet";
        match said.reason {
            NotifyReason::Fired => {
                let is_new = |fingerprint: &u64| !known.contains(fingerprint);
                prop_assert!(said.firing.iter().any(is_new) || reminds, "nothing new: {said:?}");
            }
            NotifyReason::Resolved => {
                prop_assert!(!said.resolved.is_empty() && !reminds);
                prop_assert!(
                    said.resolved.iter().all(|ended| known.contains(ended)),
                    "an end of nothing: {said:?}"
                );
            }
            NotifyReason::Repeated => {
                let since = before.map(|before| said.at.seconds_since(before.at));
                prop_assert!(since.is_some_and(|since| since >= 3600.0), "too early: {since:?}");
            }
            NotifyReason::Test => prop_assert!(false, "a test"),
        }
        let told = said
            .alerts
            .iter()
            .map(|told| (fingerprint(&told.alert.labels), told.alert.clone()));
        self.alerts.extend(told);
        self.told.insert(key, said.clone());
        Ok(())
    }

    /// Everything that fires and is not held back is known to its receivers; nothing else is.
    pub(super) fn check_end(&self) -> Result<(), TestCaseError> {
        for agent in 0..AGENTS {
            let said = self.rules.get(&agent).is_some_and(|(_, gone)| !gone);
            let view = self.desk.alert(&rule_id(agent));
            let fires = view.is_some_and(|view| view.alert.state == AlertState::Firing);
            prop_assert_eq!(fires, said, "the rule's alert of a{}", agent);
        }
        for ((agent, twin), (least, most)) in &self.sent {
            let labels = if *twin {
                rule_labels(*agent)
            } else {
                posted_labels(*agent)
            };
            let fires = self.external(&labels).is_some();
            prop_assert!(fires || *least <= self.now, "a{} was sent and is over", agent);
            prop_assert!(!fires || *most > self.now, "a{} is over and fires", agent);
        }
        let mut firing: BTreeMap<String, Vec<Text>> = BTreeMap::new();
        let mut labelled: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let views = self.desk.alerts();
        for view in &views {
            let alert = &view.alert;
            if alert.state != AlertState::Firing {
                continue;
            }
            prop_assert!(view.silenced_by.is_empty() && view.acknowledged.is_none());
            for receiver in self.concerned(view, &views) {
                let known = self.told.iter().any(|((_, to), said)| {
                    *to == receiver.as_str() && said.firing.contains(&view.fingerprint)
                });
                if view.inhibited_by.is_empty() {
                    prop_assert!(known, "{} was not told to {receiver}", alert.id);
                }
            }
            for receiver in &view.receivers {
                firing
                    .entry(receiver.to_string())
                    .or_default()
                    .push(alert.id.clone());
                labelled
                    .entry(receiver.to_string())
                    .or_default()
                    .push(view.fingerprint);
            }
        }
        for ((group, receiver), said) in self.told.iter().filter(|((_, receiver), _)| receiver != "quiet") {
            let still = firing.get(receiver).cloned().unwrap_or_default();
            let alike = labelled.get(receiver).cloned().unwrap_or_default();
            let others = said.firing.iter().filter(|known| !alike.contains(known));
            for told in others.map(|fingerprint| &self.alerts[fingerprint]) {
                let id = &told.id;
                prop_assert!(
                    still.contains(id),
                    "the end of {id} was not told to {receiver}: {group}"
                );
                let now = self.desk.alert(id).unwrap();
                let relabelled = now.fingerprint != fingerprint(&told.labels);
                let waits = !now.inhibited_by.is_empty() || self.is_led(id, receiver, &views);
                prop_assert!(
                    !relabelled || waits || !self.leads(&told.labels, group),
                    "that {id} is another was not told to {receiver}: {group}"
                );
            }
        }
        Ok(())
    }

    /// Whether something that follows from an alert leads a receiver to it: while that is held back, what was told stands.
    fn is_led(&self, id: &str, receiver: &str, all: &[AlertView]) -> bool {
        let mut symptoms = all.iter().filter(|other| {
            other.alert.state == AlertState::Firing && other.alert.cause.as_deref() == Some(id)
        });
        symptoms.any(|symptom| {
            let routes = self.routing.destinations(&symptom.alert.labels);
            routes.iter().any(|route| route.receiver == receiver)
        })
    }

    /// Whether labels lead to a group by themselves.
    fn leads(&self, labels: &[Label], group: &str) -> bool {
        let routes = self.routing.destinations(labels);
        routes
            .iter()
            .any(|route| route.group_key(&route.group_by.of(labels)) == group)
    }

    /// Whom an alert's own routes lead to, and those of what follows from it and is held back by nothing else.
    fn concerned(&self, view: &AlertView, all: &[AlertView]) -> BTreeSet<Text> {
        let symptoms = all.iter().filter(|other| {
            other.alert.state == AlertState::Firing
                && other.alert.cause.as_ref() == Some(&view.alert.id)
                && other.inhibited_by.len() == 1
        });
        [view]
            .into_iter()
            .chain(symptoms)
            .flat_map(|view| self.routing.destinations(&view.alert.labels))
            .map(|route| route.receiver.clone())
            .collect()
    }
}
