//! What alerts are called, and what they are labelled with.

use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, EntityKey, EntityKind, Severity, Text};

/// The monitor's condition that it cannot see.
pub(crate) const BLIND: &str = "monitor_blind/monitor";
/// The monitor's condition that nothing is seen of the whole fleet any longer.
pub(crate) const FLEET_DOWN: &str = "fleet_down_or_blind/monitor";

/// The id of the alert of a condition: `NAME/NAMESPACE/KIND/ID`, of the monitor's own `NAME/monitor`.
#[must_use]
pub fn alert_id(name: &str, subject: Option<&EntityKey>) -> Text {
    match subject {
        Some(subject) => {
            let kind = subject.kind.as_str();
            let mut id =
                Text::with_capacity(name.len() + subject.namespace.len() + kind.len() + subject.id.len() + 3);
            for part in [name, "/", &subject.namespace, "/", kind, "/", &subject.id] {
                id.push_str(part);
            }
            id
        }
        None => format!("{name}/monitor").into(),
    }
}

/// Whose an alert of this subject is.
pub(crate) fn namespace_of(subject: Option<&EntityKey>) -> Text {
    subject.map_or(Text::const_new(DEFAULT_NAMESPACE), |subject| {
        subject.namespace.clone()
    })
}

/// The labels of the alert of a condition, sorted.
pub(crate) fn labels(name: &str, severity: Severity, subject: Option<&EntityKey>) -> Vec<Label> {
    let label = |name: &'static str, value: Text| Label {
        name: Text::const_new(name),
        value,
    };
    let mut labels = vec![
        label("alertname", name.into()),
        label("namespace", namespace_of(subject)),
        label("severity", Text::const_new(severity.as_str())),
    ];
    if let Some(subject) = subject {
        labels.push(label(subject.kind.as_str(), subject.id.clone()));
    }
    labels.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    labels
}

/// The labels of an alert whose severity changed.
pub(crate) fn with_severity(labels: &[Label], severity: Severity) -> Vec<Label> {
    let mut labels = labels.to_vec();
    for label in labels.iter_mut().filter(|label| label.name == "severity") {
        label.value = Text::const_new(severity.as_str());
    }
    labels
}

/// What an alert is about: its subject, or the most particular entity that its labels name.
pub(crate) fn subject_of(alert: &Alert) -> Option<EntityKey> {
    if alert.subject.is_some() {
        return alert.subject.clone();
    }
    [
        EntityKind::Task,
        EntityKind::Agent,
        EntityKind::Sandbox,
        EntityKind::Service,
        EntityKind::TaskType,
        EntityKind::Host,
    ]
    .into_iter()
    .find_map(|kind| {
        let id = alert.label(kind.as_str())?;
        Some(EntityKey {
            namespace: alert.label("namespace").unwrap_or(&alert.namespace).into(),
            kind,
            id: id.into(),
        })
    })
}

/// A subject as people read it: `agent a1`; empty for the monitor.
pub(crate) fn subject_text(alert: &Alert) -> Text {
    subject_of(alert).map_or_else(Text::default, |subject| {
        format!("{} {}", subject.kind.as_str(), subject.id).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_labels_name_the_subject() {
        let subject = EntityKey::new("team", EntityKind::TaskType, "build");
        assert_eq!(alert_id("x", Some(&subject)), "x/team/task_type/build");
        assert_eq!(alert_id("monitor_blind", None), BLIND);
        assert_eq!(alert_id("fleet_down_or_blind", None), FLEET_DOWN);
        let text = |labels: Vec<Label>| {
            let pairs = labels
                .iter()
                .map(|label| format!("{}={}", label.name, label.value));
            pairs.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            text(labels("x", Severity::Info, Some(&subject))),
            "alertname=x namespace=team severity=info task_type=build"
        );
        let of_monitor = labels("x", Severity::Info, None);
        assert_eq!(
            text(with_severity(&of_monitor, Severity::Critical)),
            "alertname=x namespace=default severity=critical"
        );
    }
}
