//! Figures and names as Sloth gives them for its own first example: a service `myservice`, 99.9 % of requests over 30 days.

#![expect(clippy::unwrap_used, reason = "a wrong answer ends the test")]

#[path = "support/evaluator.rs"]
mod support;

use std::collections::BTreeMap;

use support::label;
use swarmpulse_rules::{Rule, RuleFile, RuleKind};
use swarmpulse_slo::parse;

fn made() -> RuleFile {
    let text = "slos:
- name: requests-availability
  service: myservice
  objective: 99.9%
  window: 30d
  bad: sum(rate(http_request_duration_seconds_count{job=\"myservice\",code=~\"(5..|429)\"}[{{.window}}]))
  total: sum(rate(http_request_duration_seconds_count{job=\"myservice\"}[{{.window}}]))
  labels: {owner: myteam, repo: myorg/myservice, tier: 2}
";
    parse("getting-started", text).unwrap().remove(0).rules()
}

fn rules(file: &RuleFile) -> Vec<&Rule> {
    file.groups.iter().flat_map(|group| &group.rules).collect()
}

#[test]
fn the_same_series_are_recorded_with_the_same_labels() {
    let file = made();
    let recorded: Vec<(&str, &str)> = rules(&file)
        .into_iter()
        .filter(|rule| matches!(rule.kind, RuleKind::Record(_)))
        .map(|rule| (rule.name(), label(rule, "sloth_window")))
        .collect();
    assert_eq!(
        recorded,
        [
            ("slo:sli_error:ratio_rate5m", "5m"),
            ("slo:sli_error:ratio_rate30m", "30m"),
            ("slo:sli_error:ratio_rate1h", "1h"),
            ("slo:sli_error:ratio_rate2h", "2h"),
            ("slo:sli_error:ratio_rate6h", "6h"),
            ("slo:sli_error:ratio_rate1d", "1d"),
            ("slo:sli_error:ratio_rate3d", "3d"),
            ("slo:sli_error:ratio_rate30d", "30d"),
            ("slo:objective:ratio", ""),
            ("slo:error_budget:ratio", ""),
            ("slo:time_period:days", ""),
            ("slo:current_burn_rate:ratio", ""),
            ("slo:period_burn_rate:ratio", ""),
            ("slo:period_error_budget_remaining:ratio", ""),
            ("sloth_slo_info", ""),
        ]
    );
    for rule in rules(&file) {
        assert_eq!(
            label(rule, "sloth_id"),
            "myservice-requests-availability",
            "{}",
            rule.name()
        );
        assert_eq!(label(rule, "sloth_service"), "myservice");
        assert_eq!(label(rule, "sloth_slo"), "requests-availability");
        assert_eq!((label(rule, "owner"), label(rule, "tier")), ("myteam", "2"));
    }
}

#[test]
fn constants_are_the_same() {
    let file = made();
    let all: BTreeMap<&str, &Rule> = rules(&file).into_iter().map(|rule| (rule.name(), rule)).collect();
    for (name, value) in [
        ("slo:objective:ratio", 0.999),
        ("slo:error_budget:ratio", 1.0 - 0.999),
        ("slo:time_period:days", 30.0),
        ("sloth_slo_info", 1.0),
    ] {
        let expr = &all[name].expr;
        let found: f64 = expr
            .strip_prefix("vector(")
            .unwrap()
            .split(')')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(
            (found - value).abs() < 1e-12,
            "{name}: {found} instead of {value}"
        );
    }
    assert_eq!(label(all["sloth_slo_info"], "sloth_objective"), "99.9");
}

/// Of an alert's expression: each window that is compared, with the factor and the budget of its threshold.
fn thresholds(rule: &Rule) -> Vec<(String, f64, f64)> {
    let parts = rule.expr.split("slo:sli_error:ratio_rate").skip(1);
    parts
        .map(|part| {
            let window = part.split('{').next().unwrap().to_owned();
            let product = part.split("> (").nth(1).unwrap().split(')').next().unwrap();
            let (factor, budget) = product.split_once(" * ").unwrap();
            (window, factor.parse().unwrap(), budget.parse().unwrap())
        })
        .collect()
}

#[test]
fn alerts_compare_the_same_windows_with_the_same_thresholds() {
    let file = made();
    let alerts: Vec<&Rule> = rules(&file)
        .into_iter()
        .filter(|rule| matches!(rule.kind, RuleKind::Alert(_)))
        .collect();
    let expected = [
        (
            "page",
            "critical",
            [("5m", 14.4), ("1h", 14.4), ("30m", 6.0), ("6h", 6.0)],
        ),
        (
            "ticket",
            "warning",
            [("2h", 3.0), ("1d", 3.0), ("6h", 1.0), ("3d", 1.0)],
        ),
    ];
    assert_eq!(alerts.len(), expected.len());
    for (rule, (sloth_severity, severity, windows)) in alerts.into_iter().zip(expected) {
        assert_eq!(
            (label(rule, "sloth_severity"), label(rule, "severity")),
            (sloth_severity, severity)
        );
        let found = thresholds(rule);
        let names: Vec<(&str, f64)> = found
            .iter()
            .map(|(window, factor, _)| (window.as_str(), *factor))
            .collect();
        assert_eq!(names, windows);
        assert!(
            found.iter().all(|(_, _, budget)| (budget - 0.001).abs() < 1e-12),
            "{found:?}"
        );
    }
}

#[test]
fn the_period_is_made_of_the_short_windows_figures() {
    let file = made();
    let all = rules(&file);
    let period = all
        .iter()
        .find(|rule| label(rule, "sloth_window") == "30d")
        .unwrap();
    let selector = "slo:sli_error:ratio_rate5m{sloth_id=\"myservice-requests-availability\", \
                    sloth_service=\"myservice\", sloth_slo=\"requests-availability\"}[30d]";
    assert_eq!(
        period.expr,
        format!("sum_over_time({selector}) / count_over_time({selector})")
    );
}
