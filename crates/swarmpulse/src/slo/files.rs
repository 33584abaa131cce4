//! Files of objectives: read, checked, and made into Prometheus' rules.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use swarmpulse_rules::RuleFile;
use swarmpulse_runtime::{QueryLimits, StoreExpressions};
use swarmpulse_slo::Objective;
use swarmpulse_store::memory::MemoryMetrics;

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
    let (mut shipped, mut own, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        if file == Path::new(SHIPPED) {
            shipped = swarmpulse_slo::shipped();
            continue;
        }
        match swarmpulse_slo::parse(&file.display().to_string(), &text(file)?) {
            Ok(found) => own.extend(found),
            Err(errors) => wrong.extend(errors),
        }
    }
    let expressions = StoreExpressions::new(Arc::new(MemoryMetrics::default()), QueryLimits::default());
    wrong.extend(
        own.iter()
            .filter_map(|one| one.check(&expressions).err())
            .flatten(),
    );
    let all = swarmpulse_slo::combined(shipped, own).unwrap_or_else(|errors| {
        wrong.extend(errors);
        Vec::new()
    });
    let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    anyhow::ensure!(lines.is_empty(), "{}", lines.join("\n"));
    Ok(all)
}

fn text(file: &Path) -> anyhow::Result<String> {
    let shown = file.display();
    let length = std::fs::metadata(file)
        .with_context(|| format!("read {shown}"))?
        .len();
    anyhow::ensure!(
        length <= FILE_BYTES_MAX,
        "{shown} has {length} bytes, more than {FILE_BYTES_MAX}: split it"
    );
    std::fs::read_to_string(file).with_context(|| format!("read {shown}"))
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
