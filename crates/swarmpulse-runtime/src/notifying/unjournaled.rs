//! What is told when somebody tries a channel, or when nothing can be journaled: notifications without a place in the
//! journal.

use swarmpulse_model::alert::{AlertOrigin, Notification, NotifiedAlert, NotifyReason, fingerprint};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, AlertState, EffectId, Position, Severity, Text, Timestamp};

/// The partition of ids that stand for no place in any journal.
const NO_PARTITION: u32 = u32::MAX;

/// How one channel answered when it was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelTest {
    /// The channel: `slack/0`.
    pub channel: Text,
    /// Its kind.
    pub kind: &'static str,
    /// Why it did not take the message, without secrets; `None` if it did.
    pub error: Option<String>,
}

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

/// What is told to try a channel.
pub(crate) fn notification(receiver: &Text, channel: &Text, now: Timestamp) -> Notification {
    let reason = "this is a test: the channel works, and nothing is wrong";
    let alert = monitor_alert("swarmpulse_test", Severity::Info, reason, now);
    Notification {
        reason: NotifyReason::Test,
        ..of_one(alert, receiver, channel, now)
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
