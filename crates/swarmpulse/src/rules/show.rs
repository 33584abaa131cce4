//! `swarmpulse rules show`: one rule, as it is written and as it is.

use std::collections::BTreeMap;

use serde_json::json;
use swarmpulse_api::{Rule, RuleGroup};
use swarmpulse_model::series::Label;
use swarmpulse_rules::{AlertRule, RecordRule, RuleFile, RuleKind};

use super::ListArgs;
use super::list::{rules, state};
use crate::config::Environment;
use crate::exit::Outcome;
use crate::output;

/// Prints every rule of that name.
///
/// # Errors
/// If there is none.
pub(super) fn run(name: &str, args: &ListArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let all = rules(args, environment, true)?;
    let found: Vec<(&RuleGroup, &Rule)> = all
        .groups
        .iter()
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)))
        .filter(|(_, rule)| rule.name == name)
        .collect();
    anyhow::ensure!(
        !found.is_empty(),
        "no rule is called {name:?}; `swarmpulse rules list` has them all"
    );
    if args.json {
        let shown: Vec<_> = found
            .iter()
            .map(|(group, rule)| json!({"file": group.file, "group": group.name, "rule": rule}))
            .collect();
        output::json(&shown.into())?;
        return Ok(Outcome::Done);
    }
    for (group, rule) in found {
        output::line(&about(group, rule))?;
        output::print(&yaml(group, rule))?;
    }
    Ok(Outcome::Done)
}

/// Where it is from and how it is, as comments over its YAML.
fn about(group: &RuleGroup, rule: &Rule) -> String {
    let line = rule.line.map(|line| format!(", line {line}")).unwrap_or_default();
    let mut text = format!("# from {}{line}; every {} s", group.file, group.interval_s);
    let overridden = rule.overridden.clone().unwrap_or_default();
    if let Some(severity) = overridden.severity {
        text.push_str(&format!("\n# rules.severity says so; its file says {severity:?}"));
    }
    if let Some(for_s) = overridden.for_s {
        text.push_str(&format!(
            "\n# rules.for_s says {} s; its file says {for_s} s",
            rule.for_s
        ));
    }
    let state = state(rule);
    if state != "-" {
        text.push_str(&format!(
            "\n# {state}: {} firing, {} pending",
            rule.firing, rule.pending
        ));
    }
    if let Some(error) = &rule.error {
        text.push_str(&format!("\n# {error}"));
    }
    text
}

fn yaml(group: &RuleGroup, rule: &Rule) -> String {
    let labels = |pairs: &BTreeMap<String, String>| {
        let label = |(name, value): (&String, &String)| Label {
            name: name.as_str().into(),
            value: value.as_str().into(),
        };
        pairs.iter().map(label).collect::<Vec<_>>()
    };
    let kind = if rule.kind == "alerting" {
        RuleKind::Alert(AlertRule {
            name: rule.name.as_str().into(),
            for_s: rule.for_s,
            keep_firing_for_s: rule.keep_firing_for_s,
            annotations: labels(&rule.annotations),
            overridden: None,
        })
    } else {
        RuleKind::Record(RecordRule {
            name: rule.name.as_str().into(),
        })
    };
    let rule = swarmpulse_rules::Rule {
        line: 0,
        expr: rule.query.clone(),
        labels: labels(&rule.labels),
        kind,
    };
    let group = swarmpulse_rules::RuleGroup {
        name: group.name.clone(),
        file: group.file.clone(),
        interval_s: Some(group.interval_s),
        rules: vec![rule],
        ..swarmpulse_rules::RuleGroup::default()
    };
    RuleFile {
        name: group.file.clone(),
        groups: vec![group],
    }
    .to_yaml()
}
