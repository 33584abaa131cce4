//! Rules of inhibition: alerts that hold others back.

use swarmpulse_model::Text;
use swarmpulse_yaml::{Faults, Fields, Node};

use super::matching::{Keys, is_label_name, matchers};
use crate::matcher::Matchers;

/// While an alert fires that matches the source, alerts that match the target and have the same values of the labels in
/// `equal` are not told. An alert that matches both sides is not held back by one that does, too.
#[derive(Clone, Debug)]
pub struct InhibitRule {
    /// Its name, if it has one.
    pub name: Option<Text>,
    /// What holds back.
    pub source: Matchers,
    /// What is held back.
    pub target: Matchers,
    /// Labels that must have the same value in both; absent in both counts as the same.
    pub equal: Vec<Text>,
}

const SOURCE: Keys = Keys {
    equal: "source_match",
    expression: "source_match_re",
    matchers: "source_matchers",
};
const TARGET: Keys = Keys {
    equal: "target_match",
    expression: "target_match_re",
    matchers: "target_matchers",
};

pub(super) fn rules(nodes: &[Node], faults: &mut Faults) -> Vec<InhibitRule> {
    nodes.iter().filter_map(|node| rule(node, faults)).collect()
}

fn rule(node: &Node, faults: &mut Faults) -> Option<InhibitRule> {
    let mut fields = Fields::of(node, "an inhibit rule", faults)?;
    let name = fields.text("name", faults).map(Text::from);
    let source = matchers(&mut fields, &SOURCE, faults);
    let target = matchers(&mut fields, &TARGET, faults);
    let mut equal = Vec::new();
    for (label, at) in fields.texts("equal", faults) {
        if is_label_name(label) {
            equal.push(Text::from(label));
        } else {
            faults.error(at, format!("equal: {label:?} is no name of a label"));
        }
    }
    fields.finish(faults);
    Some(InhibitRule {
        name,
        source,
        target,
        equal,
    })
}
