//! Chores of this repository. `cargo xtask` lists them.

use std::io::Write as _;
use std::process::ExitCode;

mod tidy;

const HELP: &str = "\
cargo xtask tidy    check what the compiler cannot: levels of crates, module docs, names and lengths of files,
                    leftovers, and that ARCHITECTURE.md and the tree agree. Exit 0 clean, 1 findings, 2 no check.
cargo xtask agents  print the table of docs/agents.md, made from the patterns that the process probe ships.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tidy"] => run_tidy(),
        ["agents"] => match tidy::agents_table() {
            Ok(table) => say(&table, ExitCode::SUCCESS),
            Err(error) => say(&format!("no table: {error:#}\n"), ExitCode::from(2)),
        },
        [] | ["help" | "--help" | "-h"] => say(HELP, ExitCode::SUCCESS),
        other => say(
            &format!("no chore is named `{}`\n\n{HELP}", other.join(" ")),
            ExitCode::from(2),
        ),
    }
}

fn run_tidy() -> ExitCode {
    match tidy::check_workspace() {
        Ok(report) if report.findings.is_empty() => say(
            &format!(
                "tidy: {} files and {} crates, no findings\n",
                report.files, report.crates
            ),
            ExitCode::SUCCESS,
        ),
        Ok(report) => {
            let mut text = String::new();
            for finding in &report.findings {
                text.push_str(&format!("{finding}\n"));
            }
            text.push_str(&format!(
                "tidy: {} findings in {} files\n",
                report.findings.len(),
                report.files
            ));
            say(&text, ExitCode::FAILURE)
        }
        Err(error) => say(&format!("tidy could not check: {error:#}\n"), ExitCode::from(2)),
    }
}

/// Writes to the standard output; a reader that went away is no error of ours.
fn say(text: &str, code: ExitCode) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => code,
        Err(_) => ExitCode::from(2),
    }
}
