//! Files of objectives: read, checked, and made into Prometheus' rules.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use swarmpulse_rules::RuleFile;
use swarmpulse_slo::Objective;

use crate::exit::Outcome;
use crate::output;

/// Stands for the objectives that come with the program.
const SHIPPED: &str = "shipped";
/// A longer file is none of objectives.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// The objectives of all files.
///
/// # Errors
/// Everything that is wrong with any of them, one a line.
pub(super) fn read(files: &[PathBuf]) -> anyhow::Result<Vec<Objective>> {
    let mut objectives = Vec::new();
    let mut wrong = Vec::new();
    for file in files {
        if file == Path::new(SHIPPED) {
            objectives.extend(swarmpulse_slo::shipped());
            continue;
        }
        let length = std::fs::metadata(file)
            .with_context(|| format!("read {}", file.display()))?
            .len();
        anyhow::ensure!(
            length <= FILE_BYTES_MAX,
            "{} has {length} bytes, more than {FILE_BYTES_MAX}: split it",
            file.display()
        );
        let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
        match swarmpulse_slo::parse(&file.display().to_string(), &text) {
            Ok(found) => objectives.extend(found),
            Err(errors) => wrong.extend(errors.iter().map(ToString::to_string)),
        }
    }
    wrong.extend(repeated(&objectives));
    wrong.extend(objectives.iter().flat_map(unreadable));
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(objectives)
}

/// Names that stand in two files.
fn repeated(objectives: &[Objective]) -> Vec<String> {
    let mut seen: BTreeMap<&str, &Objective> = BTreeMap::new();
    let mut found = Vec::new();
    for objective in objectives {
        if let Some(earlier) = seen.insert(&objective.name, objective) {
            found.push(format!(
                "{}:{}: name: {:?} is the name of the objective at {}:{} already",
                objective.file, objective.line, objective.name, earlier.file, earlier.line
            ));
        }
    }
    found
}

/// Expressions of an objective that are no PromQL; told once, however many rules have them.
fn unreadable(objective: &Objective) -> Option<String> {
    let expression = objective.error_over(objective.period.nominal_s());
    let error = swarmpulse_promql::parse(&expression).err()?;
    Some(format!(
        "{}:{}: {}: the query is no PromQL: {error} (in `{expression}`)",
        objective.file, objective.line, objective.name
    ))
}

/// Checks files and says what they hold.
///
/// # Errors
/// As [`read`].
pub(super) fn check(files: &[PathBuf]) -> anyhow::Result<Outcome> {
    for objective in read(files)? {
        output::line(&format!(
            "{}: {} {} ({} rules)",
            objective.name,
            objective.service,
            objective.promise(),
            objective
                .rules()
                .groups
                .iter()
                .map(|group| group.rules.len())
                .sum::<usize>()
        ))?;
    }
    Ok(Outcome::Done)
}

/// Prints the rules as one file.
///
/// # Errors
/// As [`read`].
pub(super) fn rules(files: &[PathBuf]) -> anyhow::Result<Outcome> {
    let objectives = read(files)?;
    let groups = objectives.iter().flat_map(|objective| objective.rules().groups);
    let file = RuleFile {
        name: "slo".to_owned(),
        groups: groups.collect(),
    };
    output::print(&file.to_yaml())?;
    Ok(Outcome::Done)
}
