//! Alerts and notifications as cases write them.

use swarmpulse_model::alert::Notification;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Alert, AlertState, Timestamp};

use crate::language::BEGIN;

/// More alerts than this are written as a number.
const LISTED: usize = 6;

/// `agent_down:a1`, of another namespace `agent_down:team/a1`, of the monitor `monitor_blind`.
pub(crate) fn short(alert: &Alert) -> String {
    let kinds = ["task", "agent", "sandbox", "service", "task_type", "host"];
    let by_label = || kinds.iter().find_map(|kind| alert.label(kind).map(str::to_owned));
    let subject = alert
        .subject
        .as_ref()
        .map(|subject| subject.id.to_string())
        .or_else(by_label);
    match subject {
        None => alert.name.to_string(),
        Some(subject) if alert.namespace == DEFAULT_NAMESPACE => format!("{}:{subject}", alert.name),
        Some(subject) => format!("{}:{}/{subject}", alert.name, alert.namespace),
    }
}

/// Seconds since the case began.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{}s", at.seconds_since(BEGIN))
}

/// `default hook/0 fired agent_down:a1+3 ended task_stuck:t1 omitted=2`.
pub(crate) fn notification(notification: &Notification) -> String {
    let mut words = vec![
        notification.receiver.to_string(),
        notification.channel.to_string(),
        notification.reason.as_str().to_owned(),
    ];
    let (firing, ended): (Vec<_>, Vec<_>) = notification
        .alerts
        .iter()
        .partition(|told| told.alert.state == AlertState::Firing);
    for (word, alerts) in [(None, firing), (Some("ended"), ended)] {
        if alerts.is_empty() {
            continue;
        }
        words.extend(word.map(str::to_owned));
        if alerts.len() > LISTED {
            words.push(format!("{}*{}", alerts.len(), alerts[0].alert.name));
            continue;
        }
        for told in alerts {
            let symptoms = match told.symptoms_total {
                0 => String::new(),
                count => format!("+{count}"),
            };
            words.push(format!("{}{symptoms}", short(&told.alert)));
        }
    }
    if notification.omitted > 0 {
        words.push(format!("omitted={}", notification.omitted));
    }
    words.join(" ")
}
