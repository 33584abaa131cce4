//! Records of alerts: a fixture of the first format with every field set, and any of them.

use std::path::PathBuf;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use swarmpulse_model::alert::{
    Acknowledgement, AlertOrigin, Delivery, DeliveryOutcome, LabelMatcher, LabelOp, Notification,
    NotifiedAlert, NotifyReason, Silence, SilencePurpose, Symptom,
};
use swarmpulse_model::series::Label;
use swarmpulse_model::{
    Alert, AlertState, EffectId, EntityKey, EntityKind, Envelope, Position, Record, Severity, Source,
    Timestamp,
};
use swarmpulse_wire::envelope::{decode_body, encode_body};

use crate::arbitrary::{at, number, subject, text};

const AT: Timestamp = Timestamp(1_767_571_200_250_000_001);

fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/envelope_v1_alerts.bin")
}

fn label(name: &str, value: &str) -> Label {
    Label {
        name: name.into(),
        value: value.into(),
    }
}

fn alert(state: AlertState, origin: AlertOrigin) -> Alert {
    Alert {
        id: "agent_down/prod/agent/agent-1".into(),
        name: "agent_down".into(),
        state,
        severity: Severity::Critical,
        namespace: "prod".into(),
        subject: Some(EntityKey::new("prod", EntityKind::Agent, "agent-1")),
        origin,
        group: "group-1".into(),
        labels: vec![label("agent", "agent-1"), label("alertname", "agent_down")],
        annotations: vec![label("summary", "no contact within 30 s")],
        value: Some(-1.5),
        active_at: Timestamp(1),
        fired_at: Some(Timestamp(0)),
        ended_at: Some(AT),
        reason: "no contact within 30 s".into(),
        cause: Some("host_down/prod/host/host-1".into()),
        flapping: true,
        expires_at: None,
        source_url: None,
        kept_since: None,
    }
}

fn silence(purpose: SilencePurpose) -> Record {
    let ops = [
        LabelOp::Equal,
        LabelOp::NotEqual,
        LabelOp::Regex,
        LabelOp::NotRegex,
    ];
    Record::Silence(Box::new(Silence {
        id: "2f1c8a4e-0000-4000-8000-000000000001".into(),
        namespace: Some("prod".into()),
        matchers: ops
            .into_iter()
            .map(|op| LabelMatcher {
                name: "agent".into(),
                op,
                value: "a.*".into(),
            })
            .collect(),
        starts_at: Timestamp(1),
        ends_at: AT,
        author: "ann".into(),
        comment: "work that is planned".into(),
        purpose,
        updated_at: Timestamp(2),
    }))
}

fn notification(reason: NotifyReason) -> Record {
    Record::Notification(Box::new(Notification {
        group_key: "{}:{alertname=\"agent_down\"}".into(),
        receiver: "ops".into(),
        channel: "slack/0".into(),
        reason,
        group_labels: vec![label("alertname", "agent_down")],
        alerts: vec![NotifiedAlert {
            alert: alert(AlertState::Firing, AlertOrigin::Cause),
            symptoms: vec![Symptom {
                alert: "task_stuck/prod/task/task-1".into(),
                name: "task_stuck".into(),
                subject: "task task-1".into(),
                since: AT,
            }],
            symptoms_total: 200,
        }],
        omitted: 7,
        firing: vec![0, 1, u64::MAX],
        resolved: vec![2],
        at: AT,
    }))
}

fn delivery(outcome: DeliveryOutcome) -> Record {
    let position = Position {
        partition: 3,
        offset: 1 << 40,
    };
    Record::Delivery(Box::new(Delivery {
        notification: EffectId { position, n: 5 },
        receiver: "ops".into(),
        channel: "email/1".into(),
        outcome,
        attempts: 4,
        error: Some("550 no such user".into()),
        at: AT,
    }))
}

/// A record of every type and variant with every field set.
fn every_record() -> Vec<Record> {
    let alert = |state, origin| Record::Alert(Box::new(alert(state, origin)));
    vec![
        alert(AlertState::Pending, AlertOrigin::Condition),
        alert(AlertState::Firing, AlertOrigin::Rule),
        alert(AlertState::Resolved, AlertOrigin::Cause),
        silence(SilencePurpose::Silence),
        silence(SilencePurpose::Maintenance),
        Record::Acknowledgement(Box::new(Acknowledgement {
            alert: "agent_down/prod/agent/agent-1".into(),
            namespace: "prod".into(),
            active: true,
            author: "ann".into(),
            comment: "on it".into(),
            at: AT,
            until: Some(Timestamp(3)),
        })),
        notification(NotifyReason::Fired),
        notification(NotifyReason::Resolved),
        notification(NotifyReason::Repeated),
        notification(NotifyReason::Test),
        delivery(DeliveryOutcome::Delivered),
        delivery(DeliveryOutcome::Dead),
        delivery(DeliveryOutcome::Retried),
    ]
}

fn body() -> Vec<u8> {
    let mut body = Vec::new();
    encode_body("prod", "token-1", Source::Monitor, &every_record(), &mut body);
    body
}

#[test]
fn the_first_format_of_alerts_is_still_read() {
    let position = Position {
        partition: 0,
        offset: 5,
    };
    let envelope = decode_body(position, AT, &std::fs::read(fixture()).unwrap()).unwrap();
    let expected = Envelope {
        position,
        received_at: AT,
        namespace: "prod".into(),
        principal: "token-1".into(),
        source: Source::Monitor,
        records: every_record(),
    };
    assert_eq!(envelope, expected);
    assert_eq!(decode_body(position, AT, &body()).unwrap(), expected);
}

/// Run once for a new format, then commit the file; it never writes over one that is there.
#[test]
#[ignore = "writes the fixture of a new format"]
fn write_the_fixture_of_alerts() {
    let path = fixture();
    assert!(
        !path.exists(),
        "{} is there; fixtures are never written again",
        path.display()
    );
    std::fs::write(path, body()).unwrap();
}

fn external_fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/envelope_v1_external_alert.bin")
}

/// An alert that somebody else sent, with its end and its address.
fn external_record() -> Record {
    let mut external = alert(AlertState::Firing, AlertOrigin::External);
    external.id = "DiskFull/prod/external/00000000000000ff".into();
    external.expires_at = Some(Timestamp(AT.0 + 1));
    external.source_url = Some("http://prometheus:9090/graph".into());
    Record::Alert(Box::new(external))
}

fn external_body() -> Vec<u8> {
    let mut body = Vec::new();
    encode_body("prod", "", Source::Monitor, &[external_record()], &mut body);
    body
}

#[test]
fn the_first_format_of_alerts_of_others_is_still_read() {
    let position = Position {
        partition: 0,
        offset: 6,
    };
    let envelope = decode_body(position, AT, &std::fs::read(external_fixture()).unwrap()).unwrap();
    assert_eq!(envelope.records, [external_record()]);
    assert_eq!(decode_body(position, AT, &external_body()).unwrap(), envelope);
}

/// As [`write_the_fixture_of_alerts`].
#[test]
#[ignore = "writes the fixture of a new format"]
fn write_the_fixture_of_an_alert_of_others() {
    let path = external_fixture();
    assert!(
        !path.exists(),
        "{} is there; fixtures are never written again",
        path.display()
    );
    std::fs::write(path, external_body()).unwrap();
}

fn labels() -> impl Strategy<Value = Vec<Label>> {
    vec(
        (text(), text()).prop_map(|(name, value)| Label { name, value }),
        0..4,
    )
}

fn any_alert() -> impl Strategy<Value = Alert> {
    let states = [AlertState::Pending, AlertState::Firing, AlertState::Resolved];
    let origins = [
        AlertOrigin::Condition,
        AlertOrigin::Rule,
        AlertOrigin::Cause,
        AlertOrigin::External,
    ];
    let severities = [Severity::Info, Severity::Warning, Severity::Critical];
    let named = (text(), text(), text(), text(), text(), of(text()));
    let kinds = (0..3_usize, 0..4_usize, 0..3_usize, any::<bool>());
    (
        named,
        kinds,
        of(subject()),
        labels(),
        labels(),
        of(number()),
        at(),
        of(at()),
        of(at()),
        (of(at()), of(text()), of(at())),
    )
        .prop_map(
            move |(
                named,
                kinds,
                subject,
                labels,
                annotations,
                value,
                active_at,
                fired_at,
                ended_at,
                sent,
            )| {
                let (expires_at, source_url, kept_since) = sent;
                let (id, name, namespace, group, reason, cause) = named;
                let (state, origin, severity, flapping) = kinds;
                Alert {
                    id,
                    name,
                    state: states[state],
                    severity: severities[severity],
                    namespace,
                    subject,
                    origin: origins[origin],
                    group,
                    labels,
                    annotations,
                    value,
                    active_at,
                    fired_at,
                    ended_at,
                    reason,
                    cause,
                    flapping,
                    expires_at,
                    source_url,
                    kept_since,
                }
            },
        )
}

fn any_silence() -> impl Strategy<Value = Silence> {
    let ops = [
        LabelOp::Equal,
        LabelOp::NotEqual,
        LabelOp::Regex,
        LabelOp::NotRegex,
    ];
    let matcher = (text(), 0..4_usize, text()).prop_map(move |(name, op, value)| LabelMatcher {
        name,
        op: ops[op],
        value,
    });
    let purposes = prop::sample::select(&[SilencePurpose::Silence, SilencePurpose::Maintenance][..]);
    (
        (text(), of(text()), text(), text()),
        vec(matcher, 0..4),
        (at(), at(), at()),
        purposes,
    )
        .prop_map(
            |((id, namespace, author, comment), matchers, (starts_at, ends_at, updated_at), purpose)| {
                Silence {
                    id,
                    namespace,
                    matchers,
                    starts_at,
                    ends_at,
                    author,
                    comment,
                    purpose,
                    updated_at,
                }
            },
        )
}

fn any_notification() -> impl Strategy<Value = Notification> {
    let symptom = (text(), text(), text(), at()).prop_map(|(alert, name, subject, since)| Symptom {
        alert,
        name,
        subject,
        since,
    });
    let told =
        (any_alert(), vec(symptom, 0..3), any::<u64>()).prop_map(|(alert, symptoms, symptoms_total)| {
            NotifiedAlert {
                alert,
                symptoms,
                symptoms_total,
            }
        });
    let reasons = prop::sample::select(
        &[
            NotifyReason::Fired,
            NotifyReason::Resolved,
            NotifyReason::Repeated,
            NotifyReason::Test,
        ][..],
    );
    let fingerprints = || vec(any::<u64>(), 0..4);
    (
        (text(), text(), text()),
        reasons,
        labels(),
        vec(told, 0..3),
        any::<u64>(),
        fingerprints(),
        fingerprints(),
        at(),
    )
        .prop_map(
            |(
                (group_key, receiver, channel),
                reason,
                group_labels,
                alerts,
                omitted,
                firing,
                resolved,
                at,
            )| {
                Notification {
                    group_key,
                    receiver,
                    channel,
                    reason,
                    group_labels,
                    alerts,
                    omitted,
                    firing,
                    resolved,
                    at,
                }
            },
        )
}

fn any_delivery() -> impl Strategy<Value = Delivery> {
    let outcomes = prop::sample::select(
        &[
            DeliveryOutcome::Delivered,
            DeliveryOutcome::Dead,
            DeliveryOutcome::Retried,
        ][..],
    );
    (
        (any::<u32>(), any::<u64>(), any::<u32>()),
        text(),
        text(),
        outcomes,
        any::<u32>(),
        of(text()),
        at(),
    )
        .prop_map(
            |((partition, offset, n), receiver, channel, outcome, attempts, error, at)| Delivery {
                notification: EffectId {
                    position: Position { partition, offset },
                    n,
                },
                receiver,
                channel,
                outcome,
                attempts,
                error,
                at,
            },
        )
}

/// Any record of alerts.
pub(crate) fn record() -> impl Strategy<Value = Record> {
    let said = (text(), text(), any::<bool>(), text(), text(), at(), of(at())).prop_map(
        |(alert, namespace, active, author, comment, at, until)| Acknowledgement {
            alert,
            namespace,
            active,
            author,
            comment,
            at,
            until,
        },
    );
    prop_oneof![
        any_alert().prop_map(|record| Record::Alert(Box::new(record))),
        any_silence().prop_map(|record| Record::Silence(Box::new(record))),
        said.prop_map(|record| Record::Acknowledgement(Box::new(record))),
        any_notification().prop_map(|record| Record::Notification(Box::new(record))),
        any_delivery().prop_map(|record| Record::Delivery(Box::new(record))),
    ]
}
