//! What becomes a line beside our own log: failures that agents report, alerts, notifications that were given up.

use swarmpulse_model::alert::{Alert, Delivery, DeliveryOutcome};
use swarmpulse_model::effect::FailureSeen;
use swarmpulse_model::{AlertState, Effect, Severity, Timestamp, Value};

use super::line::{FieldValue, LogLevel, LogLine, cut};

/// The most bytes of an error that become a message; all of it is a field.
const MESSAGE_BYTES_MAX: usize = 300;

impl LogLine {
    /// The line of an effect; `None` of those that logs do not tell of.
    #[must_use]
    pub fn of_effect(effect: &Effect, at: Timestamp) -> Option<Self> {
        match effect {
            Effect::Failure(seen) => Some(of_failure(seen, at)),
            Effect::Alert(alert) => of_alert(alert, at),
            Effect::Delivery(delivery) => of_delivery(delivery, at),
            _ => None,
        }
    }
}

fn of_failure(seen: &FailureSeen, at: Timestamp) -> LogLine {
    let failure = &seen.failure;
    let error = failure.error.as_deref().unwrap_or_default();
    let first = error.lines().find(|line| !line.trim().is_empty());
    let message = first.map_or("a task failed", |line| cut(line.trim(), MESSAGE_BYTES_MAX));
    let mut line = LogLine::new(at, LogLevel::Error, "agent.failure", message);
    for (name, value) in &failure.attributes.0 {
        let value = match value {
            Value::Bool(yes) => FieldValue::Boolean(*yes),
            Value::Integer(number) => FieldValue::Integer(*number),
            Value::Number(number) => (*number).into(),
            Value::Text(text) => FieldValue::Text(text.clone()),
            Value::Null | Value::Json(_) => continue,
        };
        line.set(&format!("attribute.{name}"), value);
    }
    for (name, value) in [
        ("namespace", Some(&seen.namespace)),
        ("agent", failure.agent.as_ref()),
        ("task", failure.task.as_ref()),
        ("task_type", failure.task_type.as_ref()),
        ("error_type", failure.error_code.as_ref()),
        ("error", failure.error.as_ref()),
    ] {
        if let Some(value) = value {
            line.front(name, value.as_str().into());
        }
    }
    line
}

fn of_alert(alert: &Alert, at: Timestamp) -> Option<LogLine> {
    let level = match (alert.state, alert.severity) {
        (AlertState::Pending, _) => return None,
        (AlertState::Resolved, _) | (AlertState::Firing, Severity::Info) => LogLevel::Info,
        (AlertState::Firing, Severity::Warning) => LogLevel::Warn,
        (AlertState::Firing, Severity::Critical) => LogLevel::Error,
    };
    let message = format!("{} is {}", alert.name, alert.state.as_str());
    let mut line = LogLine::new(at, level, "alert", &message);
    for label in &alert.labels {
        line.set(&format!("label.{}", label.name), label.value.as_str().into());
    }
    if let Some(subject) = &alert.subject {
        line.front(subject.kind.as_str(), subject.id.as_str().into());
    }
    for (name, value) in [
        ("alert", &alert.id),
        ("namespace", &alert.namespace),
        ("error_type", &alert.name),
        ("error", &alert.reason),
    ] {
        line.front(name, value.as_str().into());
    }
    line.front("severity", alert.severity.as_str().into());
    Some(line)
}

fn of_delivery(delivery: &Delivery, at: Timestamp) -> Option<LogLine> {
    if delivery.outcome != DeliveryOutcome::Dead {
        return None;
    }
    let line = LogLine::new(at, LogLevel::Error, "notification", "a notification was given up")
        .with("notification", delivery.notification.to_string().as_str())
        .with("receiver", delivery.receiver.as_str())
        .with("channel", delivery.channel.as_str())
        .with("attempts", u64::from(delivery.attempts));
    Some(match &delivery.error {
        Some(error) => line.with("error", error.as_str()),
        None => line,
    })
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::record::Failure;
    use swarmpulse_model::{Attributes, EffectId};

    use super::*;
    use crate::examples;

    const AT: Timestamp = Timestamp(9);

    #[test]
    fn a_failure_is_an_error_of_its_agent() {
        let failure = Failure {
            agent: Some("a1".into()),
            error: Some("\nTimeoutError: no answer within 30 s\n  at call()".into()),
            error_code: Some("ToolTimeout".into()),
            attributes: Attributes(
                (0..100)
                    .map(|n| (format!("n{n}").into(), Value::Integer(n)))
                    .collect(),
            ),
            ..Failure::default()
        };
        let seen = FailureSeen {
            namespace: "default".into(),
            failure,
        };
        let line = LogLine::of_effect(&Effect::Failure(Box::new(seen)), AT).unwrap();
        assert_eq!(
            (line.at, line.level, line.target.as_str()),
            (AT, LogLevel::Error, "agent.failure")
        );
        assert_eq!(line.message, "TimeoutError: no answer within 30 s");
        // What the contract names stands, however many attributes there are.
        assert_eq!(line.text("agent"), Some("a1"));
        assert_eq!(line.text("error_type"), Some("ToolTimeout"));
        assert!(line.text("error").unwrap().ends_with("at call()"));
        assert!(
            line.fields
                .contains(&("attribute.n0".into(), FieldValue::Integer(0)))
        );
    }

    #[test]
    fn an_alert_is_as_grave_as_it_is_and_its_end_is_information() {
        let mut alert = examples::alert("agent_down", "a1", Severity::Critical, 60.0);
        let line = |alert: &Alert| LogLine::of_effect(&Effect::Alert(Box::new(alert.clone())), AT);
        let fired = line(&alert).unwrap();
        assert_eq!(
            (fired.level, fired.message.as_str()),
            (LogLevel::Error, "agent_down is firing")
        );
        assert_eq!(fired.text("agent"), Some("a1"));
        assert_eq!(fired.text("error"), Some("no contact within 30 s"));
        assert_eq!(fired.text("label.host"), Some("h1"));
        alert.severity = Severity::Warning;
        assert_eq!(line(&alert).unwrap().level, LogLevel::Warn);
        alert.state = AlertState::Resolved;
        assert_eq!(line(&alert).unwrap().level, LogLevel::Info);
        alert.state = AlertState::Pending;
        assert_eq!(line(&alert), None);
    }

    #[test]
    fn only_what_was_given_up_is_told_of_deliveries() {
        let mut delivery = Delivery {
            notification: EffectId::default(),
            receiver: "on-call".into(),
            channel: "slack/0".into(),
            outcome: DeliveryOutcome::Dead,
            attempts: 40,
            error: Some("hooks.slack.com answered 410".into()),
            at: AT,
        };
        let line =
            |delivery: &Delivery| LogLine::of_effect(&Effect::Delivery(Box::new(delivery.clone())), AT);
        assert_eq!(line(&delivery).unwrap().text("channel"), Some("slack/0"));
        delivery.outcome = DeliveryOutcome::Delivered;
        assert_eq!(line(&delivery), None);
    }
}
