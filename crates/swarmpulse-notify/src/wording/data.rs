//! A message as the templates of Alertmanager see it: <https://prometheus.io/docs/alerting/latest/notifications/>.

mod kinds;

use std::collections::BTreeMap;

use swarmpulse_model::AlertState;
use swarmpulse_model::alert::{NotifiedAlert, fingerprint};
use swarmpulse_template::{Text, Time, Value};

use crate::Message;
use crate::channel::{annotations, common, labels, status};
use crate::summary::{Line, source_url};

pub(super) use kinds::{ALERT, ALERTS, DATA, KV};

/// What follows from an alert, named in its summary at most.
const SYMPTOMS_MAX: usize = 20;

/// A message as templates see it.
pub(super) fn of(message: &Message<'_>) -> Value {
    let notification = message.notification;
    let told = &notification.alerts;
    let labels_of: Vec<BTreeMap<String, String>> =
        told.iter().map(|told| labels(&told.alert.labels)).collect();
    let annotations_of: Vec<BTreeMap<String, String>> =
        told.iter().map(|told| shown(message, told)).collect();
    let alerts = told
        .iter()
        .zip(labels_of.iter().zip(&annotations_of))
        .map(|(told, (labels, annotations))| alert(message, told, labels, annotations))
        .collect();
    Value::map(
        &DATA,
        [
            ("Receiver".into(), notification.receiver.as_str().into()),
            ("Status".into(), status(notification.state()).into()),
            ("Alerts".into(), Value::list(&ALERTS, alerts)),
            ("GroupLabels".into(), set(&labels(&notification.group_labels))),
            ("CommonLabels".into(), set(&common(labels_of.iter()))),
            ("CommonAnnotations".into(), set(&common(annotations_of.iter()))),
            ("ExternalURL".into(), message.external_url.into()),
        ],
    )
}

fn alert(
    message: &Message<'_>,
    told: &NotifiedAlert,
    labels: &BTreeMap<String, String>,
    annotations: &BTreeMap<String, String>,
) -> Value {
    let alert = &told.alert;
    let is_over = alert.state == AlertState::Resolved;
    let ended_at = alert.ended_at.filter(|_| is_over);
    Value::map(
        &ALERT,
        [
            ("Status".into(), status(alert.state).into()),
            ("Labels".into(), set(labels)),
            ("Annotations".into(), set(annotations)),
            ("StartsAt".into(), Value::Time(Time::utc(alert.active_at.0))),
            (
                "EndsAt".into(),
                Value::Time(ended_at.map_or_else(Time::zero, |at| Time::utc(at.0))),
            ),
            (
                "GeneratorURL".into(),
                source_url(message.external_url, alert).into(),
            ),
            (
                "Fingerprint".into(),
                format!("{:016x}", fingerprint(&alert.labels)).into(),
            ),
        ],
    )
}

/// An alert's annotations. Those that everybody's templates ask for are there in any case: what the monitor raises itself has
/// a reason in place of them.
fn shown(message: &Message<'_>, told: &NotifiedAlert) -> BTreeMap<String, String> {
    let mut shown = annotations(told);
    if !shown.contains_key("summary") || !shown.contains_key("description") {
        let line = Line::of(message, told, SYMPTOMS_MAX);
        shown.entry("summary".to_owned()).or_insert_with(|| line.head());
        shown
            .entry("description".to_owned())
            .or_insert_with(|| line.detail());
    }
    shown
}

/// Labels or annotations.
fn set(pairs: &BTreeMap<String, String>) -> Value {
    let pair = |(name, value): (&String, &String)| (Text::from(name), Value::from(value.as_str()));
    Value::map(&KV, pairs.iter().map(pair))
}
