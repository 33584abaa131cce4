//! A notification as Alertmanager's webhook tells it, version 4: what is written for Alertmanager reads it unchanged.
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>
//!
//! What Alertmanager does not know stands in annotations: `reason`, `symptoms` and `symptoms_total`.

use std::collections::BTreeMap;

use serde::Serialize;
use swarmpulse_model::AlertState;
use swarmpulse_model::alert::{NotifiedAlert, fingerprint};
use swarmpulse_model::series::Label;

use crate::Message;
use crate::summary::source_url;

/// How Alertmanager writes "not yet": the time zero of Go.
const NEVER: &str = "0001-01-01T00:00:00Z";
/// What follows from an alert, told at most.
const SYMPTOMS_MAX: usize = 200;

/// A group of alerts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payload {
    /// The receiver's name.
    pub receiver: String,
    /// `firing` or `resolved`.
    pub status: &'static str,
    /// The alerts.
    pub alerts: Vec<PayloadAlert>,
    /// What the group was formed by.
    pub group_labels: BTreeMap<String, String>,
    /// Labels that all alerts have.
    pub common_labels: BTreeMap<String, String>,
    /// Annotations that all alerts have.
    pub common_annotations: BTreeMap<String, String>,
    /// Where the monitor is reached.
    #[serde(rename = "externalURL")]
    pub external_url: String,
    /// `4`.
    pub version: &'static str,
    /// The group.
    pub group_key: String,
    /// Alerts of the group that are not told.
    pub truncated_alerts: u64,
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayloadAlert {
    /// `firing` or `resolved`.
    pub status: &'static str,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What to show of it.
    pub annotations: BTreeMap<String, String>,
    /// Since when.
    pub starts_at: String,
    /// Until when.
    pub ends_at: String,
    /// Where it is shown.
    #[serde(rename = "generatorURL")]
    pub generator_url: String,
    /// Of its labels, as Alertmanager computes it.
    pub fingerprint: String,
}

/// A message as a payload with at most so many alerts, 0 meaning all.
#[must_use]
pub fn payload(message: &Message<'_>, alerts_max: u64) -> Payload {
    let notification = message.notification;
    let told_max = match usize::try_from(alerts_max) {
        Ok(0) | Err(_) => usize::MAX,
        Ok(max) => max,
    };
    let alerts: Vec<PayloadAlert> = notification
        .alerts
        .iter()
        .take(told_max)
        .map(|told| payload_alert(message, told))
        .collect();
    let left = notification.alerts.len() - alerts.len();
    Payload {
        receiver: notification.receiver.to_string(),
        status: status(notification.state()),
        group_labels: labels(&notification.group_labels),
        common_labels: common(alerts.iter().map(|alert| &alert.labels)),
        common_annotations: common(alerts.iter().map(|alert| &alert.annotations)),
        external_url: message.external_url.to_owned(),
        version: "4",
        group_key: notification.group_key.to_string(),
        truncated_alerts: left as u64 + notification.omitted,
        alerts,
    }
}

fn payload_alert(message: &Message<'_>, told: &NotifiedAlert) -> PayloadAlert {
    let alert = &told.alert;
    PayloadAlert {
        status: status(alert.state),
        labels: labels(&alert.labels),
        annotations: annotations(told),
        starts_at: alert.active_at.to_string(),
        ends_at: alert
            .ended_at
            .map_or_else(|| NEVER.to_owned(), |at| at.to_string()),
        generator_url: source_url(message.external_url, alert),
        fingerprint: format!("{:016x}", fingerprint(&alert.labels)),
    }
}

/// An alert's annotations with its reason and what follows from it.
pub(crate) fn annotations(told: &NotifiedAlert) -> BTreeMap<String, String> {
    let mut annotations = labels(&told.alert.annotations);
    let mut add = |name: &str, value: String| {
        if !value.is_empty() {
            annotations.entry(name.to_owned()).or_insert(value);
        }
    };
    add("reason", told.alert.reason.to_string());
    if told.symptoms_total > 0 {
        let symptoms: Vec<String> = told
            .symptoms
            .iter()
            .take(SYMPTOMS_MAX)
            .map(|symptom| format!("{} {}", symptom.name, symptom.subject).trim().to_owned())
            .collect();
        add("symptoms", symptoms.join(", "));
        add("symptoms_total", told.symptoms_total.to_string());
    }
    annotations
}

/// Labels by name; one without a value is none, and Alertmanager refuses it.
pub(crate) fn labels(labels: &[Label]) -> BTreeMap<String, String> {
    labels
        .iter()
        .filter(|label| !label.value.is_empty())
        .map(|label| (label.name.to_string(), label.value.to_string()))
        .collect()
}

/// As Alertmanager calls it.
pub(crate) fn status(state: AlertState) -> &'static str {
    match state {
        AlertState::Resolved => "resolved",
        AlertState::Firing | AlertState::Pending => "firing",
    }
}

/// What all of them have.
pub(crate) fn common<'a>(
    mut maps: impl Iterator<Item = &'a BTreeMap<String, String>>,
) -> BTreeMap<String, String> {
    let Some(mut common) = maps.next().cloned() else {
        return BTreeMap::new();
    };
    for map in maps {
        common.retain(|name, value| map.get(name) == Some(value));
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;

    #[test]
    fn every_example_is_rendered_as_it_was() {
        for (name, notification) in examples::all() {
            if name != "long" {
                insta::assert_json_snapshot!(name, payload(&examples::message(&notification), 0));
            }
        }
    }

    #[test]
    fn an_alert_of_others_leads_to_its_sender() {
        let mut notification = examples::storm();
        notification.alerts[0].alert.source_url = Some("http://prometheus/graph".into());
        let payload = payload(&examples::message(&notification), 0);
        assert_eq!(payload.alerts[0].generator_url, "http://prometheus/graph");
    }

    #[test]
    fn alerts_that_are_left_are_counted() {
        let notification = examples::many();
        let payload = payload(&examples::message(&notification), 10);
        assert_eq!((payload.alerts.len(), payload.truncated_alerts), (10, 193));
    }
}
