//! Shipped rules: each file is read by us and by promtool, says what to do, and covers what must be covered.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use swarmpulse_model::Severity;
use swarmpulse_rules::{
    COVERED, Cover, ExpressionError, Expressions, Overrides, Query, Rule, RuleFile, RuleKind,
};
use swarmpulse_rules::{SHIPPED, shipped};

/// PromQL's parser alone.
struct Syntax;

impl Expressions for Syntax {
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
        struct Nothing;
        impl Query for Nothing {
            fn at(
                &self,
                _: swarmpulse_model::Timestamp,
            ) -> Result<Vec<swarmpulse_rules::QuerySample>, swarmpulse_rules::QueryError> {
                Ok(Vec::new())
            }
        }
        swarmpulse_promql::parse(text).map_err(|error| ExpressionError {
            message: error.to_string(),
            offset: Some(error.span.start),
        })?;
        Ok(Box::new(Nothing))
    }
}

fn files() -> Vec<RuleFile> {
    SHIPPED
        .iter()
        .map(|file| {
            RuleFile::parse(file.name, file.text, Some(&Syntax)).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect()
}

fn rules(files: &[RuleFile]) -> Vec<&Rule> {
    files
        .iter()
        .flat_map(|file| &file.groups)
        .flat_map(|group| &group.rules)
        .collect()
}

#[test]
fn each_says_how_much_it_matters_and_what_to_do() {
    let files = files();
    let mut names = BTreeSet::new();
    for rule in rules(&files) {
        let name = rule.name();
        assert!(names.insert(name.to_owned()), "{name} is there twice");
        let RuleKind::Alert(alert) = &rule.kind else {
            panic!("{name} records");
        };
        let label = |name: &str| rule.labels.iter().find(|label| label.name == name);
        let annotation = |wanted: &str| {
            let found = alert.annotations.iter().find(|label| label.name == wanted);
            found
                .unwrap_or_else(|| panic!("{name} has no {wanted}"))
                .value
                .clone()
        };
        let severity = Severity::parse(&label("severity").unwrap().value).unwrap();
        let priority = match severity {
            Severity::Critical => "P1",
            Severity::Warning => "P2",
            Severity::Info => "P3",
        };
        assert_eq!(annotation("priority"), priority, "{name}");
        assert!(!annotation("summary").is_empty(), "{name}");
        assert!(annotation("description").len() > 60, "{name} says what to do");
    }
    assert!(files.iter().all(|file| file.lints().is_empty()));
}

#[test]
fn what_must_be_covered_is_by_a_rule_or_a_condition() {
    let files = files();
    let rules: BTreeSet<&str> = rules(&files).iter().map(|rule| rule.name()).collect();
    let mut conditions: BTreeSet<&str> = swarmpulse_detect::DETECTORS
        .iter()
        .flat_map(|detector| detector.description.conditions)
        .map(|condition| condition.name)
        .collect();
    // Those of verdicts.
    conditions.extend(["agent_down", "agent_stuck"]);
    for (what, covers) in COVERED {
        assert!(!covers.is_empty(), "{what}");
        for cover in *covers {
            match cover {
                Cover::Rule(name) => assert!(rules.contains(name), "{what}: no rule {name}"),
                Cover::Condition(name) => assert!(conditions.contains(name), "{what}: no condition {name}"),
            }
        }
    }
    let twice: Vec<_> = rules.intersection(&conditions).collect();
    assert!(
        twice.is_empty(),
        "a rule and a condition of the same name: {twice:?}"
    );
}

#[test]
fn the_documentation_lists_each_with_its_level() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    for rule in rules(&files()) {
        let severity = rule.labels.iter().find(|label| label.name == "severity").unwrap();
        let level = match severity.value.as_str() {
            "critical" => "P1",
            "warning" => "P2",
            _ => "P3",
        };
        let row = format!("| `{}` | {level} | ", rule.name());
        assert!(docs.contains(&row), "docs/rules.md lacks {row}");
    }
}

#[test]
fn rules_are_switched_off_changed_and_replaced() {
    let all = rules(&shipped(&Overrides::default())).len();
    assert_eq!(all, rules(&files()).len());
    let own = "groups: [{name: own, labels: {severity: page}, rules: [\
               {alert: agents_active_low, expr: swarmpulse_agents_active < 2}, {alert: mine, expr: up == 0, for: 1m}]}]";
    let mut own = [RuleFile::parse("own.yaml", own, None).unwrap()];
    let overrides = Overrides {
        off: ["sandbox_zombie".into(), "sandbox_zomby".into(), "mine".into()].into(),
        severity: [
            ("agent_count_changed".into(), Severity::Critical),
            ("mine".into(), Severity::Info),
            ("nobodys".into(), Severity::Info),
        ]
        .into(),
        for_s: [("discord_bot_down".into(), 300.0), ("mine".into(), 0.0)].into(),
        ..Overrides::default()
    }
    .replaced_by(&own);
    let unknown: Vec<String> = overrides
        .unknown(&own)
        .iter()
        .map(|unknown| format!("{} {}", unknown.key, unknown.name))
        .collect();
    assert_eq!(unknown, ["off mine", "off sandbox_zomby", "severity nobodys"]);
    let changed = shipped(&overrides);
    assert!(
        changed.iter().all(|file| file.name != "shipped/sandboxes"),
        "nothing is left of it"
    );
    let changed = rules(&changed);
    assert_eq!(changed.len(), all - 2);
    let told = |rule: &Rule| {
        let label = |wanted: &str, labels: &[swarmpulse_model::series::Label]| {
            let found = labels.iter().find(|label| label.name == wanted);
            found.map(|label| label.value.to_string())
        };
        let RuleKind::Alert(alert) = &rule.kind else {
            panic!("it alerts");
        };
        let overridden = alert.overridden.clone().unwrap();
        (
            label("severity", &rule.labels),
            label("priority", &alert.annotations),
            alert.for_s,
            overridden.severity.map(|text| text.to_string()),
            overridden.for_s,
        )
    };
    let text = |text: &str| Some(text.to_owned());
    let find = |name: &str| *changed.iter().find(|rule| rule.name() == name).unwrap();
    assert_eq!(
        told(find("agent_count_changed")),
        (text("critical"), text("P1"), 0.0, text("info"), None)
    );
    assert_eq!(
        told(find("discord_bot_down")),
        (text("critical"), text("P1"), 300.0, None, Some(60.0))
    );
    overrides.change(&mut own);
    let own = rules(&own);
    assert_eq!(
        told(own[1]),
        (text("info"), None, 0.0, text("page"), Some(60.0)),
        "rules of the user are changed, too; the group's label gives way"
    );
    let RuleKind::Alert(untouched) = &own[0].kind else {
        panic!("it alerts");
    };
    assert_eq!(untouched.overridden, None);
}

#[test]
fn promtool_accepts_them_as_shipped_and_as_we_write_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (place, (shipped, read)) in SHIPPED.iter().zip(files()).enumerate() {
        let written = read.to_yaml();
        let again = RuleFile::parse(shipped.name, &written, Some(&Syntax)).unwrap();
        let plain = |file: &RuleFile| {
            let mut file = file.clone();
            for group in &mut file.groups {
                for rule in &mut group.rules {
                    rule.line = 0;
                    rule.labels.sort();
                    if let RuleKind::Alert(alert) = &mut rule.kind {
                        alert.annotations.sort();
                    }
                }
            }
            file
        };
        assert_eq!(plain(&again), plain(&read), "{written}");
        for (kind, text) in [("shipped", shipped.text), ("written", written.as_str())] {
            let path = folder.path().join(format!("{kind}{place}.yaml"));
            std::fs::write(&path, text).unwrap();
            paths.push(path);
        }
    }
    let Ok(output) = Command::new("promtool")
        .args(["check", "rules"])
        .args(&paths)
        .output()
    else {
        eprintln!("skipped: promtool is not installed");
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
