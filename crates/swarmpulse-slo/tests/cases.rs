//! Files of objectives as people write them, right and wrong. Each case in `cases/*.txt` begins with `=== ` and what it
//! shows; after `--- says` stands what is read of it, or everything that is wrong with it.

#![expect(clippy::unwrap_used, reason = "a wrong answer ends the test")]

use std::fmt::Write as _;
use std::path::Path;

use swarmpulse_slo::{BurnSeverity, Objective, format_duration, parse};

struct Case<'a> {
    title: &'a str,
    text: &'a str,
    says: &'a str,
}

fn cases(file: &str) -> Vec<Case<'_>> {
    let parts = file.split("=== ").skip(1);
    parts
        .map(|part| {
            let (title, rest) = part.split_once('\n').unwrap();
            let (text, says) = rest.split_once("--- says\n").unwrap_or((rest, ""));
            Case {
                title,
                text,
                says: says.trim_end(),
            }
        })
        .collect()
}

fn said(text: &str) -> String {
    match parse("file.yaml", text) {
        Ok(objectives) => objectives.iter().map(described).collect::<Vec<_>>().join("\n"),
        Err(errors) => errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

fn described(objective: &Objective) -> String {
    let mut text = format!(
        "{}: {} promises {}\n",
        objective.name,
        objective.service,
        objective.promise()
    );
    if *objective.title != *objective.name {
        let _ = writeln!(text, "  title {}", objective.title);
    }
    for label in &objective.labels {
        let _ = writeln!(text, "  label {}={}", label.name, label.value);
    }
    let _ = writeln!(text, "  errors {}", objective.error_over(3600));
    if let Some(events) = objective.events_over(3600) {
        let _ = writeln!(text, "  events {events}");
    }
    if let Some(figure) = objective.figure_now() {
        let _ = writeln!(text, "  figure {figure}");
    }
    let alerting = &objective.alerting;
    if !alerting.burn_rates {
        text.push_str("  no alerts on burn rates\n");
    }
    if alerting.broken != BurnSeverity::Page {
        let _ = writeln!(text, "  broken is a {}", alerting.broken.as_str());
    }
    for condition in &alerting.conditions {
        let _ = writeln!(
            text,
            "  alert {} {} above {} over {} for {} s",
            condition.name,
            condition.severity.as_str(),
            condition.factor,
            format_duration(condition.lookback_s),
            condition.after_s
        );
    }
    if let Some(after_s) = alerting.no_data_s {
        let _ = writeln!(text, "  alert without data for {after_s} s");
    }
    text.trim_end().to_owned()
}

#[test]
fn every_case_says_what_it_must() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut wrong = String::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = std::fs::read_to_string(&path).unwrap();
        for case in cases(&file) {
            count += 1;
            let said = said(case.text);
            if said != case.says {
                let _ = write!(wrong, "=== {}\n{}--- says\n{said}\n\n", case.title, case.text);
            }
        }
    }
    assert!(wrong.is_empty(), "these cases say something else now:\n{wrong}");
    assert!(count >= 30, "{count} cases");
}
