//! `swarmpulse rules test`: unit tests of rules, in the format of `promtool test rules`.

mod file;
mod run;

use std::path::PathBuf;

use serde_json::json;

use super::text_of;
use crate::exit::Outcome;
use crate::output;

/// Runs the files.
///
/// # Errors
/// If the output is closed.
pub(super) fn run(files: &[PathBuf], json: bool) -> anyhow::Result<Outcome> {
    let mut all = Vec::new();
    let mut failed = false;
    for path in files {
        let failures = match text_of(path).and_then(|text| file::read(path, &text)) {
            Ok(suite) => run::failures(&suite),
            Err(error) => vec![format!("{error:#}")],
        };
        failed |= !failures.is_empty();
        if json {
            all.push(json!({"file": path.display().to_string(), "failures": failures}));
            continue;
        }
        output::line(&format!("Unit Testing: {}", path.display()))?;
        if failures.is_empty() {
            output::line("  SUCCESS")?;
        } else {
            output::line("  FAILED:")?;
            for failure in &failures {
                output::line(&format!("    {}", failure.replace('\n', "\n    ")))?;
            }
        }
    }
    if json {
        output::json(&all.into())?;
    }
    Ok(if failed { Outcome::Wrong } else { Outcome::Done })
}
