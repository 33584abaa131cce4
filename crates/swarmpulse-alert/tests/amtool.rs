//! The same cases asked of Alertmanager's own `amtool`, where it is installed.

#[path = "routing/case.rs"]
mod case;

use std::path::Path;
use std::process::{Command, Output};

use case::{Case, cases};

const SKIPPED: &str = "skipped: amtool is not installed (scripts/install-test-packages)";

/// What `amtool` says; `None` where it is absent.
fn amtool(arguments: &[&str]) -> Option<Output> {
    Command::new("amtool").args(arguments).output().ok()
}

fn written(case: &Case, folder: &Path) -> String {
    let path = folder.join(format!("{}.yml", case.name));
    std::fs::write(&path, &case.config).expect("a file");
    path.to_string_lossy().into_owned()
}

#[test]
fn amtool_sends_alerts_the_same_way() {
    let folder = tempfile::tempdir().unwrap();
    for case in cases() {
        let path = written(&case, folder.path());
        for line in case.lines("routes") {
            let (labels, receivers) = line.split_once(" -> ").unwrap();
            let config = format!("--config.file={path}");
            let mut arguments = vec!["config", "routes", "test", &config];
            arguments.extend(labels.split_whitespace());
            let Some(output) = amtool(&arguments) else {
                eprintln!("{SKIPPED}");
                return;
            };
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(said.trim().replace(',', ", "), receivers, "{}: {line}", case.name);
        }
    }
}

#[test]
fn amtool_takes_and_refuses_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    for case in cases() {
        let path = written(&case, folder.path());
        let Some(output) = amtool(&["check-config", &path]) else {
            eprintln!("{SKIPPED}");
            return;
        };
        let refused = !case.lines("errors").is_empty();
        assert_eq!(
            output.status.success(),
            !refused,
            "{}: {}",
            case.name,
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
