//! What an alert is true of, in words.

use swarmpulse_model::alert::{Alert, AlertOrigin};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{EntityKey, EntityKind};

use super::text::plain;

/// Labels that say what an alert is, not what it is true of.
const KNOWN_LABELS: [&str; 3] = ["alertname", "severity", "namespace"];
/// The most labels that stand for a subject.
const LABELS_MAX: usize = 6;

/// What an alert is true of: `agent a1 in sandbox s1 on host h1`, `service api (namespace team)`, `queue="mail"` of a rule's, `the monitor
/// itself`. Empty for a rule's alert without labels of its own. At most 200 characters.
#[must_use]
pub fn subject(alert: &Alert) -> String {
    let mut words = match &alert.subject {
        Some(key) => {
            let mut words = entity(key);
            if let Some(sandbox) = place(alert, "sandbox", EntityKind::Sandbox) {
                words.push_str(" in sandbox ");
                words.push_str(sandbox);
            }
            if let Some(host) = host(alert) {
                words.push_str(" on host ");
                words.push_str(host);
            }
            words
        }
        None if matches!(alert.origin, AlertOrigin::Rule | AlertOrigin::External) => labels(alert),
        None => "the monitor itself".to_owned(),
    };
    if !alert.namespace.is_empty() && alert.namespace != DEFAULT_NAMESPACE && !words.is_empty() {
        words = format!("{words} (namespace {})", alert.namespace);
    }
    plain(&words, 200)
}

/// An entity with what it is.
pub(super) fn entity(key: &EntityKey) -> String {
    format!("{} {}", kind_words(key.kind, 1), key.id)
}

/// A kind as it is spoken of.
pub(super) fn kind_words(kind: EntityKind, number: usize) -> &'static str {
    let one = number == 1;
    match kind {
        EntityKind::Agent if one => "agent",
        EntityKind::Agent => "agents",
        EntityKind::Process if one => "process",
        EntityKind::Process => "processes",
        EntityKind::Task if one => "task",
        EntityKind::Task => "tasks",
        EntityKind::Sandbox if one => "sandbox",
        EntityKind::Sandbox => "sandboxes",
        EntityKind::Service if one => "service",
        EntityKind::Service => "services",
        EntityKind::Host if one => "host",
        EntityKind::Host => "hosts",
        EntityKind::TaskType if one => "task type",
        EntityKind::TaskType => "task types",
    }
}

/// The host that a subject is on, where that is not the subject.
pub(super) fn host(alert: &Alert) -> Option<&str> {
    place(alert, "host", EntityKind::Host)
}

/// What a label says of where a subject is, where that is not the subject.
fn place<'a>(alert: &'a Alert, label: &str, kind: EntityKind) -> Option<&'a str> {
    let is_itself = alert.subject.as_ref().is_some_and(|key| key.kind == kind);
    alert.label(label).filter(|place| !place.is_empty() && !is_itself)
}

fn labels(alert: &Alert) -> String {
    let own: Vec<String> = alert
        .labels
        .iter()
        .filter(|label| !KNOWN_LABELS.contains(&label.name.as_str()))
        .map(|label| format!("{}={:?}", label.name, label.value.as_str()))
        .collect();
    let mut text = own
        .get(..LABELS_MAX.min(own.len()))
        .unwrap_or_default()
        .join(", ");
    if own.len() > LABELS_MAX {
        text.push_str(", …");
    }
    text
}
