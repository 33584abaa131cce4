//! Stories of alerts with logical time: every file of `tests/cases` is run, in several ways that must come to the same.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod graph;
mod language;
mod properties;
mod render;
mod story;
mod world;

use world::{Manner, World};

/// Runs a case in one manner; gives what is wrong.
fn run(text: &str, manner: Manner) -> Result<(), String> {
    let case = language::parse(text)?;
    let mut world = World::new(&case, manner)?;
    world.play(&case)?;
    world.compare()
}

#[test]
fn every_case_holds_in_every_manner() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "case"))
        .collect();
    paths.sort();
    assert!(
        paths.len() >= 15,
        "cases are missing: {} in {folder}",
        paths.len()
    );
    let mut wrong = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        for manner in Manner::ALL {
            if let Err(error) = run(&text, manner) {
                let name = path.file_name().unwrap().to_string_lossy();
                wrong.push(format!("{name}, {manner:?}: {error}"));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_case_that_expects_something_else_fails() {
    let story = "at 0s raise agent_down agent=a1\n";
    for (expected, why) in [
        (
            "at 31s told default hook/0 fired agent_down:a1",
            "expected and not told",
        ),
        ("at 1m end", "told and not expected"),
        ("at 1m alert agent_down:a1 resolved", "is firing"),
        ("at 1m no agent_down:a1", "is there"),
        ("at 1m alert agent_down:a2 firing", "is not there"),
        ("at 1m sing", "sing"),
    ] {
        let error = run(&format!("{story}{expected}\n"), Manner::Plain).expect_err(expected);
        assert!(error.contains(why), "{expected}: {error}");
    }
}
