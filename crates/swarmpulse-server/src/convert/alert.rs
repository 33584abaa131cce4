//! Alerts, with what is done about them.

use std::collections::BTreeMap;

use swarmpulse_alert::AlertView;
use swarmpulse_api::{AlertAcknowledgement, AlertSymptom, AlertTransition};
use swarmpulse_model::alert::{Acknowledgement, AlertOrigin, fingerprint};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, Effect, Severity, Text};
use swarmpulse_store::HistoryRow;

use super::address;

/// The kind and the id of the monitor itself as a subject.
const MONITOR: &str = "monitor";

/// Where alerts are shown.
const PATH: &str = "/api/v1/alerts/";

/// An alert by itself: as it was told, or as history has it.
pub(crate) fn alert(alert: &Alert) -> swarmpulse_api::Alert {
    let (subject_kind, subject) = subject(alert);
    let mut links = BTreeMap::from([("self".to_owned(), address::below(PATH, &alert.id))]);
    if let Some(address) = alert.subject.as_ref().and_then(address::of_entity) {
        links.insert("subject".to_owned(), address);
    }
    if let Some(address) = &alert.source_url {
        links.insert("source".to_owned(), address.to_string());
    }
    swarmpulse_api::Alert {
        id: alert.id.to_string(),
        name: alert.name.to_string(),
        namespace: alert.namespace.to_string(),
        severity: alert.severity.as_str().to_owned(),
        priority: priority(alert.severity).to_owned(),
        state: alert.state.as_str().to_owned(),
        subject_kind: subject_kind.to_owned(),
        subject: subject.to_owned(),
        message: message(alert),
        started_at: alert.fired_at.unwrap_or(alert.active_at).to_string(),
        resolved_at: alert.ended_at.map(|at| at.to_string()),
        labels: labels(&alert.labels),
        annotations: labels(&alert.annotations),
        origin: alert.origin.as_str().to_owned(),
        group: (!alert.group.is_empty()).then(|| alert.group.to_string()),
        value: alert.value.filter(|value| value.is_finite()),
        fingerprint: format!("{:016x}", fingerprint(&alert.labels)),
        flapping: alert.flapping,
        cause: alert.cause.as_ref().map(ToString::to_string),
        links,
        ..swarmpulse_api::Alert::default()
    }
}

/// An alert as the desk has it.
pub(crate) fn alert_view(view: &AlertView) -> swarmpulse_api::Alert {
    swarmpulse_api::Alert {
        symptoms: view.symptoms,
        silenced_by: texts(&view.silenced_by),
        inhibited_by: texts(&view.inhibited_by),
        muted_by: texts(&view.muted_by),
        acknowledged: view.acknowledged.as_ref().map(acknowledgement),
        receivers: texts(&view.receivers),
        ..alert(&view.alert)
    }
}

/// An alert as it was told just now, with what the desk says is done about it, where it knows it.
pub(crate) fn alert_told(told: &Alert, view: Option<&AlertView>) -> swarmpulse_api::Alert {
    let Some(view) = view else { return alert(told) };
    alert_view(&AlertView {
        alert: told.clone(),
        ..view.clone()
    })
}

/// An alert as what follows from another.
pub(crate) fn alert_symptom(alert: &Alert) -> AlertSymptom {
    let (subject_kind, subject) = subject(alert);
    AlertSymptom {
        id: alert.id.to_string(),
        name: alert.name.to_string(),
        subject_kind: subject_kind.to_owned(),
        subject: subject.to_owned(),
        severity: alert.severity.as_str().to_owned(),
        started_at: alert.fired_at.unwrap_or(alert.active_at).to_string(),
    }
}

/// What a row of history says of an alert's life; `None` if it says nothing of one.
pub(crate) fn alert_transition(row: &HistoryRow) -> Option<AlertTransition> {
    match &row.effect {
        Effect::Alert(alert) => Some(AlertTransition {
            at: row.at.to_string(),
            state: alert.state.as_str().to_owned(),
            severity: Some(alert.severity.as_str().to_owned()),
            message: message(alert),
            by: None,
            cause: alert.cause.as_ref().map(ToString::to_string),
            flapping: alert.flapping,
        }),
        Effect::Acknowledgement(said) => Some(AlertTransition {
            at: row.at.to_string(),
            state: if said.active { "acknowledged" } else { "given_back" }.to_owned(),
            message: said.comment.to_string(),
            by: Some(said.author.to_string()),
            ..AlertTransition::default()
        }),
        _ => None,
    }
}

/// Who has an alert in hand.
pub(crate) fn acknowledgement(said: &Acknowledgement) -> AlertAcknowledgement {
    AlertAcknowledgement {
        by: said.author.to_string(),
        comment: said.comment.to_string(),
        at: said.at.to_string(),
        until: said.until.map(|until| until.to_string()),
    }
}

/// The sentence of an alert. Of a condition's the subject comes first, unless the sentence names it: those of verdicts do
/// not, those of detectors do.
pub(super) fn message(alert: &Alert) -> String {
    match &alert.subject {
        Some(subject) if alert.origin == AlertOrigin::Condition && !names(&alert.reason, &subject.id) => {
            format!("{} {}: {}", subject.kind.as_str(), subject.id, alert.reason)
        }
        _ => alert.reason.to_string(),
    }
}

/// Whether a sentence has that id as a word of its own.
fn names(sentence: &str, id: &str) -> bool {
    let of_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/');
    sentence.match_indices(id).any(|(start, _)| {
        let before = sentence[..start].chars().next_back();
        let mut after = sentence[start + id.len()..].chars();
        // A full stop ends the sentence; a dot within a name goes on.
        let goes_on = match after.next() {
            Some('.') => after.next().is_some_and(of_word),
            next => next.is_some_and(of_word),
        };
        !before.is_some_and(of_word) && !goes_on
    })
}

/// The kind and the id of what an alert is about. A rule's alert, or somebody else's, may be about no one thing.
fn subject(alert: &Alert) -> (&str, &str) {
    match &alert.subject {
        Some(subject) => (subject.kind.as_str(), subject.id.as_str()),
        None if matches!(alert.origin, AlertOrigin::Rule | AlertOrigin::External) => ("", ""),
        None => (MONITOR, MONITOR),
    }
}

/// Labels or annotations by name.
pub(super) fn labels(labels: &[Label]) -> BTreeMap<String, String> {
    let pairs = labels.iter();
    pairs
        .map(|label| (label.name.to_string(), label.value.to_string()))
        .collect()
}

fn texts(texts: &[Text]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn priority(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "P1",
        Severity::Warning => "P2",
        Severity::Info => "P3",
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::{AlertState, EntityKey, EntityKind, Timestamp};

    use super::*;

    fn of_agent() -> Alert {
        let label = |name: &str, value: &str| Label {
            name: name.into(),
            value: value.into(),
        };
        Alert {
            id: "agent_down/team/agent/a 1".into(),
            name: "agent_down".into(),
            state: AlertState::Firing,
            severity: Severity::Critical,
            namespace: "team".into(),
            subject: Some(EntityKey::new("team", EntityKind::Agent, "a 1")),
            origin: AlertOrigin::Condition,
            group: Text::default(),
            labels: vec![
                label("agent", "a 1"),
                label("alertname", "agent_down"),
                label("namespace", "team"),
                label("severity", "critical"),
            ],
            annotations: vec![label("summary", "no contact within 30 s")],
            value: None,
            active_at: Timestamp::from_unix_s(30.0),
            fired_at: Some(Timestamp::from_unix_s(60.0)),
            ended_at: None,
            reason: "no contact within 30 s".into(),
            cause: None,
            flapping: false,
            expires_at: None,
            source_url: None,
            kept_since: None,
        }
    }

    #[test]
    fn an_alert_of_a_condition_names_its_subject() {
        let shown = alert(&of_agent());
        assert_eq!((shown.state.as_str(), shown.priority.as_str()), ("firing", "P1"));
        assert_eq!(
            (shown.subject_kind.as_str(), shown.subject.as_str()),
            ("agent", "a 1")
        );
        assert_eq!(shown.labels["namespace"], "team");
        assert_eq!(shown.message, "agent a 1: no contact within 30 s");
        assert_eq!(shown.started_at, "1970-01-01T00:01:00.000Z");
        assert_eq!(
            shown.links["self"],
            "/api/v1/alerts/agent_down%2Fteam%2Fagent%2Fa%201"
        );
        assert_eq!(shown.links["subject"], "/api/v1/agents/a%201?namespace=team");
        assert_eq!(shown.fingerprint.len(), 16);
        assert_eq!((shown.group, shown.value), (None, None));
    }

    #[test]
    fn pending_ones_began_when_they_became_true_and_resolved_ones_keep_their_id() {
        let pending = Alert {
            state: AlertState::Pending,
            fired_at: None,
            ..of_agent()
        };
        assert_eq!(alert(&pending).started_at, "1970-01-01T00:00:30.000Z");
        let gone = alert(&Alert {
            state: AlertState::Resolved,
            ended_at: Some(Timestamp::from_unix_s(90.0)),
            ..of_agent()
        });
        assert_eq!(
            (gone.id.as_str(), gone.state.as_str()),
            (of_agent().id.as_str(), "resolved")
        );
        assert_eq!(gone.resolved_at.as_deref(), Some("1970-01-01T00:01:30.000Z"));
    }

    #[test]
    fn without_a_subject_it_is_the_monitors_or_a_rules() {
        let of = |origin| {
            let shown = alert(&Alert {
                subject: None,
                origin,
                value: Some(f64::NAN),
                ..of_agent()
            });
            (shown.subject_kind, shown.message, shown.value)
        };
        let reason = of_agent().reason.to_string();
        assert_eq!(
            of(AlertOrigin::Condition),
            ("monitor".to_owned(), reason.clone(), None)
        );
        assert_eq!(of(AlertOrigin::Rule), (String::new(), reason.clone(), None));
        assert_eq!(of(AlertOrigin::External), (String::new(), reason, None));
    }

    #[test]
    fn the_desks_view_tells_what_is_done_about_it() {
        let said = Acknowledgement {
            alert: of_agent().id,
            namespace: "team".into(),
            active: true,
            author: "ana".into(),
            comment: "on it".into(),
            at: Timestamp::from_unix_s(70.0),
            until: None,
        };
        let shown = alert_view(&AlertView {
            alert: of_agent(),
            fingerprint: fingerprint(&of_agent().labels),
            updated_at: Timestamp::from_unix_s(60.0),
            silenced_by: vec!["s1".into()],
            inhibited_by: vec!["host_down/team/host/h".into()],
            muted_by: vec!["nights".into()],
            acknowledged: Some(said.clone()),
            receivers: vec!["ops".into()],
            symptoms: 3,
        });
        assert_eq!(
            (shown.silenced_by, shown.muted_by),
            (vec!["s1".to_owned()], vec!["nights".to_owned()])
        );
        assert_eq!(shown.inhibited_by, ["host_down/team/host/h"]);
        assert_eq!((shown.receivers, shown.symptoms), (vec!["ops".to_owned()], 3));
        let acknowledged = shown.acknowledged.unwrap();
        assert_eq!(
            (acknowledged.by.as_str(), acknowledged.comment.as_str()),
            ("ana", "on it")
        );
        let row = HistoryRow {
            id: swarmpulse_model::EffectId::default(),
            at: said.at,
            effect: Effect::Acknowledgement(Box::new(Acknowledgement {
                active: false,
                ..said
            })),
        };
        let told = alert_transition(&row).unwrap();
        assert_eq!(
            (told.state.as_str(), told.by.as_deref()),
            ("given_back", Some("ana"))
        );
    }

    #[test]
    fn a_sentence_names_an_id_as_a_word_of_its_own() {
        for (sentence, id, expected) in [
            ("bot-7 grows by 14.8 MiB/h", "bot-7", true),
            ("host vm uses 98 % of its disk", "vm", true),
            ("the disk of vm.", "vm", true),
            ("bot-70 grows", "bot-7", false),
            ("vm.local is full", "vm", false),
            ("my-vm is full", "vm", false),
            ("no contact within 30 s", "a1", false),
        ] {
            assert_eq!(names(sentence, id), expected, "{sentence:?} {id:?}");
        }
    }
}
