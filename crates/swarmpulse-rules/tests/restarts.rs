//! Properties of the states: neither the evaluator's order nor a restart changes what happens.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

#[path = "support/scripted.rs"]
mod support;

use proptest::prelude::*;
use swarmpulse_model::Alert;
use swarmpulse_rules::{EvaluationOptions, GroupState, QuerySample};

use support::{Scripted, T0, group, sample};

const RULES: &str = "{alert: A, expr: x, for: 3m, labels: {v: '{{ $labels.agent }}!'}}, \
                     {alert: B, expr: x, labels: {severity: critical}}, {record: 'r', expr: x}, \
                     {alert: C, expr: x, for: 1m, keep_firing_for: 3m}";

/// What holds at each minute: for each of six agents whether it is true.
fn script() -> impl Strategy<Value = Vec<[bool; 6]>> {
    prop::collection::vec(any::<[bool; 6]>(), 1..30)
}

fn samples(now: [bool; 6], turn: usize, reverse: bool) -> Vec<QuerySample> {
    let mut samples: Vec<QuerySample> = (0..6)
        .filter(|agent| now[*agent])
        .map(|agent| sample(&[("agent", &format!("a{agent}"))], 1.0))
        .collect();
    let turn = turn % samples.len().max(1);
    samples.rotate_left(turn);
    if reverse {
        samples.reverse();
    }
    samples
}

/// Everything that was told, in order; optionally with a restart before the minutes in `restarts`.
fn told(minutes: &[[bool; 6]], turn: usize, reverse: bool, restarts: &[usize]) -> Vec<(usize, Alert)> {
    let script = Scripted::default();
    let fresh = || GroupState::new(group(RULES), &script, 60.0).unwrap();
    let mut state = fresh();
    let mut told: Vec<(usize, Alert)> = Vec::new();
    for (minute, now) in minutes.iter().enumerate() {
        if restarts.contains(&minute) {
            state = fresh();
            let mut last = std::collections::BTreeMap::new();
            for (_, alert) in &told {
                last.insert(alert.id.clone(), alert.clone());
            }
            state.restore(&last.into_values().collect::<Vec<_>>());
            state.set_evaluated_before(T0.plus_s(60.0 * (minute as f64 - 1.0)));
        }
        script.answer("x", samples(*now, turn, reverse));
        let at = T0.plus_s(60.0 * minute as f64);
        let outcome = state.evaluate(at, at, &EvaluationOptions::default());
        assert!(outcome.errors.is_empty());
        told.extend(outcome.changes.into_iter().map(|alert| (minute, alert)));
    }
    told
}

/// Evaluates a group at a time in seconds; gives what was told: state, since when, since when it is only kept.
fn evaluate(group: &mut GroupState, at_s: f64) -> Vec<(String, f64, Option<f64>)> {
    let at = T0.plus_s(at_s);
    let outcome = group.evaluate(at, at, &EvaluationOptions::default());
    let since = |moment: swarmpulse_model::Timestamp| moment.seconds_since(T0);
    let told = |alert: &Alert| {
        let state = alert.state.as_str().to_owned();
        (state, since(alert.active_at), alert.kept_since.map(since))
    };
    outcome.changes.iter().map(told).collect()
}

fn restarted(rules: &str, script: &Scripted, open: &[Alert], before_s: f64) -> GroupState {
    let mut fresh = GroupState::new(group(rules), script, 60.0).unwrap();
    assert_eq!(fresh.restore(open).len(), open.len());
    fresh.set_evaluated_before(T0.plus_s(before_s));
    fresh
}

#[test]
fn what_is_kept_firing_ends_after_a_restart_when_it_would_have_without() {
    const KEPT: &str = "{alert: A, expr: x, keep_firing_for: 5m}";
    let script = Scripted::default();
    let mut state = GroupState::new(group(KEPT), &script, 60.0).unwrap();
    script.answer("x", vec![sample(&[("agent", "a1")], 1.0)]);
    assert_eq!(evaluate(&mut state, 0.0), [("firing".into(), 0.0, None)]);
    script.answer("x", vec![]);
    let kept = [("firing".to_owned(), 0.0, Some(60.0))];
    assert_eq!(evaluate(&mut state, 60.0), kept, "it is on record");
    assert_eq!(evaluate(&mut state, 120.0), []);
    let open = state.status().rules[0].alerts.clone();
    let mut next = restarted(KEPT, &script, &open, 120.0);
    for at_s in [180.0, 240.0, 300.0, 359.0] {
        assert_eq!(evaluate(&mut next, at_s), [], "{at_s}");
    }
    assert_eq!(evaluate(&mut next, 360.0), [("resolved".into(), 0.0, None)]);
    // Nine minutes in which nobody looked count to nothing, and a further restart knows of them.
    let mut next = restarted(KEPT, &script, &open, 120.0);
    assert_eq!(evaluate(&mut next, 720.0), [("firing".into(), 0.0, Some(600.0))]);
    let open = next.status().rules[0].alerts.clone();
    let mut last = restarted(KEPT, &script, &open, 720.0);
    assert_eq!(evaluate(&mut last, 780.0), []);
    script.answer("x", vec![sample(&[("agent", "a1")], 1.0)]);
    assert_eq!(
        evaluate(&mut last, 840.0),
        [("firing".into(), 0.0, None)],
        "it is true again"
    );
    script.answer("x", vec![]);
    assert_eq!(evaluate(&mut last, 900.0), [("firing".into(), 0.0, Some(900.0))]);
}

#[test]
fn what_waits_has_its_later_beginning_on_record_for_the_restart_after_the_next() {
    const WAITS: &str = "{alert: A, expr: x, for: 10m}";
    let script = Scripted::default();
    script.answer("x", vec![sample(&[("agent", "a1")], 1.0)]);
    let mut state = GroupState::new(group(WAITS), &script, 60.0).unwrap();
    assert_eq!(evaluate(&mut state, 0.0), [("pending".into(), 0.0, None)]);
    let open = state.status().rules[0].alerts.clone();
    let mut next = restarted(WAITS, &script, &open, 0.0);
    assert_eq!(evaluate(&mut next, 3660.0), [("pending".into(), 3600.0, None)]);
    let open = next.status().rules[0].alerts.clone();
    let mut last = restarted(WAITS, &script, &open, 3660.0);
    assert_eq!(evaluate(&mut last, 3720.0), []);
    assert_eq!(evaluate(&mut last, 4140.0), []);
    assert_eq!(evaluate(&mut last, 4200.0), [("firing".into(), 3600.0, None)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_an_answer_changes_nothing(minutes in script(), turn in 0usize..6, reverse: bool) {
        prop_assert_eq!(told(&minutes, turn, reverse, &[]), told(&minutes, 0, false, &[]));
    }

    #[test]
    fn a_restart_changes_nothing(minutes in script(), restarts in prop::collection::vec(1usize..30, 0..4)) {
        prop_assert_eq!(told(&minutes, 0, false, &restarts), told(&minutes, 0, false, &[]));
    }

    #[test]
    fn an_alert_fires_exactly_when_it_was_true_for_long_enough(minutes in script()) {
        let told = told(&minutes, 0, false, &[]);
        for agent in 0..6 {
            let name = format!("a{agent}");
            let mut since = None;
            for (minute, now) in minutes.iter().enumerate() {
                since = if now[agent] { since.or(Some(minute)) } else { None };
                let fires = since.is_some_and(|since| minute - since == 3);
                let fired = told.iter().any(|(at, alert)| {
                    *at == minute && alert.name == "A" && alert.label("agent") == Some(&name) && alert.state.as_str() == "firing"
                });
                prop_assert_eq!(fires, fired, "{} at {}", name, minute);
            }
        }
    }
}
