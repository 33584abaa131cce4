//! Several namespaces in one installation: each is judged, recorded and alerted by what its own series say.

#![expect(clippy::unwrap_used, reason = "a wrong answer ends the test")]

#[path = "support/evaluator.rs"]
mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use support::Bench;
use swarmpulse_model::{Text, Timestamp};
use swarmpulse_rules::RuleKind;
use swarmpulse_slo::{Objective, SloQueries, SloState, parse, status, statuses};

const END_S: i64 = 2 * 3600;

fn objective(text: &str) -> Objective {
    parse("test", &format!("slos:\n- {{service: s, {text}}}\n"))
        .unwrap()
        .remove(0)
}

/// A figure every minute of a namespace; the default one has no label.
fn feed(bench: &Bench, name: &str, namespace: &str, value: impl Fn(i64) -> f64) {
    let mut labels = vec![("__name__", name)];
    if namespace != "default" {
        labels.push(("namespace", namespace));
    }
    bench.feed(&labels, (0..=END_S).step_by(60).map(|at| (at, value(at))));
}

fn states(objective: &Objective, bench: &Bench, known: &[&str]) -> BTreeMap<String, SloState> {
    let known: Vec<Text> = known.iter().map(|name| (*name).into()).collect();
    let found = statuses(objective, bench, Timestamp::from_unix_s(END_S as f64), &known);
    found
        .into_iter()
        .map(|status| {
            assert_eq!(status.error, None);
            (status.namespace.to_string(), status.state)
        })
        .collect()
}

fn told(pairs: &[(&str, SloState)]) -> BTreeMap<String, SloState> {
    pairs
        .iter()
        .map(|(name, state)| ((*name).to_owned(), *state))
        .collect()
}

#[test]
fn each_namespace_meets_or_violates_or_has_no_data() {
    use SloState::{Meeting, NoData, Violating};
    let bench = Bench::default();
    for (namespace, agents) in [("default", 9.0), ("a", 9.0), ("b", 3.0)] {
        feed(&bench, "active", namespace, |_| agents);
    }
    let each = objective("name: each, objective: 90%, window: 1h, at_least: 8, of: sum(active)");
    assert_eq!(
        states(&each, &bench, &["c"]),
        told(&[
            ("a", Meeting),
            ("b", Violating),
            ("c", NoData),
            ("default", Meeting)
        ])
    );
    let together = objective(
        "name: all, namespaces: together, objective: 90%, window: 1h, at_least: 21, of: sum(active)",
    );
    assert_eq!(states(&together, &bench, &["c"]), told(&[("*", Meeting)]));
    let one = objective("name: one, namespace: b, objective: 90%, window: 1h, at_least: 8, of: sum(active)");
    assert_eq!(states(&one, &bench, &["c"]), told(&[("b", Violating)]));
    assert_eq!(
        states(&each, &Bench::default(), &[]),
        told(&[("default", NoData)]),
        "nobody is there, and nothing is met"
    );
}

#[test]
fn rules_record_and_alert_of_each_namespace_by_itself() {
    let bench = Bench::default();
    feed(&bench, "calls_total", "a", |at| at as f64);
    feed(&bench, "errors_total", "a", |_| 0.0);
    feed(&bench, "calls_total", "b", |at| at as f64);
    feed(&bench, "errors_total", "b", |at| at as f64);
    let each = objective("name: each, objective: 99%, window: 30d, bad: errors_total, total: calls_total");
    let file = each.rules();
    for at in (0..=END_S).step_by(60) {
        bench.evaluate(&file, at);
    }
    let at = Timestamp::from_unix_s(END_S as f64);
    let of = |name: &str| -> BTreeMap<String, f64> {
        let found = bench.instant(name, at).unwrap();
        let pair = |sample: &swarmpulse_rules::QuerySample| {
            (
                sample.labels.get("namespace").unwrap_or_default().to_owned(),
                sample.value,
            )
        };
        found.iter().map(pair).collect()
    };
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    for (name, a, b) in [
        ("slo:sli_error:ratio_rate5m", 0.0, 1.0),
        ("slo:sli_error:ratio_rate30d", 0.0, 1.0),
        ("slo:current_burn_rate:ratio", 0.0, 100.0),
        ("slo:period_error_budget_remaining:ratio", 1.0, -99.0),
    ] {
        let found = of(name);
        assert_eq!(found.len(), 2, "{name}: {found:?}");
        assert!(near(found["a"], a) && near(found["b"], b), "{name}: {found:?}");
    }
    assert_eq!(
        of("slo:objective:ratio").len(),
        3,
        "a, b, and whoever sees none of them"
    );
    let alerts: Vec<_> = file
        .groups
        .iter()
        .flat_map(|group| &group.rules)
        .filter(|rule| matches!(rule.kind, RuleKind::Alert(_)))
        .flat_map(|rule| bench.instant(&rule.expr, at).unwrap())
        .collect();
    assert!(!alerts.is_empty());
    assert!(
        alerts
            .iter()
            .all(|alert| alert.labels.get("namespace") == Some("b")),
        "{alerts:?}"
    );
}

#[test]
fn what_is_of_all_together_is_recorded_where_no_namespace_sees_it() {
    let together = objective(
        "name: all, namespaces: together, objective: 90%, window: 1d, at_least: 21, of: sum(active), alerts: {no_data: 1h}",
    );
    let file = together.rules();
    let rules: Vec<_> = file.groups.iter().flat_map(|group| &group.rules).collect();
    assert!(rules.len() > 8);
    for rule in rules {
        assert_eq!(support::label(rule, "namespace"), "*", "{}", rule.name());
    }
}

#[test]
fn a_namespace_that_falls_silent_alerts_alone() {
    let each = objective(
        "name: each, objective: 90%, window: 1d, at_least: 1, of: sum(active), alerts: {no_data: 10m}",
    );
    let file = each.rules();
    let rule = file
        .groups
        .iter()
        .flat_map(|group| &group.rules)
        .find(|rule| rule.name() == "slo_no_data")
        .unwrap();
    let bench = Bench::default();
    let namespaces_at = |at: i64| -> Vec<String> {
        let found = bench
            .instant(&rule.expr, Timestamp::from_unix_s(at as f64))
            .unwrap();
        found
            .iter()
            .map(|sample| sample.labels.get("namespace").unwrap_or("").to_owned())
            .collect()
    };
    assert_eq!(namespaces_at(0), [""], "nothing at all");
    feed(&bench, "active", "a", |_| 1.0);
    bench.feed(
        &[("__name__", "active"), ("namespace", "b")],
        (0..=1800).step_by(60).map(|at| (at, 1.0)),
    );
    for at in (0..=END_S).step_by(60) {
        bench.evaluate(&file, at);
    }
    assert_eq!(namespaces_at(END_S), ["b"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// What is said of a namespace among others is what would be said of it if it were alone.
    #[test]
    fn others_change_nothing(
        ours in proptest::collection::vec(0_u32..12, 121),
        theirs in proptest::collection::vec(0_u32..12, 121),
        form in 0_usize..4,
    ) {
        let text = [
            "at_least: 6, of: sum(x)",
            "good_share: avg(x > bool 5)",
            "below: 9, of: x, only: max(y) > 3",
            "below: 1.5, of: x / on () group_left sum(y)",
        ][form];
        let objective = objective(&format!("name: o, objective: 90%, window: 1h, {text}"));
        let (alone, among) = (Bench::default(), Bench::default());
        let value = |of: &[u32], at: i64| f64::from(of[(at / 60) as usize]);
        for name in ["x", "y"] {
            feed(&alone, name, "default", |at| value(&ours, at));
            feed(&among, name, "a", |at| value(&ours, at));
            feed(&among, name, "b", |at| value(&theirs, at));
        }
        let at = Timestamp::from_unix_s(END_S as f64);
        let mut expected = status(&objective, &alone, at, "default");
        expected.namespace = "a".into();
        prop_assert_eq!(status(&objective, &among, at, "a"), expected);
    }
}

#[test]
fn what_is_absent_is_absent_in_a_namespace_that_has_agents() {
    use SloState::{Meeting, Violating};
    let bench = Bench::default();
    for namespace in ["default", "a", "b"] {
        feed(&bench, "swarmpulse_agents_expected", namespace, |_| 3.0);
    }
    feed(&bench, "up", "a", |_| 1.0);
    for query in ["absent(up)", "absent_over_time(up[5m])"] {
        // Where it is not absent nothing says so: the rest of the time is good.
        let text = format!("name: there, objective: 90%, window: 1h, bad_share: '{query} or 0 * sum(up)'");
        assert_eq!(
            states(&objective(&text), &bench, &[]),
            told(&[("a", Meeting), ("b", Violating), ("default", Violating)]),
            "{query}"
        );
    }
}

#[test]
fn a_number_made_of_several_namespaces_is_told_with_the_way_out() {
    let bench = Bench::default();
    for namespace in ["default", "a"] {
        feed(&bench, "part", namespace, |_| 9.0);
        feed(&bench, "all", namespace, |_| 10.0);
    }
    let judged = |query: &str| {
        let text = format!("name: share, objective: 80%, window: 1h, good_share: '{query}'");
        let at = Timestamp::from_unix_s(END_S as f64);
        statuses(&objective(&text), &bench, at, &["default".into(), "a".into()])
    };
    for status in judged("sum(part) / scalar(all)") {
        assert_eq!(status.state, SloState::NoData);
        assert_eq!(
            status.sentence,
            "NO DATA: cannot be judged, `scalar()` of the series of several namespaces is nothing: write `on ()` and a \
             vector in its place, or say `namespaces: together`, or `namespace: NAME` in one objective for each."
        );
    }
    // What is written instead is judged.
    for status in judged("sum(part) / on () sum(all)") {
        assert_eq!(status.state, SloState::Meeting, "{}", status.sentence);
    }
    // A number that no series makes is the same for all.
    for status in judged("sum(part) / scalar(vector(10))") {
        assert_eq!(status.state, SloState::Meeting, "{}", status.sentence);
    }
}
