//! Templates: the cases of `templates.txt`, and promtool's word on each where it is installed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::fmt::Write as _;
use std::process::Command;

use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_rules::QuerySample;
use swarmpulse_rules::template::{Template, TemplateData, TemplateQueries};

/// Answers `vector(N)` and `vector(0) > 1`.
struct Vectors;

impl TemplateQueries for Vectors {
    fn query(&self, text: &str) -> Result<Vec<QuerySample>, String> {
        if text == "up" || text.contains('>') {
            return Ok(Vec::new());
        }
        let number = text
            .strip_prefix("vector(")
            .and_then(|text| text.strip_suffix(')'));
        let value = number.and_then(|number| number.parse().ok()).ok_or("no vector")?;
        let labels = Labels::empty();
        Ok(vec![QuerySample { labels, value }])
    }
}

struct Case {
    template: String,
    /// `Err` of what is no template.
    expected: Result<String, String>,
    newer: bool,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut open: Option<(String, bool)> = None;
    for line in include_str!("templates.txt").lines() {
        if let Some(template) = line.strip_prefix("> ") {
            open = Some((template.to_owned(), false));
        } else if let Some(template) = line.strip_prefix("3> ") {
            open = Some((template.to_owned(), true));
        } else if let Some((template, newer)) = open.take() {
            let expected = match line.split_at_checked(2) {
                Some(("= ", text)) => Ok(text.to_owned()),
                Some(("! ", text)) => Err(text.to_owned()),
                _ => panic!("{template} has no answer but {line:?}"),
            };
            cases.push(Case {
                template,
                expected,
                newer,
            });
        }
    }
    assert!(cases.len() > 150, "{}", cases.len());
    cases
}

/// As Go's `%q` would have it, without the quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[test]
fn every_template_comes_to_what_prometheus_says() {
    let labels = Labels::from_pairs([("a", "1"), ("x", "y")]);
    let data = TemplateData::of_alert(&labels, 1.5, &[], "http://h:9/p", Timestamp(60_000_000_000));
    let mut wrong = String::new();
    for case in cases() {
        let came = match Template::parse_alert("A", &case.template) {
            Err(error) => Err(error.to_string()),
            Ok(template) => Ok(template.expand(&data, &Vectors).map_or_else(
                |error| {
                    quoted(&format!(
                        "<error expanding template: error executing template __alert_A: {error}>"
                    ))
                },
                |text| quoted(&text),
            )),
        };
        if came != case.expected {
            let Case {
                template, expected, ..
            } = &case;
            writeln!(wrong, "{template}\n  expected {expected:?}\n  came     {came:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn promtool_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let known: Vec<Case> = cases().into_iter().filter(|case| !case.newer).collect();
    let good: Vec<&Case> = known.iter().filter(|case| case.expected.is_ok()).collect();
    let annotations: serde_json::Map<String, serde_json::Value> = good
        .iter()
        .enumerate()
        .map(|(place, case)| (format!("t{place:03}"), case.template.clone().into()))
        .collect();
    let rule = serde_json::json!({"alert": "A", "expr": "label_replace(m > 0, \"__name__\", \"\", \"\", \"\")", "annotations": annotations});
    let rules = serde_json::json!({"groups": [{"name": "g", "rules": [rule]}]});
    std::fs::write(folder.path().join("rules.yaml"), rules.to_string()).unwrap();
    let alert = serde_json::json!({"eval_time": "1m", "alertname": "A", "exp_alerts": []});
    let series = serde_json::json!({"series": "m{a=\"1\",x=\"y\"}", "values": "1.5 1.5"});
    let test = serde_json::json!({"interval": "1m", "external_url": "http://h:9/p", "input_series": [series], "alert_rule_test": [alert]});
    let file =
        serde_json::json!({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]});
    let path = folder.path().join("test.yaml");
    std::fs::write(&path, file.to_string()).unwrap();
    let Ok(output) = Command::new("promtool")
        .args(["test", "rules"])
        .arg(&path)
        .output()
    else {
        eprintln!("skipped: promtool is not installed");
        return;
    };
    let told =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let mut wrong = String::new();
    for (place, case) in good.iter().enumerate() {
        let expected = format!("t{place:03}=\"{}\"", case.expected.as_ref().unwrap());
        if !told.contains(&expected) {
            writeln!(wrong, "{}\n  expected {expected}", case.template).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}\n{told}");
}
