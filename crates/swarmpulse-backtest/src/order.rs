//! In which order rules that record are evaluated: each after those that make what it reads.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::series::{Label, METRIC_NAME};
use swarmpulse_promql::syntax::Expr;
use swarmpulse_rules::{RuleGroup, RuleKind};

use crate::error::BacktestError;

/// A rule that records, ready to be evaluated.
#[derive(Debug)]
pub(crate) struct Recording {
    pub name: String,
    pub text: String,
    pub expr: Expr,
    pub labels: Vec<Label>,
    /// The group's place in the list.
    pub group: usize,
}

/// The rules that record, each after those whose metrics it reads; where rules read each other in a circle, as they
/// stand in their files.
pub(crate) fn recordings(groups: &[RuleGroup]) -> Result<Vec<Recording>, BacktestError> {
    let mut all = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        for rule in &group.rules {
            let RuleKind::Record(record) = &rule.kind else {
                continue;
            };
            let expr = swarmpulse_promql::parse(&rule.expr)
                .map_err(|error| BacktestError::rule(group, rule.name(), error.to_string()))?;
            let mut labels: BTreeMap<&str, &Label> = BTreeMap::new();
            for label in group.labels.iter().chain(&rule.labels) {
                labels.insert(&label.name, label);
            }
            all.push(Recording {
                name: record.name.to_string(),
                text: rule.expr.clone(),
                expr,
                labels: labels.into_values().cloned().collect(),
                group: number,
            });
        }
    }
    Ok(sorted(all))
}

fn sorted(all: Vec<Recording>) -> Vec<Recording> {
    let made: BTreeSet<String> = all.iter().map(|rule| rule.name.clone()).collect();
    let mut waiting: Vec<(Recording, BTreeSet<String>)> = all
        .into_iter()
        .map(|rule| {
            let mut reads = BTreeSet::new();
            metrics_read(&rule.expr, &made, &mut reads);
            reads.remove(&rule.name);
            (rule, reads)
        })
        .collect();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let missing: BTreeSet<String> = waiting.iter().map(|(rule, _)| rule.name.clone()).collect();
        let ready = waiting
            .iter()
            .position(|(_, reads)| reads.is_disjoint(&missing))
            .unwrap_or(0);
        order.push(waiting.remove(ready).0);
    }
    order
}

/// Which of the metrics that rules make an expression reads. A selector without one name may read them all.
pub(crate) fn metrics_read(expr: &Expr, made: &BTreeSet<String>, into: &mut BTreeSet<String>) {
    if let Some(selector) = expr.selector() {
        let named = selector
            .matchers
            .iter()
            .filter(|matcher| matcher.name() == METRIC_NAME)
            .collect::<Vec<_>>();
        let names = made
            .iter()
            .filter(|name| named.iter().all(|matcher| matcher.matches(name)));
        into.extend(names.cloned());
    }
    for child in expr.children() {
        metrics_read(child, made, into);
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_rules::{RecordRule, Rule};

    use super::*;

    fn group(rules: &[(&str, &str)]) -> RuleGroup {
        RuleGroup {
            name: "g".into(),
            rules: rules
                .iter()
                .map(|(name, expr)| Rule {
                    line: 0,
                    expr: (*expr).to_owned(),
                    labels: Vec::new(),
                    kind: RuleKind::Record(RecordRule { name: (*name).into() }),
                })
                .collect(),
            ..RuleGroup::default()
        }
    }

    fn order(rules: &[(&str, &str)]) -> Vec<String> {
        let recordings = recordings(&[group(rules)]).expect("rules");
        recordings.into_iter().map(|rule| rule.name).collect()
    }

    #[test]
    fn a_rule_comes_after_what_it_reads() {
        assert_eq!(
            order(&[("c", "sum(b) / a"), ("b", "rate(a[5m])"), ("a", "x")]),
            ["a", "b", "c"]
        );
        assert_eq!(
            order(&[("b", "{__name__=~\"a.*\"}"), ("a1", "x"), ("a2", "y")]),
            ["a1", "a2", "b"]
        );
    }

    #[test]
    fn rules_that_read_each_other_keep_their_places() {
        assert_eq!(order(&[("a", "b"), ("b", "a"), ("c", "x")]), ["c", "a", "b"]);
        assert_eq!(order(&[("a", "a offset 1m")]), ["a"]);
    }

    #[test]
    fn what_is_no_expression_names_the_rule() {
        let error = recordings(&[group(&[("a", "sum(")])]).expect_err("no expression");
        assert!(error.to_string().contains("rule \"a\""), "{error}");
    }
}
