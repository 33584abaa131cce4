//! Rule files: what promtool accepts and refuses, and where we say that the faults are. Cases are files: `files/good` and
//! `files/bad`, where each line `# expect: TEXT` is a part of a fault. `# promtool 2 differs: WHY` leaves promtool out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use swarmpulse_model::Timestamp;
use swarmpulse_promql::syntax::ValueType;
use swarmpulse_rules::{ExpressionError, Expressions, Query, QueryError, QuerySample, RuleFile, RuleKind};

/// PromQL's parser alone, with the check that a vector or a scalar comes out.
struct Syntax;

struct Nothing;

impl Query for Nothing {
    fn at(&self, _: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        Ok(Vec::new())
    }
}

impl Expressions for Syntax {
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
        let fail = |message: String| ExpressionError {
            message,
            offset: None,
        };
        let parsed = swarmpulse_promql::parse(text).map_err(|error| fail(error.to_string()))?;
        match parsed.value_type() {
            ValueType::Vector | ValueType::Scalar => Ok(Box::new(Nothing)),
            other => Err(fail(format!("it gives a {other}"))),
        }
    }
}

fn cases(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/files")
        .join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    };
    let cases: Vec<_> = paths.into_iter().map(read).collect();
    assert!(cases.len() >= 10);
    cases
}

fn parse(text: &str) -> Result<RuleFile, String> {
    RuleFile::parse("f.yaml", text, Some(&Syntax)).map_err(|error| error.to_string())
}

#[test]
fn good_files_are_read_and_written_so_that_they_say_the_same() {
    for (path, text) in cases("good") {
        let read = parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let written = read.to_yaml();
        let again = parse(&written).unwrap_or_else(|error| panic!("{}: {error}\n{written}", path.display()));
        assert_eq!(again.to_yaml(), written, "{}", path.display());
        assert_eq!(plain(again), plain(read), "{}\n{written}", path.display());
    }
}

/// Without lines and the order of what has none.
fn plain(mut file: RuleFile) -> RuleFile {
    for group in &mut file.groups {
        group.labels.sort();
        for rule in &mut group.rules {
            rule.line = 0;
            rule.labels.sort();
            if let RuleKind::Alert(alert) = &mut rule.kind {
                alert.annotations.sort();
            }
        }
    }
    file
}

#[test]
fn bad_files_are_refused_with_every_fault_at_its_place() {
    let mut wrong = String::new();
    for (path, text) in cases("bad") {
        let error = parse(&text).expect_err(&path.display().to_string());
        let expected = text.lines().filter_map(|line| line.strip_prefix("# expect: "));
        let missing: Vec<&str> = expected.clone().filter(|part| !error.contains(part)).collect();
        let as_many = error.lines().count() == expected.clone().count();
        let named = error.lines().all(|line| line.starts_with("f.yaml:"));
        if !missing.is_empty() || !as_many || !named {
            wrong += &format!("{}: no {missing:?} in\n{error}\n", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn promtool_agrees() {
    let asks = |folder: &'static str| {
        let cases = cases(folder).into_iter();
        cases.filter(|(_, text)| !text.contains("# promtool 2 differs: "))
    };
    for (folder, accepted) in [("good", true), ("bad", false)] {
        for (path, _) in asks(folder) {
            let Ok(output) = Command::new("promtool")
                .args(["check", "rules"])
                .arg(&path)
                .output()
            else {
                eprintln!("skipped: promtool is not installed");
                return;
            };
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            // Duplicates are told, and the file is accepted.
            assert_eq!(output.status.success(), accepted, "{}: {told}", path.display());
        }
    }
}

#[test]
fn what_promtool_reads_of_ours_is_what_we_wrote() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in cases("good") {
        if text.contains("# promtool 2 differs: ") {
            continue;
        }
        let copy = folder.path().join(path.file_name().unwrap());
        std::fs::write(&copy, parse(&text).unwrap().to_yaml()).unwrap();
        let Ok(output) = Command::new("promtool")
            .args(["check", "rules"])
            .arg(&copy)
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
}

#[test]
fn rules_that_are_there_twice_are_accepted_and_named() {
    let text = include_str!("files/good/duplicates.yaml");
    let lints = parse(text).unwrap().lints();
    assert_eq!(lints.len(), 1);
    assert_eq!(
        (lints[0].name.as_str(), lints[0].lines.as_slice()),
        ("Same", &[4, 6][..])
    );
}

#[test]
fn odd_texts_are_written_so_that_they_are_read_again() {
    for odd in [
        "a\nb\n",
        "a\nb",
        "a\n\n\nb\n\n",
        " leading\nspace",
        "trailing \nspace",
        "\ttab",
        "quote \" and \\ back",
        "# no comment",
        "null",
        "true",
        "12",
        "- a",
        "a: b",
        "\u{1F916}\u{85}\u{2028}",
        "{{ $labels.x }}",
        "",
        "a\r\nb",
        "|",
        "---\nx",
    ] {
        let text = serde_json::json!({"groups": [{"name": format!("g{odd}"), "rules": [
            {"alert": format!("A{odd}"), "expr": "1", "labels": {format!("l{odd}"): odd.replace("{{", "(")}, "annotations": {"a": odd}}]}]});
        let read = parse(&text.to_string()).unwrap_or_else(|error| panic!("{odd:?}: {error}"));
        let written = read.to_yaml();
        let again = parse(&written).unwrap_or_else(|error| panic!("{odd:?}: {error}\n{written}"));
        assert_eq!(plain(again), plain(read), "{written}");
    }
}
