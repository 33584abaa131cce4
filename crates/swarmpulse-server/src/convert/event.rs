//! What happened, from history and on the stream.

use serde_json::{Map, Value, json};
use swarmpulse_model::Effect;
use swarmpulse_store::{Facets, HistoryRow};

use super::values;

/// An effect as something that happened.
pub(crate) fn history_event(row: &HistoryRow) -> swarmpulse_api::HistoryEvent {
    let facets = Facets::of(&row.effect);
    let mut shown = swarmpulse_api::HistoryEvent {
        id: row.id.to_string(),
        at: row.at.to_string(),
        kind: facets.kind.to_owned(),
        event_type: facets.event_type.unwrap_or(facets.kind).to_owned(),
        text: sentence(&facets),
        namespace: facets.namespace.to_owned(),
        agent: facets.agent.map(str::to_owned),
        task: facets.task.map(str::to_owned),
        sandbox: facets.sandbox.map(str::to_owned),
        attributes: details(&row.effect),
        ..swarmpulse_api::HistoryEvent::default()
    };
    match &row.effect {
        Effect::Event(seen) => {
            let event = &seen.event;
            shown.source = Some(event.source.as_str().to_owned());
            shown.event = event.event.as_ref().map(ToString::to_string);
            shown.sent_at = event.at.map(|at| at.to_string());
            shown.size_bytes = event.size_bytes;
            shown.data = event.data.as_deref().map(values::parsed);
        }
        Effect::Failure(seen) => shown.sent_at = seen.failure.at.map(|at| at.to_string()),
        _ => {}
    }
    shown
}

/// One sentence. Of an event its type comes first: its attributes alone say little.
pub(super) fn sentence(facets: &Facets<'_>) -> String {
    match facets.event_type {
        Some(event_type) if facets.text.is_empty() => event_type.to_owned(),
        Some(event_type) => format!("{event_type}: {}", facets.text),
        None => facets.text.to_string(),
    }
}

/// What the named fields of the shape do not carry.
fn details(effect: &Effect) -> Map<String, Value> {
    let details = match effect {
        Effect::Event(seen) => return values::attributes(&seen.event.attributes),
        Effect::Failure(seen) => {
            let mut all = values::attributes(&seen.failure.attributes);
            let failure = &seen.failure;
            let named = [
                ("task_type", &failure.task_type),
                ("error_code", &failure.error_code),
                ("error", &failure.error),
            ];
            all.extend(
                named
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), json!(value))),
            );
            Value::Object(all)
        }
        Effect::Verdict(change) => json!({
            "from": change.from.map(|verdict| verdict.as_str()),
            "to": change.to.as_str(),
            "since": change.since.to_string(),
            "agent_kind": change.agent_kind,
        }),
        Effect::Task(change) => json!({
            "from": change.from.map(|status| status.as_str()),
            "to": change.to.as_str(),
            "task_type": change.task_type,
            "queue": change.queue,
            "attempt": change.attempt,
            "error": change.error,
        }),
        Effect::Sandbox(change) => json!({"from": change.from, "to": change.to, "provider": change.provider}),
        Effect::Restart(restart) => json!({
            "from_instance": restart.from_instance,
            "to_instance": restart.to_instance,
            "restarts": restart.restarts,
        }),
        Effect::Condition(condition) => json!({
            "name": condition.name,
            "severity": condition.severity.as_str(),
            "active": condition.active,
            "since": condition.since.to_string(),
            "subject_kind": condition.subject.as_ref().map(|subject| subject.kind.as_str()),
            "subject": condition.subject.as_ref().map(|subject| subject.id.as_str()),
        }),
        Effect::Joined(joined) => json!({"other": joined.other, "reason": joined.reason}),
        Effect::Forgotten(key) => json!({"subject_kind": key.kind.as_str(), "subject": key.id}),
        Effect::Alert(alert) => json!(alert),
        Effect::Silence(silence) => json!(silence),
        Effect::Acknowledgement(said) => json!(said),
        Effect::Notification(notification) => json!(notification),
        Effect::Delivery(delivery) => json!(delivery),
    };
    let Value::Object(details) = details else {
        return Map::new();
    };
    details
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect()
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::attribute::Value as Attribute;
    use swarmpulse_model::effect::{EventSeen, Restart};
    use swarmpulse_model::record::{Event, EventSource};
    use swarmpulse_model::{Attributes, EffectId, EntityKey, EntityKind, Timestamp};

    use super::*;

    fn row(effect: Effect) -> HistoryRow {
        HistoryRow {
            id: EffectId::default(),
            at: Timestamp(0),
            effect,
        }
    }

    #[test]
    fn an_event_keeps_what_its_sender_said() {
        let event = Event {
            event: Some("e1".into()),
            event_type: "agent.tool_use".into(),
            source: EventSource::Worker,
            agent: Some("a1".into()),
            at: Some(Timestamp(1_000_000)),
            data: Some("{\"tool\":\"grep\"}".into()),
            attributes: Attributes(vec![("step".into(), Attribute::Integer(4))]),
            ..Event::default()
        };
        let shown = history_event(&row(Effect::Event(Box::new(EventSeen {
            namespace: "team".into(),
            event,
        }))));
        assert_eq!(
            (shown.kind.as_str(), shown.event_type.as_str()),
            ("event", "agent.tool_use")
        );
        assert_eq!(
            (shown.namespace.as_str(), shown.agent.as_deref()),
            ("team", Some("a1"))
        );
        assert_eq!(
            (shown.source.as_deref(), shown.event.as_deref()),
            (Some("worker"), Some("e1"))
        );
        assert_eq!(shown.text, "agent.tool_use: step=4");
        assert_eq!(shown.data, Some(json!({"tool": "grep"})));
        assert_eq!(Value::Object(shown.attributes), json!({"step": 4}));
        assert_eq!(shown.sent_at.as_deref(), Some("1970-01-01T00:00:00.001Z"));
    }

    #[test]
    fn other_effects_carry_their_figures_and_no_nulls() {
        let restart = Restart {
            agent: EntityKey::new("default", EntityKind::Agent, "a1"),
            from_instance: None,
            to_instance: Some("i2".into()),
            restarts: 3,
        };
        let shown = history_event(&row(Effect::Restart(Box::new(restart))));
        assert_eq!(
            (shown.kind.as_str(), shown.event_type.as_str()),
            ("restart", "restart")
        );
        assert_eq!(
            Value::Object(shown.attributes),
            json!({"to_instance": "i2", "restarts": 3})
        );
    }
}
