//! `swarmpulse rules check`: every fault of every file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use swarmpulse_rules::RuleFile;
use swarmpulse_runtime::{QueryLimits, StoreExpressions};
use swarmpulse_store::memory::MemoryMetrics;

use super::text_of;
use crate::exit::Outcome;
use crate::output;

/// What a file came to.
struct Checked {
    file: String,
    rules: usize,
    faults: Vec<String>,
    warnings: Vec<String>,
}

/// Checks the files.
///
/// # Errors
/// If the output is closed.
pub(super) fn run(files: &[PathBuf], json: bool) -> anyhow::Result<Outcome> {
    let checked: Vec<Checked> = files.iter().map(|path| check(path)).collect();
    if json {
        let all: Vec<_> = checked
            .iter()
            .map(|it| json!({"file": it.file, "rules": it.rules, "errors": it.faults, "warnings": it.warnings}))
            .collect();
        output::json(&all.into())?;
    } else {
        for it in &checked {
            show(it)?;
        }
    }
    let wrong = checked.iter().any(|it| !it.faults.is_empty());
    Ok(if wrong { Outcome::Wrong } else { Outcome::Done })
}

fn check(path: &Path) -> Checked {
    let file = path.display().to_string();
    let mut checked = Checked {
        file: file.clone(),
        rules: 0,
        faults: Vec::new(),
        warnings: Vec::new(),
    };
    let expressions = StoreExpressions::new(Arc::new(MemoryMetrics::default()), QueryLimits::default());
    match text_of(path) {
        Err(error) => checked.faults.push(format!("{error:#}")),
        Ok(text) => match RuleFile::parse(&file, &text, Some(&expressions)) {
            Ok(read) => {
                checked.rules = read.groups.iter().map(|group| group.rules.len()).sum();
                checked.warnings = read.lints().iter().map(ToString::to_string).collect();
            }
            Err(error) => checked.faults = error.to_string().lines().map(str::to_owned).collect(),
        },
    }
    checked
}

fn show(it: &Checked) -> std::io::Result<()> {
    output::line(&format!("Checking {}", it.file))?;
    for warning in &it.warnings {
        output::line(&format!("  warning: {warning}"))?;
    }
    if it.faults.is_empty() {
        let noun = if it.rules == 1 { "rule" } else { "rules" };
        return output::line(&format!("  SUCCESS: {} {noun} found", it.rules));
    }
    output::line("  FAILED:")?;
    it.faults.iter().try_for_each(|fault| output::line(fault))
}
