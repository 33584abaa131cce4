//! Verdicts as scenarios: every `*.txt` beside this file is run with logical time. `README.md` there tells the language.

mod checks;
mod coverage;
mod fields;
mod records;
mod run;
mod script;

use std::path::PathBuf;

fn scenario_files() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_scenario_ends_as_it_says() {
    let files = scenario_files();
    assert!(files.len() >= 70, "only {} scenarios were found", files.len());
    let failures: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match std::fs::read_to_string(path) {
                Ok(text) => std::panic::catch_unwind(|| run::run(&name, &text))
                    .unwrap_or_else(|_| vec![format!("{name}: the fleet panicked, see above")]),
                Err(error) => vec![format!("{name}: {error}")],
            }
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_row_of_the_contract_has_a_scenario() {
    let texts: Vec<String> = scenario_files()
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect();
    let missing = coverage::missing(&texts);
    assert!(missing.is_empty(), "no scenario covers: {}", missing.join(", "));
}

#[test]
fn a_wrong_expectation_is_told_with_file_line_and_evidence() {
    let text =
        "covers: idle\nat 0s heartbeat agent=a1 status=idle\nat 5s expect a1 down because no_contact\n";
    let failures = run::run("wrong.txt", text);
    assert_eq!(
        failures,
        [
            "wrong.txt:3: at 5s: expected a1 down because no_contact, got idle; evidence: contact: last contact by \
             heartbeat (5 s ago)"
        ]
    );
}

#[test]
fn what_nobody_understands_is_told_with_its_line() {
    for (text, wanted) in [
        (
            "at 0s heartbeat agent=a1 colour=red\n",
            "wrong.txt:1: heartbeat takes no `colour`",
        ),
        ("at 0s heartbeat\n", "wrong.txt:1: heartbeat needs `agent`"),
        (
            "at soon tick\n",
            "wrong.txt:1: `soon` is no time, such as 90s, 1m30s or 500ms",
        ),
        ("at 0s dance agent=a1\n", "wrong.txt:1: there is no verb `dance`"),
        ("set nonsense 3\n", "wrong.txt:1: there is no setting `nonsense`"),
        (
            "at 0s heartbeat agent=a1\nat 0s expect a1 lively\n",
            "wrong.txt:2: at 0s: `lively` is no verdict and no other thing to expect of an agent",
        ),
    ] {
        assert_eq!(run::run("wrong.txt", text), [wanted]);
    }
}
