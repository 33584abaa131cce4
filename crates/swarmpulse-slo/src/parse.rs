//! Reading a file of objectives: whose form it is shows in what it holds.

use std::collections::BTreeMap;

use swarmpulse_yaml::Node;

use crate::SloError;
use crate::fields::{Faults, entry};
use crate::objective::Objective;
use crate::{openslo, short};

/// A file may define so many.
const OBJECTIVES_MAX: usize = 1000;

/// The objectives of a file: OpenSLO (`apiVersion: openslo/v1`, one or more documents) or the form with `slos:`.
///
/// # Errors
/// Everything that is wrong with it, in the order of its lines.
pub fn parse(name: &str, text: &str) -> Result<Vec<Objective>, Vec<SloError>> {
    let faults = Faults::new(name);
    let documents = match swarmpulse_yaml::parse_all(text) {
        Ok(documents) => documents,
        Err(fault) => {
            faults.add(fault.line, "", fault.message);
            return Err(faults.into_errors());
        }
    };
    let (theirs, own): (Vec<&Node>, Vec<&Node>) = documents.iter().partition(|node| is_openslo(node));
    let mut objectives = openslo::objectives(name, &faults, &theirs);
    for document in own {
        objectives.extend(short::objectives(name, &faults, document));
    }
    if documents.is_empty() {
        faults.add(
            0,
            "",
            "is empty: write `slos:` with a list of objectives, or OpenSLO documents",
        );
    }
    if objectives.len() > OBJECTIVES_MAX {
        let reason = format!(
            "{} objectives, more than {OBJECTIVES_MAX}: split the file",
            objectives.len()
        );
        faults.add(0, "", reason);
    }
    refuse_repeats(&faults, &objectives);
    let errors = faults.into_errors();
    if errors.is_empty() {
        Ok(objectives)
    } else {
        Err(errors)
    }
}

fn is_openslo(node: &Node) -> bool {
    entry(node, "apiVersion").is_some() || entry(node, "kind").is_some()
}

fn refuse_repeats(faults: &Faults, objectives: &[Objective]) {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for objective in objectives {
        if let Some(line) = seen.insert(&objective.name, objective.line) {
            let reason = format!(
                "{:?} is the name of the objective at line {line} already: names are unique",
                objective.name
            );
            faults.add(objective.line, "name", reason);
        }
    }
}
