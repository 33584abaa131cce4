//! What alerts are called, and what they are labelled with.

use swarmpulse_model::alert::{AlertOrigin, PostedAlert, fingerprint};
use swarmpulse_model::entity::{DEFAULT_NAMESPACE, check_id};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, AlertState, EntityKey, EntityKind, Severity, Text, Timestamp};

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

/// The longest name that stands in an id, in bytes; the fingerprint makes it one of its own anyway.
const NAME_BYTES_MAX: usize = 120;
/// What an alert is called whose sender gave it no name.
const UNNAMED: &str = "unnamed";

/// The alert that somebody else sent to that namespace, as it begins.
pub(crate) fn external_alert(namespace: &str, posted: &PostedAlert, now: Timestamp) -> Alert {
    let name = posted.label("alertname").unwrap_or(UNNAMED);
    let began = posted.starts_at.or(posted.ends_at).unwrap_or(now).min(now);
    let severity = Severity::of_word(posted.label("severity").unwrap_or_default());
    let said = ["summary", "description", "message"]
        .into_iter()
        .find_map(|name| {
            posted
                .annotation(name)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        });
    let mut alert = Alert {
        id: external_id(name, namespace, fingerprint(&posted.labels)),
        name: name.into(),
        state: AlertState::Firing,
        severity,
        namespace: namespace.into(),
        subject: None,
        origin: AlertOrigin::External,
        group: Text::default(),
        labels: posted.labels.clone(),
        annotations: posted.annotations.clone(),
        value: None,
        active_at: began,
        fired_at: Some(began),
        ended_at: None,
        reason: said.map_or_else(|| format!("{name} fires, says its sender").into(), Text::from),
        cause: None,
        flapping: false,
        kept_since: None,
        expires_at: None,
        source_url: posted.source_url.clone(),
    };
    // Elsewhere namespaces are something else, and nobody speaks for others.
    alert.subject = named_subject(&alert, namespace).filter(|subject| check_id(&subject.id).is_ok());
    alert
}

/// `NAME/NAMESPACE/external/FINGERPRINT`. Its first part has no slash and is not long, so that no condition can have it.
fn external_id(name: &str, namespace: &str, fingerprint: u64) -> Text {
    let mut end = name.len().min(NAME_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let name = name[..end].replace('/', "_");
    format!("{name}/{namespace}/external/{fingerprint:016x}").into()
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
    if alert.subject.is_some() || alert.origin == AlertOrigin::External {
        return alert.subject.clone();
    }
    named_subject(alert, alert.label("namespace").unwrap_or(&alert.namespace))
}

/// The most particular entity that its labels name.
fn named_subject(alert: &Alert, namespace: &str) -> Option<EntityKey> {
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
        Some(EntityKey {
            namespace: namespace.into(),
            kind,
            id: alert.label(kind.as_str())?.into(),
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
