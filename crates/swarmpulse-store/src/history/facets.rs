//! Facets: what of an effect can be filtered by, and the text of it that a search looks through.

use std::borrow::Cow;
use std::fmt::Write;

use swarmpulse_model::alert::{Alert, Notification, Silence};
use swarmpulse_model::attribute::Value;
use swarmpulse_model::effect::{EventSeen, FailureSeen, SandboxChange, TaskChange, VerdictChange};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Condition, Effect, EntityKey, EntityKind};

/// What of an effect can be filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets<'a> {
    /// Its namespace; a condition of the monitor itself belongs to `default`.
    pub namespace: &'a str,
    /// Its type, as [`Effect::type_name`].
    pub kind: &'a str,
    /// The agent it is about.
    pub agent: Option<&'a str>,
    /// The task it is about.
    pub task: Option<&'a str>,
    /// The sandbox it is about.
    pub sandbox: Option<&'a str>,
    /// The event's type; of events alone.
    pub event_type: Option<&'a str>,
    /// One sentence; of an event its attributes, as `name=value`. May be empty.
    pub text: Cow<'a, str>,
    /// What an event's sender said, as JSON text.
    pub data: Option<&'a str>,
}

impl<'a> Facets<'a> {
    /// The facets of an effect.
    #[must_use]
    pub fn of(effect: &'a Effect) -> Self {
        let mut facets = match effect {
            Effect::Verdict(change) => Self::of_entity(&change.agent).with_text(verdict_text(change)),
            Effect::Task(change) => Self {
                agent: change.agent.as_deref(),
                sandbox: change.sandbox.as_deref(),
                ..Self::of_entity(&change.task).with_text(task_text(change))
            },
            Effect::Sandbox(change) => Self {
                agent: change.agent.as_deref(),
                ..Self::of_entity(&change.sandbox).with_text(sandbox_text(change))
            },
            Effect::Restart(restart) => Self::of_entity(&restart.agent).with_text(format!(
                "restarted: instance {} after {}, restart {}",
                restart.to_instance.as_deref().unwrap_or("unknown"),
                restart.from_instance.as_deref().unwrap_or("unknown"),
                restart.restarts
            )),
            Effect::Event(seen) => Self::of_event(seen),
            Effect::Failure(seen) => Self {
                namespace: &seen.namespace,
                agent: seen.failure.agent.as_deref(),
                task: seen.failure.task.as_deref(),
                ..Self::default().with_text(failure_text(seen))
            },
            Effect::Condition(condition) => Self::of_condition(condition),
            Effect::Joined(joined) => Self::of_entity(&joined.agent)
                .with_text(format!("joined by {}: {}", joined.other, joined.reason)),
            Effect::Forgotten(key) => {
                Self::of_entity(key).with_text(format!("{} {} was forgotten", key.kind.as_str(), key.id))
            }
            Effect::Alert(alert) => Self::of_alert(alert),
            Effect::Silence(silence) => Self {
                namespace: silence.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE),
                ..Self::default().with_text(silence_text(silence))
            },
            Effect::Acknowledgement(said) => Self {
                namespace: &said.namespace,
                ..Self::default().with_text(format!(
                    "{} {}: {}: {}",
                    said.alert,
                    if said.active { "acknowledged" } else { "given back" },
                    said.author,
                    said.comment
                ))
            },
            Effect::Notification(notification) => Self {
                namespace: namespace_of(notification),
                ..Self::default().with_text(notification_text(notification))
            },
            Effect::Delivery(delivery) => Self {
                namespace: DEFAULT_NAMESPACE,
                ..Self::default().with_text(format!(
                    "{} {} by {} {} after {} attempts{}",
                    delivery.notification,
                    delivery.outcome.as_str(),
                    delivery.receiver,
                    delivery.channel,
                    delivery.attempts,
                    delivery
                        .error
                        .as_ref()
                        .map_or_else(String::new, |error| format!(": {error}"))
                ))
            },
        };
        facets.kind = effect.type_name();
        facets
    }

    /// Every text that a search looks through.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let ids = [self.agent, self.task, self.sandbox, self.event_type, self.data];
        ids.into_iter()
            .flatten()
            .chain([&*self.text])
            .filter(|text| !text.is_empty())
    }

    fn of_entity(key: &'a EntityKey) -> Self {
        let id = Some(key.id.as_str());
        let facets = Self {
            namespace: &key.namespace,
            ..Self::default()
        };
        match key.kind {
            EntityKind::Agent => Self { agent: id, ..facets },
            EntityKind::Task => Self { task: id, ..facets },
            EntityKind::Sandbox => Self {
                sandbox: id,
                ..facets
            },
            EntityKind::Process | EntityKind::Service | EntityKind::Host | EntityKind::TaskType => facets,
        }
    }

    fn of_event(seen: &'a EventSeen) -> Self {
        let event = &seen.event;
        let mut text = String::new();
        for (name, value) in &event.attributes.0 {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(name);
            text.push('=');
            push_value(&mut text, value);
        }
        Self {
            namespace: &seen.namespace,
            agent: event.agent.as_deref(),
            task: event.task.as_deref(),
            sandbox: event.sandbox.as_deref(),
            event_type: Some(&event.event_type),
            data: event.data.as_deref(),
            text: Cow::Owned(text),
            kind: "",
        }
    }

    fn of_condition(condition: &'a Condition) -> Self {
        let state = if condition.active {
            condition.severity.as_str()
        } else {
            "cleared"
        };
        let text = match &condition.subject {
            Some(subject) => {
                format!(
                    "{} {state}: {} {}: {}",
                    condition.name,
                    subject.kind.as_str(),
                    subject.id,
                    condition.reason
                )
            }
            None => format!("{} {state}: {}", condition.name, condition.reason),
        };
        let facets = Self {
            namespace: DEFAULT_NAMESPACE,
            ..Self::default()
        };
        condition
            .subject
            .as_ref()
            .map_or(facets, Self::of_entity)
            .with_text(text)
    }

    fn of_alert(alert: &'a Alert) -> Self {
        let text = format!(
            "{} {} {}: {}",
            alert.id,
            alert.state.as_str(),
            alert.severity.as_str(),
            alert.reason
        );
        let facets = Self {
            namespace: &alert.namespace,
            ..Self::default()
        };
        alert
            .subject
            .as_ref()
            .map_or(facets, Self::of_entity)
            .with_text(text)
    }

    fn with_text(self, text: String) -> Self {
        Self {
            text: Cow::Owned(text),
            ..self
        }
    }
}

fn verdict_text(change: &VerdictChange) -> String {
    let from = change.from.map_or("new", |verdict| verdict.as_str());
    let mut text = format!("{from} -> {}", change.to.as_str());
    for (index, evidence) in change.evidence.iter().enumerate() {
        let separator = if index == 0 { ": " } else { "; " };
        let _infallible = write!(text, "{separator}{}", evidence.claim);
    }
    text
}

fn silence_text(silence: &Silence) -> String {
    let mut text = format!(
        "{} {} by {}",
        silence.purpose.as_str(),
        silence.id,
        silence.author
    );
    for matcher in &silence.matchers {
        let _infallible = write!(
            text,
            " {}{}{:?}",
            matcher.name,
            matcher.op.as_str(),
            matcher.value
        );
    }
    let _infallible = write!(text, " until {}: {}", silence.ends_at, silence.comment);
    text
}

/// The namespace of its alerts; of several the default one, that only those see who see all.
fn namespace_of(notification: &Notification) -> &str {
    let mut namespaces = notification
        .alerts
        .iter()
        .map(|told| told.alert.namespace.as_str());
    let Some(first) = namespaces.next() else {
        return DEFAULT_NAMESPACE;
    };
    if namespaces.all(|other| other == first) {
        first
    } else {
        DEFAULT_NAMESPACE
    }
}

fn notification_text(notification: &Notification) -> String {
    format!(
        "{} to {} {}: {} firing, {} resolved, {}",
        notification.group_key,
        notification.receiver,
        notification.channel,
        notification.firing.len(),
        notification.resolved.len(),
        notification.reason.as_str()
    )
}

fn task_text(change: &TaskChange) -> String {
    let from = change.from.map_or("new", |status| status.as_str());
    let mut text = format!("{from} -> {}", change.to.as_str());
    for (label, value) in [
        ("type", &change.task_type),
        ("queue", &change.queue),
        ("error", &change.error),
    ] {
        if let Some(value) = value {
            let _infallible = write!(text, ", {label} {value}");
        }
    }
    if let Some(attempt) = change.attempt {
        let _infallible = write!(text, ", attempt {attempt}");
    }
    text
}

fn sandbox_text(change: &SandboxChange) -> String {
    let from = change.from.as_deref().unwrap_or("new");
    match &change.provider {
        Some(provider) => format!("{from} -> {} at {provider}", change.to),
        None => format!("{from} -> {}", change.to),
    }
}

fn failure_text(seen: &FailureSeen) -> String {
    let failure = &seen.failure;
    let parts = [&failure.task_type, &failure.error_code, &failure.error];
    let parts: Vec<&str> = parts.into_iter().flatten().map(|part| part.as_str()).collect();
    if parts.is_empty() {
        "failed".to_owned()
    } else {
        format!("failed: {}", parts.join(": "))
    }
}

fn push_value(text: &mut String, value: &Value) {
    let _infallible = match value {
        Value::Null => write!(text, "null"),
        Value::Bool(value) => write!(text, "{value}"),
        Value::Integer(value) => write!(text, "{value}"),
        Value::Number(value) => write!(text, "{value}"),
        Value::Text(value) => write!(text, "{value}"),
        Value::Json(value) => write!(text, "{value}"),
    };
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::evidence::Claim;
    use swarmpulse_model::{Evidence, Severity, Timestamp, Verdict};

    use super::*;

    #[test]
    fn a_verdict_reads_as_a_sentence_with_its_evidence() {
        let exit = Claim::ProcessExited {
            pid: 7,
            exit_code: Some(3),
            signal: None,
            out_of_memory: false,
            pid_reused: false,
        };
        let evidence = |claim| Evidence {
            claim,
            at: Timestamp(0),
            record: None,
        };
        let effect = Effect::Verdict(Box::new(VerdictChange {
            agent: EntityKey::new("team", EntityKind::Agent, "a1"),
            agent_kind: "bot".into(),
            from: Some(Verdict::Working),
            to: Verdict::Down,
            since: Timestamp(0),
            evidence: vec![evidence(exit), evidence(Claim::NoContact { limit_s: 30.0 })],
        }));
        let facets = Facets::of(&effect);
        assert_eq!(
            (facets.namespace, facets.kind, facets.agent),
            ("team", "verdict", Some("a1"))
        );
        assert_eq!(
            facets.text,
            "working -> down: process 7 exited with code 3; no contact within 30 s"
        );
    }

    #[test]
    fn a_condition_of_the_monitor_itself_is_in_the_default_namespace() {
        let effect = Effect::Condition(Box::new(Condition {
            name: "monitor_blind".into(),
            subject: None,
            severity: Severity::Critical,
            active: true,
            since: Timestamp(0),
            reason: "7 of 9 agents fell silent within 30 s".into(),
        }));
        let facets = Facets::of(&effect);
        assert_eq!(facets.namespace, "default");
        assert_eq!(
            facets.text,
            "monitor_blind critical: 7 of 9 agents fell silent within 30 s"
        );
    }
}
