//! What is told without a place in the journal: that nothing can be journaled, and that somebody tries a channel.

use swarmpulse_model::alert::{AlertOrigin, Notification, NotifiedAlert, NotifyReason, fingerprint};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, AlertState, EffectId, Position, Severity, Text, Timestamp};

/// The partition of ids that stand for no place in any journal.
const NO_PARTITION: u32 = u32::MAX;

/// An id made from the clock.
pub(crate) fn id(now: Timestamp) -> EffectId {
    let offset = u64::try_from(now.unix_ms()).unwrap_or_default();
    EffectId {
        position: Position {
            partition: NO_PARTITION,
            offset,
        },
        n: 0,
    }
}

/// An alert of the monitor itself, that fires since `since`.
pub(crate) fn monitor_alert(name: &str, severity: Severity, reason: &str, since: Timestamp) -> Alert {
    let label = |name: &str, value: &str| Label {
        name: name.into(),
        value: value.into(),
    };
    Alert {
        id: format!("{name}/monitor").into(),
        name: name.into(),
        state: AlertState::Firing,
        severity,
        namespace: Text::const_new(DEFAULT_NAMESPACE),
        subject: None,
        origin: AlertOrigin::Condition,
        group: Text::default(),
        labels: vec![
            label("alertname", name),
            label("namespace", DEFAULT_NAMESPACE),
            label("severity", severity.as_str()),
        ],
        annotations: vec![label("summary", reason)],
        value: None,
        active_at: since,
        fired_at: Some(since),
        ended_at: None,
        reason: reason.into(),
        cause: None,
        flapping: false,
        expires_at: None,
        source_url: None,
        kept_since: None,
    }
}

/// A notification of one alert that is in no group of the desk's.
pub(crate) fn of_one(alert: Alert, receiver: &Text, channel: &Text, now: Timestamp) -> Notification {
    let print = fingerprint(&alert.labels);
    let over = alert.state == AlertState::Resolved;
    let (firing, resolved) = if over {
        (Vec::new(), vec![print])
    } else {
        (vec![print], Vec::new())
    };
    Notification {
        group_key: Text::from(format!("{{}}/monitor:{{alertname={:?}}}", alert.name.as_str())),
        receiver: receiver.clone(),
        channel: channel.clone(),
        reason: if over {
            NotifyReason::Resolved
        } else {
            NotifyReason::Fired
        },
        group_labels: vec![Label {
            name: "alertname".into(),
            value: alert.name.clone(),
        }],
        alerts: vec![NotifiedAlert {
            alert,
            symptoms: Vec::new(),
            symptoms_total: 0,
        }],
        omitted: 0,
        firing,
        resolved,
        at: now,
    }
}
