//! What is accepted and yet likely a mistake.

use std::collections::BTreeMap;
use std::fmt;

use swarmpulse_model::series::Label;

use crate::definition::{RuleFile, RuleKind};

/// Rules that give the same: what one of them says hides what the other says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Their name.
    pub name: String,
    /// The labels that they have in common: all they have.
    pub labels: Vec<Label>,
    /// The lines of the file at which they begin; 0 where they are from no file.
    pub lines: Vec<u64>,
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is there {} times with the labels {{",
            self.name,
            self.lines.len()
        )?;
        for (place, label) in self.labels.iter().enumerate() {
            write!(
                f,
                "{}{}={:?}",
                if place > 0 { ", " } else { "" },
                label.name,
                label.value.as_str()
            )?;
        }
        let lines: Vec<String> = self.lines.iter().map(u64::to_string).collect();
        write!(f, "}}: lines {}", lines.join(", "))
    }
}

pub(super) fn lints(file: &RuleFile) -> Vec<Lint> {
    let mut lines: BTreeMap<(bool, &str, Vec<Label>), Vec<u64>> = BTreeMap::new();
    for rule in file.groups.iter().flat_map(|group| &group.rules) {
        let mut labels = rule.labels.clone();
        labels.sort();
        let alerts = matches!(rule.kind, RuleKind::Alert(_));
        lines
            .entry((alerts, rule.name(), labels))
            .or_default()
            .push(rule.line);
    }
    let twice = lines.into_iter().filter(|(_, lines)| lines.len() > 1);
    twice
        .map(|((_, name, labels), lines)| Lint {
            name: name.to_owned(),
            labels,
            lines,
        })
        .collect()
}
