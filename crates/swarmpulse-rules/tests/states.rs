//! The lives of alerts: pending, firing, over; restarts, limits, failures, changes of the rules.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

#[path = "support/scripted.rs"]
mod support;

use swarmpulse_model::alert::AlertState;
use swarmpulse_model::{Alert, Severity, Timestamp};
use swarmpulse_rules::{EvaluationOptions, GroupOutcome, GroupState, QuerySample, RuleHealth};

use support::{Scripted, T0, group, sample, states};

fn evaluate(group: &mut GroupState, at_s: f64) -> GroupOutcome {
    let at = T0.plus_s(at_s);
    group.evaluate(at, at, &EvaluationOptions::default())
}

/// A group of one rule, with its script.
fn one(yaml: &str) -> (GroupState, Scripted) {
    let script = Scripted::default();
    (GroupState::new(group(yaml), &script, 60.0).unwrap(), script)
}

const FOR_5M: &str =
    "{alert: A, expr: x, for: 5m, labels: {severity: page}, annotations: {summary: 'v={{ $value }}'}}";

#[test]
fn an_alert_is_pending_then_fires_exactly_after_its_time_and_ends() {
    let (mut group, script) = one(FOR_5M);
    script.answer("x", vec![sample(&[("agent", "a1")], 3.0)]);
    let first = evaluate(&mut group, 0.0);
    assert_eq!(states(&first.changes), ["A pending"]);
    let alert = &first.changes[0];
    assert_eq!(
        (alert.severity, alert.reason.as_str()),
        (Severity::Critical, "v=3")
    );
    assert_eq!(alert.subject.as_ref().unwrap().id, "a1");
    assert_eq!(alert.label("alertname"), Some("A"));
    for at_s in [60.0, 120.0, 299.999] {
        assert_eq!(states(&evaluate(&mut group, at_s).changes), [""; 0], "{at_s}");
    }
    let fires = evaluate(&mut group, 300.0);
    assert_eq!(states(&fires.changes), ["A firing"]);
    assert_eq!(fires.changes[0].id, alert.id);
    assert_eq!(fires.changes[0].active_at, T0);
    assert_eq!(fires.changes[0].fired_at, Some(T0.plus_s(300.0)));
    script.answer("x", vec![]);
    let over = evaluate(&mut group, 360.0);
    assert_eq!(states(&over.changes), ["A resolved"]);
    assert_eq!(over.changes[0].ended_at, Some(T0.plus_s(360.0)));
    assert_eq!(group.status().rules[0].resolved.len(), 1);
    evaluate(&mut group, 360.0 + 900.0);
    assert_eq!(group.status().rules[0].resolved.len(), 1);
    evaluate(&mut group, 361.0 + 900.0);
    assert_eq!(
        group.status().rules[0].resolved.len(),
        0,
        "a quarter of an hour is over"
    );
}

#[test]
fn what_is_pending_and_goes_never_fired() {
    let (mut group, script) = one(FOR_5M);
    script.answer("x", vec![sample(&[("agent", "a1")], 3.0)]);
    evaluate(&mut group, 0.0);
    script.answer("x", vec![]);
    let over = evaluate(&mut group, 60.0);
    assert_eq!(states(&over.changes), ["A resolved"]);
    assert_eq!(over.changes[0].fired_at, None);
    assert!(group.status().rules[0].resolved.is_empty());
    script.answer("x", vec![sample(&[("agent", "a1")], 3.0)]);
    evaluate(&mut group, 120.0);
    assert_eq!(
        states(&evaluate(&mut group, 419.0).changes),
        [""; 0],
        "its time began anew"
    );
    assert_eq!(states(&evaluate(&mut group, 420.0).changes), ["A firing"]);
}

#[test]
fn series_show_each_state_and_are_stale_after() {
    let (mut group, script) = one(FOR_5M);
    script.answer("x", vec![sample(&[("__name__", "x"), ("agent", "a1")], 3.0)]);
    let written = |outcome: &GroupOutcome| -> Vec<String> {
        let texts = outcome.recorded.iter();
        texts.map(|(labels, value)| format!("{labels} {value}")).collect()
    };
    let since = format!(
        "ALERTS_FOR_STATE{{agent=\"a1\", alertname=\"A\", severity=\"page\"}} {}",
        T0.unix_s()
    );
    let alerts = |state: &str| {
        format!("ALERTS{{agent=\"a1\", alertname=\"A\", alertstate=\"{state}\", severity=\"page\"}} 1")
    };
    let pending = evaluate(&mut group, 0.0);
    assert_eq!(written(&pending), [alerts("pending"), since.clone()]);
    let firing = evaluate(&mut group, 300.0);
    assert_eq!(written(&firing), [alerts("firing"), since]);
    assert_eq!(firing.stale, [pending.recorded[0].0.clone()]);
    assert_eq!(group.series().len(), 2);
    script.answer("x", vec![]);
    let over = evaluate(&mut group, 360.0);
    assert_eq!((over.recorded.len(), over.stale.len()), (0, 2));
}

#[test]
fn firing_is_kept_for_a_while() {
    let (mut group, script) = one("{alert: A, expr: x, keep_firing_for: 2m}");
    let kept = |outcome: &GroupOutcome| outcome.changes[0].kept_since.map(|at| at.seconds_since(T0));
    script.answer("x", vec![sample(&[], 1.0)]);
    assert_eq!(states(&evaluate(&mut group, 0.0).changes), ["A firing"]);
    script.answer("x", vec![]);
    let gone = evaluate(&mut group, 60.0);
    assert_eq!(
        states(&gone.changes),
        ["A firing"],
        "that it is only kept is told"
    );
    assert_eq!(kept(&gone), Some(60.0));
    let still = evaluate(&mut group, 179.0);
    assert_eq!(
        (still.recorded.len(), still.changes.len()),
        (2, 0),
        "it still fires"
    );
    script.answer("x", vec![sample(&[], 1.0)]);
    let again = evaluate(&mut group, 179.5);
    assert_eq!(
        (states(&again.changes), kept(&again)),
        (vec!["A firing".to_owned()], None)
    );
    script.answer("x", vec![]);
    assert_eq!(kept(&evaluate(&mut group, 200.0)), Some(200.0));
    assert_eq!(
        states(&evaluate(&mut group, 319.0).changes),
        [""; 0],
        "it began anew"
    );
    let over = evaluate(&mut group, 320.0);
    assert_eq!(
        (states(&over.changes), kept(&over)),
        (vec!["A resolved".to_owned()], None)
    );
}

#[test]
fn a_failure_changes_nothing_and_is_told() {
    let (mut group, script) = one(FOR_5M);
    script.answer("x", vec![sample(&[("agent", "a1")], 3.0)]);
    evaluate(&mut group, 0.0);
    evaluate(&mut group, 300.0);
    script.fail("x", "too many samples");
    let failed = evaluate(&mut group, 360.0);
    assert_eq!(failed.errors.len(), 1);
    assert_eq!(failed.errors[0].to_string(), "rule 1, \"A\": too many samples");
    assert!(failed.changes.is_empty() && failed.recorded.is_empty() && failed.stale.is_empty());
    let status = group.status();
    assert_eq!(
        (status.rules[0].health, status.rules[0].alerts.len()),
        (RuleHealth::Error, 1)
    );
    script.answer("x", vec![sample(&[("agent", "a1")], 4.0)]);
    assert!(
        evaluate(&mut group, 420.0).changes.is_empty(),
        "it goes on firing"
    );
    let status = group.status();
    assert_eq!(status.rules[0].health, RuleHealth::Ok);
    assert_eq!(status.rules[0].alerts[0].annotation("summary"), Some("v=4"));
}

#[test]
fn too_many_alerts_are_none() {
    let script = Scripted::default();
    let mut limited = group("{alert: A, expr: x}");
    limited.limit = 2;
    let mut group = GroupState::new(limited, &script, 60.0).unwrap();
    let many = |count: usize| -> Vec<QuerySample> {
        (0..count)
            .map(|n| sample(&[("agent", &format!("a{n}"))], 1.0))
            .collect()
    };
    script.answer("x", many(2));
    assert_eq!(evaluate(&mut group, 0.0).changes.len(), 2);
    script.answer("x", many(3));
    let over = evaluate(&mut group, 60.0);
    assert_eq!(over.errors[0].message, "exceeded limit of 2 with 3 alerts");
    assert_eq!(states(&over.changes), ["A resolved", "A resolved"]);
    assert!(over.changes[0].reason.contains("limit"));
    script.answer("x", many(1));
    let again = evaluate(&mut group, 120.0);
    assert_eq!(states(&again.changes), ["A firing"]);
    assert_eq!(again.changes[0].active_at, T0.plus_s(120.0));
}

#[test]
fn labels_are_templates_and_two_alerts_never_share_them() {
    let (mut group, script) =
        one("{alert: A, expr: x, labels: {agent: '', team: 'team-{{ $labels.agent }}'}}");
    script.answer("x", vec![sample(&[("agent", "a1")], 1.0)]);
    let changes = evaluate(&mut group, 0.0).changes;
    assert_eq!(changes[0].label("team"), Some("team-a1"));
    assert_eq!(
        changes[0].label("agent"),
        None,
        "an empty value takes a label away"
    );
    assert_eq!(
        (changes[0].severity, changes[0].label("severity")),
        (Severity::Warning, None),
        "what nobody says is no label"
    );
    assert_eq!(changes[0].subject, None);
    let (mut group, script) = one("{alert: A, expr: x, labels: {agent: ''}}");
    script.answer(
        "x",
        vec![sample(&[("agent", "a1")], 1.0), sample(&[("agent", "a2")], 1.0)],
    );
    let error = &evaluate(&mut group, 0.0).errors[0];
    assert!(error.message.contains("same labelset"), "{error}");
    let (mut group, script) = one("{record: 'r', expr: x, labels: {agent: all}}");
    script.answer(
        "x",
        vec![sample(&[("agent", "a1")], 1.0), sample(&[("agent", "a2")], 1.0)],
    );
    assert!(
        evaluate(&mut group, 0.0).errors[0]
            .message
            .contains("same labelset")
    );
}

#[test]
fn what_is_recorded_has_the_rules_name_and_labels() {
    let (mut group, script) = one("{record: 'r:x', expr: x, labels: {job: j}}");
    script.answer(
        "x",
        vec![
            sample(&[("__name__", "x"), ("a", "1")], 2.0),
            sample(&[("a", "2")], 3.0),
        ],
    );
    let outcome = evaluate(&mut group, 0.0);
    let texts: Vec<String> = outcome
        .recorded
        .iter()
        .map(|(labels, v)| format!("{labels} {v}"))
        .collect();
    assert_eq!(texts, ["r:x{a=\"1\", job=\"j\"} 2", "r:x{a=\"2\", job=\"j\"} 3"]);
    script.answer("x", vec![sample(&[("a", "2")], 3.0)]);
    assert_eq!(evaluate(&mut group, 60.0).stale, [outcome.recorded[0].0.clone()]);
}

#[test]
fn without_data_is_neither_alert_nor_all_clear() {
    let (mut group, script) = one(FOR_5M);
    script.answer("x", vec![]);
    evaluate(&mut group, 0.0);
    assert!(!group.status().rules[0].no_data);
    script.blind("x");
    evaluate(&mut group, 60.0);
    assert!(group.status().rules[0].no_data);
}

/// Evaluates from scratch with what `alerts` says was there.
fn restarted(yaml: &str, alerts: &[Alert]) -> (GroupState, Scripted) {
    let (mut group, script) = one(yaml);
    group.restore(alerts);
    (group, script)
}

#[test]
fn a_restart_keeps_times_and_ends_nothing_before_it_looked() {
    let (mut group, script) = one(FOR_5M);
    script.answer("x", vec![sample(&[("agent", "a1")], 3.0)]);
    let pending = evaluate(&mut group, 0.0).changes;
    let (mut group, script) = restarted(FOR_5M, &pending);
    script.fail("x", "not ready");
    assert!(
        evaluate(&mut group, 240.0).changes.is_empty(),
        "a failure ends nothing"
    );
    script.answer("x", vec![sample(&[("agent", "a1")], 3.0)]);
    let fires = evaluate(&mut group, 300.0).changes;
    assert_eq!(states(&fires), ["A firing"]);
    assert_eq!((fires[0].active_at, &fires[0].id), (T0, &pending[0].id));

    let (mut group, script) = restarted(FOR_5M, &fires);
    script.blind("x");
    assert!(
        evaluate(&mut group, 360.0).changes.is_empty(),
        "nothing is seen yet"
    );
    assert_eq!(group.status().rules[0].alerts[0].state, AlertState::Firing);
    assert!(evaluate(&mut group, 959.0).changes.is_empty(), "grace");
    let over = evaluate(&mut group, 960.0).changes;
    assert_eq!(states(&over), ["A resolved"]);
    assert!(over[0].reason.contains("no data"));

    let (mut group, script) = restarted(FOR_5M, &fires);
    script.answer("x", vec![]);
    assert_eq!(
        states(&evaluate(&mut group, 360.0).changes),
        ["A resolved"],
        "it sees that it is over"
    );
}

#[test]
fn time_in_which_nobody_looked_does_not_count() {
    let (mut group, script) = one(FOR_5M);
    script.answer("x", vec![sample(&[("agent", "a1")], 3.0)]);
    let pending = evaluate(&mut group, 0.0).changes;
    let (mut group, script) = restarted(FOR_5M, &pending);
    group.set_evaluated_before(T0);
    script.answer("x", vec![sample(&[("agent", "a1")], 3.0)]);
    assert_eq!(
        states(&evaluate(&mut group, 3600.0).changes),
        ["A pending"],
        "an hour of darkness is no five minutes of truth: since when it counts is on record"
    );
    assert!(evaluate(&mut group, 3600.0 + 239.0).changes.is_empty());
    assert_eq!(
        states(&evaluate(&mut group, 3600.0 + 240.0).changes),
        ["A firing"]
    );
}

#[test]
fn other_definitions_take_over_what_the_same_rules_knew() {
    let script = Scripted::default();
    let mut before =
        GroupState::new(group("{alert: A, expr: x}, {alert: B, expr: x}"), &script, 60.0).unwrap();
    script.answer("x", vec![sample(&[], 1.0)]);
    assert_eq!(evaluate(&mut before, 0.0).changes.len(), 2);
    let mut after =
        GroupState::new(group("{alert: C, expr: x}, {alert: A, expr: x}"), &script, 60.0).unwrap();
    after.adopt(&mut before);
    let ended = before.end(T0.plus_s(30.0));
    assert_eq!(states(&ended.changes), ["B resolved"]);
    assert_eq!(ended.stale.len(), 2);
    assert_eq!(
        states(&evaluate(&mut after, 60.0).changes),
        ["C firing"],
        "A goes on"
    );
}

#[test]
fn a_template_that_fails_says_so_in_its_place() {
    let (mut group, script) =
        one("{alert: A, expr: x, annotations: {summary: '{{ query \"up\" | first | value }}'}}");
    script.answer("x", vec![sample(&[], 1.0)]);
    let alert = &evaluate(&mut group, 0.0).changes[0];
    let summary = alert.annotation("summary").unwrap();
    assert!(
        summary.starts_with("<error expanding template: error executing template __alert_A: "),
        "{summary}"
    );
    let options = EvaluationOptions {
        expressions: Some(&script),
        ..EvaluationOptions::default()
    };
    script.answer("up", vec![sample(&[], 7.0)]);
    let at: Timestamp = T0.plus_s(60.0);
    group.evaluate(at, at, &options);
    assert_eq!(group.status().rules[0].alerts[0].annotation("summary"), Some("7"));
}
