//! The table of detectors: every row is told to people in full, and every detector has cases that show what it does.

use std::collections::BTreeSet;
use std::path::Path;

use swarmpulse_detect::{DETECTORS, Description};

/// What the cases of every detector show, each at least once.
const SHOWS: [&str; 3] = ["firing", "healthy", "not_enough_data"];
/// The least length of a paragraph that explains a method, in characters.
const METHOD_CHARACTERS_MIN: usize = 200;
fn is_snake_case(name: &str) -> bool {
    !name.is_empty()
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_sentence(text: &str) -> bool {
    !text.contains('\n') && text.len() > 10 && text.ends_with('.')
}

#[test]
fn every_detector_has_a_case_that_fires_one_that_does_not_and_one_that_cannot_tell_yet() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut missing = Vec::new();
    for name in DETECTORS.iter().map(|row| row.description.name) {
        let files = std::fs::read_dir(cases.join(name)).into_iter().flatten();
        let shown: BTreeSet<String> = files
            .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok())
            .filter_map(|text| {
                let shows = text.lines().find_map(|line| line.trim().strip_prefix("shows "))?;
                shows.split_whitespace().next().map(str::to_owned)
            })
            .collect();
        let lacks = SHOWS.iter().filter(|shows| !shown.contains(**shows));
        missing.extend(lacks.map(|shows| format!("{name} has no case that `shows {shows}`")));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn cases_belong_to_detectors() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let known: BTreeSet<&str> = DETECTORS.iter().map(|row| row.description.name).collect();
    for entry in std::fs::read_dir(cases).expect("the folder of cases") {
        let entry = entry.expect("a readable folder");
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            assert!(known.contains(name.as_str()), "no detector is called `{name}`");
        }
    }
}

#[test]
fn every_row_is_complete() {
    let mut names = BTreeSet::new();
    for row in DETECTORS {
        let it = row.description;
        assert!(names.insert(it.name), "{} is there twice", it.name);
        assert!(is_snake_case(it.name), "{}", it.name);
        assert_eq!((row.new)().name(), it.name, "a detector is called as its row");
        assert!(
            it.summary.len() > 20 && !it.summary.contains('\n'),
            "{}: {:?}",
            it.name,
            it.summary
        );
        let length = it.method.chars().count();
        assert!(
            length >= METHOD_CHARACTERS_MIN,
            "the method of {} is told in {length} characters",
            it.name
        );
        assert!(!it.sources.is_empty(), "{} names no source", it.name);
        assert!(!it.conditions.is_empty(), "{} raises nothing", it.name);
        check_conditions(it);
        check_series(it);
    }
}

fn check_conditions(it: &Description) {
    for condition in it.conditions {
        assert!(is_snake_case(condition.name), "{}: {}", it.name, condition.name);
        assert!(
            is_sentence(condition.meaning),
            "{}: {:?}",
            condition.name,
            condition.meaning
        );
    }
}

fn check_series(it: &Description) {
    for series in it.series {
        assert!(series.name.starts_with("swarmpulse_"), "{}", series.name);
        assert!(is_snake_case(series.name), "{}", series.name);
        assert!(is_sentence(series.help), "{}: {:?}", series.name, series.help);
        assert!(
            series.unit.is_empty() || series.name.ends_with(&format!("_{}", series.unit)),
            "{} does not end with its unit `{}`",
            series.name,
            series.unit
        );
        for label in series.labels {
            assert!(is_snake_case(label), "{}: {label}", series.name);
        }
    }
}

#[test]
fn no_condition_and_no_series_belongs_to_two() {
    let mut seen = BTreeSet::new();
    for it in DETECTORS.iter().map(|row| row.description) {
        for condition in it.conditions {
            assert!(seen.insert(condition.name), "{} is raised by two", condition.name);
        }
        for series in it.series {
            assert!(seen.insert(series.name), "{} is published by two", series.name);
        }
    }
}
