//! Notifications that tests render and send.

use std::sync::LazyLock;

use swarmpulse_model::alert::{
    Alert, AlertOrigin, AlertState, Notification, NotifiedAlert, NotifyReason, Symptom,
};
use swarmpulse_model::series::Label;
use swarmpulse_model::{EffectId, EntityKey, EntityKind, Position, Severity, Timestamp};

use crate::{Message, Remarks};

/// 2026-11-22 10:46:10 UTC.
pub const NOW: Timestamp = Timestamp(1_795_344_370_000_000_000);
/// The id of the effect.
pub const ID: EffectId = EffectId {
    position: Position {
        partition: 0,
        offset: 4711,
    },
    n: 2,
};
/// Where the monitor is reached.
pub const EXTERNAL_URL: &str = "https://pulse.example";
/// What would break out of Slack's, Discord's, HTML's and JSON's markup.
pub const SPECIAL: &str =
    "<!channel> <@U1> @everyone & <b>\"x\"</b> *a* _b_ ~c~ `d` [e](http://f) \\ |g| #h >i :j: 日本 🦀";

/// Every example, by name.
pub fn all() -> Vec<(&'static str, Notification)> {
    vec![
        ("firing", firing()),
        ("storm", storm()),
        ("many", many()),
        ("resolved", resolved()),
        ("repeated", repeated()),
        ("long", long()),
        ("special", special()),
        ("rule", rule()),
        ("empty", empty()),
        ("test", test()),
    ]
}

fn label(name: &str, value: &str) -> Label {
    Label {
        name: name.into(),
        value: value.into(),
    }
}

/// An agent that is down.
pub fn alert(name: &str, agent: &str, severity: Severity, lasted_s: f64) -> Alert {
    let active_at = NOW.plus_s(-lasted_s);
    Alert {
        id: format!("{name}/default/agent/{agent}").into(),
        name: name.into(),
        state: AlertState::Firing,
        severity,
        namespace: "default".into(),
        subject: Some(EntityKey::new("default", EntityKind::Agent, agent)),
        origin: AlertOrigin::Condition,
        group: "".into(),
        labels: vec![
            label("agent", agent),
            label("alertname", name),
            label("host", "h1"),
            label("namespace", "default"),
            label("severity", severity.as_str()),
        ],
        annotations: Vec::new(),
        value: None,
        active_at,
        fired_at: Some(active_at.plus_s(5.0)),
        ended_at: None,
        reason: "no contact within 30 s".into(),
        cause: None,
        flapping: false,
        expires_at: None,
        source_url: None,
        kept_since: None,
    }
}

/// An alert without anything that follows from it.
pub fn told(alert: Alert) -> NotifiedAlert {
    NotifiedAlert {
        alert,
        symptoms: Vec::new(),
        symptoms_total: 0,
    }
}

/// A group of these alerts.
pub fn of(reason: NotifyReason, alerts: Vec<NotifiedAlert>) -> Notification {
    let print = |state| {
        let those = alerts.iter().enumerate();
        those
            .filter(|(_, told)| (told.alert.state == AlertState::Resolved) == state)
            .map(|(place, _)| place as u64 + 1)
            .collect()
    };
    Notification {
        group_key: "{}:{alertname=\"agent_down\"}".into(),
        receiver: "on-call".into(),
        channel: "slack/0".into(),
        reason,
        group_labels: vec![label("alertname", "agent_down")],
        firing: print(false),
        resolved: print(true),
        alerts,
        omitted: 0,
        at: NOW,
    }
}

pub fn firing() -> Notification {
    let mut alert = alert("agent_down", "a1", Severity::Critical, 245.0);
    alert
        .annotations
        .push(label("runbook_url", "https://wiki.example/agent-down"));
    of(NotifyReason::Fired, vec![told(alert)])
}

/// A host dies with 200 agents: one cause, the agents follow.
pub fn storm() -> Notification {
    let mut root = alert("host_down", "h1", Severity::Critical, 65.0);
    root.subject = Some(EntityKey::new("default", EntityKind::Host, "h1"));
    root.origin = AlertOrigin::Cause;
    root.reason = "all 200 agents on it fell silent within 12 s".into();
    let symptoms = (0..100).map(|number| Symptom {
        alert: format!("agent_down/default/agent/a{number}").into(),
        name: "agent_down".into(),
        subject: format!("agent a{number}").into(),
        since: NOW.plus_s(-60.0),
    });
    let root = NotifiedAlert {
        alert: root,
        symptoms: symptoms.collect(),
        symptoms_total: 200,
    };
    of(NotifyReason::Fired, vec![root])
}

/// 200 alerts without a cause in common, of which 50 fit, and 3 that are over.
pub fn many() -> Notification {
    let mut alerts: Vec<NotifiedAlert> = (0..50)
        .map(|number| {
            let (name, severity) = if number < 20 {
                ("agent_down", Severity::Critical)
            } else {
                ("agent_stuck", Severity::Warning)
            };
            told(alert(
                name,
                &format!("a{number}"),
                severity,
                f64::from(number) + 30.0,
            ))
        })
        .collect();
    alerts.extend((0..3).map(|number| over(&format!("b{number}"))));
    let mut group = of(NotifyReason::Fired, alerts);
    group.firing = (0..200).collect();
    group.omitted = 150;
    group
}

fn over(agent: &str) -> NotifiedAlert {
    let mut over = alert("agent_down", agent, Severity::Critical, 600.0);
    over.state = AlertState::Resolved;
    over.ended_at = Some(NOW.plus_s(-10.0));
    over.reason = "contact is back".into();
    told(over)
}

pub fn resolved() -> Notification {
    of(NotifyReason::Resolved, vec![over("a1")])
}

pub fn repeated() -> Notification {
    let mut down = alert("agent_down", "a1", Severity::Warning, 14_700.0);
    down.flapping = true;
    let mut stuck = alert("agent_stuck", "a2", Severity::Info, 90_000.0);
    stuck.reason = "task t7 shows no progress within 10 min".into();
    of(NotifyReason::Repeated, vec![told(down), told(stuck)])
}

pub fn long() -> Notification {
    let alerts = (0..40).map(|number| {
        let id = format!("{number}-{}", "ä".repeat(90));
        let mut long = alert(&"n".repeat(300), &id, Severity::Warning, 100.0);
        long.reason = "& because ".repeat(1000).into();
        long.annotations.push(label("description", &"word ".repeat(2000)));
        let mut told = told(long);
        told.symptoms = (0..50)
            .map(|number| Symptom {
                alert: "x".into(),
                name: "agent_down".into(),
                subject: format!("agent {number}{}", "y".repeat(150)).into(),
                since: NOW,
            })
            .collect();
        told.symptoms_total = 1_000_000;
        told
    });
    of(NotifyReason::Fired, alerts.collect())
}

pub fn special() -> Notification {
    let mut odd = alert("agent_down", SPECIAL, Severity::Critical, 60.0);
    odd.reason = format!("{SPECIAL}\r\nBcc: x@example.com").into();
    let mut told = told(odd);
    told.symptoms = vec![Symptom {
        alert: SPECIAL.into(),
        name: SPECIAL.into(),
        subject: SPECIAL.into(),
        since: NOW,
    }];
    told.symptoms_total = 1;
    let mut group = of(NotifyReason::Fired, vec![told]);
    group.group_key = SPECIAL.into();
    group.group_labels = vec![label("agent", SPECIAL)];
    group
}

/// Some alerts that hold this text wherever they may.
pub fn of_text(text: &str) -> Notification {
    let alerts = (0..12).map(|number| {
        let mut odd = alert(&format!("{text}{number}"), text, Severity::Critical, 60.0);
        odd.reason = text.into();
        odd.labels[2].value = text.into();
        odd.annotations = vec![label("runbook_url", &format!("https://{text}"))];
        let symptom = Symptom {
            alert: text.into(),
            name: text.into(),
            subject: text.into(),
            since: NOW,
        };
        let mut told = told(odd);
        told.symptoms = vec![symptom; 15];
        told.symptoms_total = 20;
        told
    });
    let mut group = of(NotifyReason::Fired, alerts.collect());
    group.group_key = text.into();
    group.receiver = text.into();
    group.group_labels = vec![label("agent", text)];
    group
}

pub fn rule() -> Notification {
    let mut rule = alert("QueueBacklog", "x", Severity::Warning, 300.0);
    rule.id = "QueueBacklog/0123456789abcdef".into();
    rule.subject = None;
    rule.origin = AlertOrigin::Rule;
    rule.group = "queues".into();
    rule.labels = vec![
        label("alertname", "QueueBacklog"),
        label("queue", "mail"),
        label("severity", "warning"),
    ];
    rule.annotations = vec![label("summary", "Queue mail holds 512 tasks.")];
    rule.reason = "".into();
    rule.value = Some(512.0);
    of(NotifyReason::Fired, vec![told(rule)])
}

pub fn empty() -> Notification {
    of(NotifyReason::Resolved, Vec::new())
}

pub fn test() -> Notification {
    let mut alert = alert("notification_test", "a1", Severity::Info, 0.0);
    alert.subject = None;
    alert.reason = "somebody tries the channel".into();
    of(NotifyReason::Test, vec![told(alert)])
}

/// The end of [`test`].
pub fn test_over() -> Notification {
    let mut over = test();
    for told in &mut over.alerts {
        told.alert.state = AlertState::Resolved;
        told.alert.ended_at = Some(NOW);
    }
    (over.resolved, over.firing) = (over.firing, Vec::new());
    over
}

/// What a channel is to say of it. Its remarks are nobody's.
pub fn message(notification: &Notification) -> Message<'_> {
    static NOBODYS: LazyLock<Remarks> = LazyLock::new(Remarks::default);
    message_with(notification, &NOBODYS)
}

/// What a channel is to say of it.
pub fn message_with<'a>(notification: &'a Notification, remarks: &'a Remarks) -> Message<'a> {
    Message {
        id: ID,
        identity: "8d7f6c5b4a39281706f5e4d3c2b1a090",
        notification,
        external_url: EXTERNAL_URL,
        now: NOW,
        remarks,
    }
}
