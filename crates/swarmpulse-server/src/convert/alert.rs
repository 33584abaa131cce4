//! Conditions as alerts.

use std::collections::BTreeMap;

use swarmpulse_api::Alert;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Condition, Severity, Timestamp};

/// The kind and the id of the monitor itself as a subject.
const MONITOR: &str = "monitor";

/// The id of a condition's alert: its name and subject, so that what is resolved has the id of what was raised.
pub(crate) fn alert_id(condition: &Condition) -> String {
    match &condition.subject {
        Some(subject) => format!(
            "{}/{}/{}/{}",
            condition.name,
            subject.namespace,
            subject.kind.as_str(),
            subject.id
        ),
        None => format!("{}/{MONITOR}", condition.name),
    }
}

/// A condition that holds.
pub(crate) fn firing(condition: &Condition) -> Alert {
    let (subject_kind, subject, namespace) = match &condition.subject {
        Some(subject) => (
            subject.kind.as_str(),
            subject.id.as_str(),
            subject.namespace.as_str(),
        ),
        None => (MONITOR, MONITOR, DEFAULT_NAMESPACE),
    };
    let mut labels = BTreeMap::from([("namespace".to_owned(), namespace.to_owned())]);
    if subject_kind != MONITOR {
        labels.insert(subject_kind.to_owned(), subject.to_owned());
    }
    let message = if subject_kind == MONITOR {
        condition.reason.to_string()
    } else {
        format!("{subject_kind} {subject}: {}", condition.reason)
    };
    Alert {
        id: alert_id(condition),
        name: condition.name.to_string(),
        severity: condition.severity.as_str().to_owned(),
        priority: priority(condition.severity).to_owned(),
        state: "firing".to_owned(),
        subject_kind: subject_kind.to_owned(),
        subject: subject.to_owned(),
        message,
        started_at: condition.since.to_string(),
        resolved_at: None,
        labels,
    }
}

/// A condition that held from `started_at` until `resolved_at`.
pub(crate) fn resolved(condition: &Condition, started_at: Timestamp, resolved_at: Timestamp) -> Alert {
    Alert {
        state: "resolved".to_owned(),
        started_at: started_at.to_string(),
        resolved_at: Some(resolved_at.to_string()),
        ..firing(condition)
    }
}

fn priority(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "P1",
        Severity::Warning => "P2",
        Severity::Info => "P3",
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::{EntityKey, EntityKind};

    use super::*;

    #[test]
    fn an_alert_keeps_its_id_when_it_is_resolved() {
        let mut condition = Condition {
            name: "agent_down".into(),
            subject: Some(EntityKey::new("team", EntityKind::Agent, "a1")),
            severity: Severity::Critical,
            active: true,
            since: Timestamp::from_unix_s(60.0),
            reason: "no contact within 30 s".into(),
        };
        let raised = firing(&condition);
        assert_eq!(
            (raised.state.as_str(), raised.priority.as_str()),
            ("firing", "P1")
        );
        assert_eq!(
            (raised.subject_kind.as_str(), raised.subject.as_str()),
            ("agent", "a1")
        );
        assert_eq!(raised.labels["namespace"], "team");
        assert_eq!(raised.message, "agent a1: no contact within 30 s");
        condition.active = false;
        let gone = resolved(&condition, condition.since, Timestamp::from_unix_s(90.0));
        assert_eq!(
            (gone.id.as_str(), gone.state.as_str()),
            (raised.id.as_str(), "resolved")
        );
        assert_eq!(gone.resolved_at.as_deref(), Some("1970-01-01T00:01:30.000Z"));
    }

    #[test]
    fn subjects_of_other_namespaces_and_kinds_are_other_alerts() {
        let on = |subject| {
            let (name, severity, reason) = ("x".into(), Severity::Info, "r".into());
            alert_id(&Condition {
                name,
                subject,
                severity,
                active: true,
                since: Timestamp(0),
                reason,
            })
        };
        let key = |namespace, kind| Some(EntityKey::new(namespace, kind, "monitor"));
        let ids = [
            on(None),
            on(key("a", EntityKind::Agent)),
            on(key("b", EntityKind::Agent)),
            on(key("a", EntityKind::Host)),
        ];
        let different: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
    }
}
