//! OpenSLO v1: documents of several kinds that refer to each other by name.

mod alert;
mod documents;
mod metric;
mod slo;

use swarmpulse_yaml::Node;

use crate::fields::Faults;
use crate::objective::Objective;

/// The objectives of a file's OpenSLO documents.
pub(crate) fn objectives(file: &str, faults: &Faults, documents: &[&Node]) -> Vec<Objective> {
    let known = documents::Documents::of(faults, documents);
    known
        .slos()
        .flat_map(|(document, line)| slo::objectives(file, &known, document, line))
        .collect()
}
