//! Properties of the states: neither the evaluator's order nor a restart changes what happens.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

#[path = "support/scripted.rs"]
mod support;

use proptest::prelude::*;
use swarmpulse_model::Alert;
use swarmpulse_rules::{EvaluationOptions, GroupState, QuerySample};

use support::{Scripted, T0, group, sample};

const RULES: &str = "{alert: A, expr: x, for: 3m, labels: {v: '{{ $labels.agent }}!'}}, \
                     {alert: B, expr: x, labels: {severity: critical}}, {record: 'r', expr: x}";

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
