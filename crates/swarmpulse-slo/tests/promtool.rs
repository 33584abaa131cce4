//! Prometheus' own tool accepts the rules of every objective that comes with the program, and of other forms.

#![expect(clippy::unwrap_used, reason = "a wrong answer ends the test")]

use std::io::{ErrorKind, Write as _};
use std::process::Command;

use swarmpulse_rules::RuleFile;
use swarmpulse_slo::{Objective, parse, shipped};

const OTHERS: &str = "slos:
- {name: counted, service: s, objective: 99.9%, window: 28d, bad: bad_total, total: all_total}
- {name: quick, service: s, objective: 99%, window: 7d, histogram: seconds, below: 1s}
- {name: sliced, service: s, objective: 99%, window: 90d, good: a, total: b, slices: {of: 10m, good: 95%}}
- {name: monthly, service: s, objective: 99%, calendar: month, above: -3, of: x / y, only: z, alerts: {no_data: 1h}}
- {name: daily, service: s, objective: 50%, window: 1d, bad_share: 'sum(a) or vector(0)', labels: {team: \"a\\\"b\"}}
";

fn objectives() -> Vec<Objective> {
    let mut all = shipped();
    all.extend(parse("others", OTHERS).unwrap());
    all
}

fn file() -> RuleFile {
    RuleFile {
        name: "slo".to_owned(),
        groups: objectives()
            .iter()
            .flat_map(|objective| objective.rules().groups)
            .collect(),
    }
}

#[test]
fn promtool_accepts_every_rule() {
    let mut text = tempfile::NamedTempFile::new().unwrap();
    text.write_all(file().to_yaml().as_bytes()).unwrap();
    let check = Command::new("promtool")
        .args(["check", "rules"])
        .arg(text.path())
        .output();
    let output = match check {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("promtool is not installed: nothing was checked");
            return;
        }
        other => other.unwrap(),
    };
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let count: usize = file().groups.iter().map(|group| group.rules.len()).sum();
    assert!(said.contains(&format!("SUCCESS: {count} rules found")), "{said}");
}

#[test]
fn every_expression_is_read_here_too() {
    for group in &file().groups {
        for rule in &group.rules {
            if let Err(error) = swarmpulse_promql::parse(&rule.expr) {
                panic!("{}: {}: {error}", rule.name(), rule.expr);
            }
        }
    }
    for objective in objectives() {
        let (looks, _) = objective.looks_over(86_400);
        let first = objective.first_over(86_400);
        for expr in [
            Some(looks),
            Some(first),
            objective.figure_now(),
            objective.events_over(86_400),
        ]
        .into_iter()
        .flatten()
        {
            assert!(swarmpulse_promql::parse(&expr).is_ok(), "{expr}");
        }
    }
}
