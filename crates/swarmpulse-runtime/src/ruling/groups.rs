//! Files of rules made ready to be evaluated.

use std::collections::BTreeSet;

use swarmpulse_rules::{Expressions, GroupState, RuleFile};

/// The groups of these files, ready to be evaluated, in order.
///
/// # Errors
/// Every group that cannot be, with its file; and names that two groups share.
pub(crate) fn prepare(
    files: &[RuleFile],
    expressions: &dyn Expressions,
    default_interval_s: f64,
) -> Result<Vec<GroupState>, String> {
    let mut groups = Vec::new();
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    for file in files {
        for group in &file.groups {
            if !names.insert((file.name.clone(), group.name.clone())) {
                faults.push(format!("{}: group {:?} is there twice", file.name, group.name));
            }
            let mut group = group.clone();
            group.file.clone_from(&file.name);
            match GroupState::new(group, expressions, default_interval_s) {
                Ok(group) => groups.push(group),
                Err(error) => faults.push(format!("{}: {error}", file.name)),
            }
        }
    }
    if faults.is_empty() {
        Ok(groups)
    } else {
        Err(faults.join("\n"))
    }
}
