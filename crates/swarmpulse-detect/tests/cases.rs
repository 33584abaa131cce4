//! Runs the detectors' cases: text files with logical time, described in `cases/README.md`.
//!
//! `cargo test -p swarmpulse-detect --test cases -- leak` runs those whose name holds `leak`.

#![expect(
    clippy::print_stdout,
    reason = "tells which cases passed and why the others did not"
)]

#[path = "cases_support/language.rs"]
mod cases_support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Which cases to run, from the arguments that test runners give.
#[derive(Default)]
struct Choice {
    filters: Vec<String>,
    skipped: Vec<String>,
    exact: bool,
    list: bool,
    ignored_only: bool,
}

impl Choice {
    fn of(arguments: impl Iterator<Item = String>) -> Self {
        let mut choice = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--exact" => choice.exact = true,
                "--list" => choice.list = true,
                "--ignored" => choice.ignored_only = true,
                "--skip" => choice.skipped.extend(arguments.next()),
                "--format" | "--test-threads" | "--color" | "--logfile" => {
                    arguments.next();
                }
                other if other.starts_with('-') => {}
                _ => choice.filters.push(argument),
            }
        }
        choice
    }

    fn has(&self, name: &str) -> bool {
        let fits = |filter: &String| {
            if self.exact {
                name == filter
            } else {
                name.contains(filter.as_str())
            }
        };
        !self.ignored_only
            && (self.filters.is_empty() || self.filters.iter().any(fits))
            && !self.skipped.iter().any(fits)
    }
}

/// Every case below a folder, in the order of their names.
fn cases(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(cases(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "case") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads and runs one case, which must lie in the folder of its detector.
fn run(folder: &Path, name: &str) -> Result<(), Vec<String>> {
    let text =
        std::fs::read_to_string(folder.join(name)).map_err(|error| vec![format!("{name}: {error}")])?;
    let case = cases_support::Case::read(name, &text).map_err(|fault| vec![fault])?;
    if !name.starts_with(&format!("{}/", case.detector)) {
        return Err(vec![format!(
            "{name}: cases of `{0}` lie in the folder `{0}`",
            case.detector
        )]);
    }
    cases_support::run(name, &text)
}

fn main() -> ExitCode {
    let choice = Choice::of(std::env::args().skip(1));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let paths = match cases(&folder) {
        Ok(paths) => paths,
        Err(error) => {
            println!("{}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    };
    let names = paths.iter().filter_map(|path| {
        let name = path
            .strip_prefix(&folder)
            .ok()?
            .to_string_lossy()
            .replace('\\', "/");
        choice.has(&name).then_some(name)
    });
    let (mut passed, mut failed) = (0, 0);
    for name in names {
        if choice.list {
            println!("{name}: test");
            continue;
        }
        match run(&folder, &name) {
            Ok(()) => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Err(faults) => {
                failed += 1;
                println!("test {name} ... FAILED");
                for fault in faults {
                    println!("  {fault}");
                }
            }
        }
    }
    if !choice.list {
        println!("{passed} cases passed, {failed} failed");
    }
    if failed > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
