//! How rules are changed by whoever runs the monitor, without touching their files.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::series::Label;
use swarmpulse_model::{Severity, Text};

use crate::definition::{AlertRule, Overridden, Rule, RuleFile, RuleKind};
use crate::shipped::shipped_files;

/// How rules are changed. All by the names of their alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Shipped rules that are switched off.
    pub off: BTreeSet<String>,
    /// Rules with another severity.
    pub severity: BTreeMap<String, Severity>,
    /// Rules with another `for`, in seconds.
    pub for_s: BTreeMap<String, f64>,
    /// Shipped rules whose place rules of the user take: see [`Overrides::replaced_by`].
    pub replaced: BTreeSet<String>,
}

/// A name that no rule has: likely misspelt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownRule {
    /// What it was to be changed by: `off`, `severity` or `for_s`.
    pub key: &'static str,
    /// The name.
    pub name: String,
}

impl Overrides {
    /// With the alerts of these files in the place of shipped ones of the same name.
    #[must_use]
    pub fn replaced_by(mut self, files: &[RuleFile]) -> Self {
        self.replaced.extend(alert_names(files));
        self
    }

    /// Names in it that no rule has: to be switched off none of the shipped ones, to be changed neither these nor those of
    /// `own` files.
    #[must_use]
    pub fn unknown(&self, own: &[RuleFile]) -> Vec<UnknownRule> {
        let shipped = alert_names(&shipped_files());
        let mut all = shipped.clone();
        all.extend(alert_names(own));
        let unknown = |key, names: Vec<&String>, known: &BTreeSet<String>| {
            let names = names.into_iter().filter(|name| !known.contains(*name));
            names
                .map(|name| UnknownRule {
                    key,
                    name: name.clone(),
                })
                .collect::<Vec<_>>()
        };
        let mut found = unknown("off", self.off.iter().collect(), &shipped);
        found.extend(unknown("severity", self.severity.keys().collect(), &all));
        found.extend(unknown("for_s", self.for_s.keys().collect(), &all));
        found
    }

    /// Changes the rules of these files. Each that is changed says what its file has.
    pub fn change(&self, files: &mut [RuleFile]) {
        for group in files.iter_mut().flat_map(|file| &mut file.groups) {
            for rule in &mut group.rules {
                self.change_one(rule, &group.labels);
            }
        }
    }

    pub(crate) fn leaves_out(&self, rule: &Rule) -> bool {
        self.off.contains(rule.name()) || self.replaced.contains(rule.name())
    }

    fn change_one(&self, rule: &mut Rule, of_group: &[Label]) {
        let RuleKind::Alert(alert) = &mut rule.kind else {
            return;
        };
        let mut overridden = Overridden::default();
        if let Some(for_s) = self.for_s.get(alert.name.as_str()) {
            overridden.for_s = Some(std::mem::replace(&mut alert.for_s, *for_s));
        }
        if let Some(severity) = self.severity.get(alert.name.as_str()) {
            let given = rule.labels.iter().chain(of_group);
            let given = given.into_iter().find(|label| label.name == SEVERITY);
            overridden.severity = Some(given.map(|label| label.value.clone()).unwrap_or_default());
            set(&mut rule.labels, SEVERITY, severity.as_str());
            reprioritize(alert, *severity);
        }
        if overridden != Overridden::default() {
            alert.overridden = Some(overridden);
        }
    }
}

const SEVERITY: &str = "severity";

/// The annotation that names a level as people say it, where a rule has it.
fn reprioritize(alert: &mut AlertRule, severity: Severity) {
    let priority = match severity {
        Severity::Critical => "P1",
        Severity::Warning => "P2",
        Severity::Info => "P3",
    };
    let annotations = alert.annotations.iter_mut();
    for annotation in annotations.filter(|annotation| annotation.name == "priority") {
        annotation.value = Text::const_new(priority);
    }
}

fn set(labels: &mut Vec<Label>, name: &str, value: &str) {
    let value = Text::new(value);
    match labels.iter_mut().find(|label| label.name == name) {
        Some(label) => label.value = value,
        None => labels.push(Label {
            name: name.into(),
            value,
        }),
    }
}

/// The names of the alerts of these files.
#[must_use]
pub fn alert_names(files: &[RuleFile]) -> BTreeSet<String> {
    let rules = files
        .iter()
        .flat_map(|file| &file.groups)
        .flat_map(|group| &group.rules);
    let alerts = rules.filter(|rule| matches!(rule.kind, RuleKind::Alert(_)));
    alerts.map(|rule| rule.name().to_owned()).collect()
}
