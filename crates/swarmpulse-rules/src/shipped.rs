//! The rules that come with this program, and how they are changed or switched off.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::series::Label;
use swarmpulse_model::{Severity, Text};

use crate::definition::{Rule, RuleFile, RuleKind};

/// A file of rules that comes with this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShippedFile {
    /// Its name, as in [`RuleFile::name`]: `shipped/NAME`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Every file. One line each.
pub const SHIPPED: &[ShippedFile] = &[
    ShippedFile {
        name: "shipped/levels",
        text: include_str!("../rules/levels.yaml"),
    },
    ShippedFile {
        name: "shipped/sandboxes",
        text: include_str!("../rules/sandboxes.yaml"),
    },
    ShippedFile {
        name: "shipped/self",
        text: include_str!("../rules/self.yaml"),
    },
];

/// Series of shipped rules whose sources are still to come: until they are fed, those rules say NO DATA.
pub const FED_LATER: &[&str] = &[
    "swarmpulse_code_findings",
    "swarmpulse_discord_up",
    "swarmpulse_snapshot_age_seconds",
    "swarmpulse_sandbox_zombie",
];

/// What sees to something that must be alerted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// A shipped rule of that name.
    Rule(&'static str),
    /// A condition of a verdict or a detector: an alert without any rule.
    Condition(&'static str),
}

/// What must be alerted on, and what sees to it. Nothing is seen to twice.
pub const COVERED: &[(&str, &[Cover])] = &[
    (
        "high-severity leaks > 0",
        &[Cover::Rule("code_findings_high"), Cover::Condition("memory_leak")],
    ),
    (
        "active agents < 6 and below the objective",
        &[Cover::Rule("agents_active_low")],
    ),
    ("Discord bot down", &[Cover::Rule("discord_bot_down")]),
    ("medium issues > 5", &[Cover::Rule("code_findings_medium")]),
    ("snapshots stale", &[Cover::Rule("snapshots_stale")]),
    ("agent count changed", &[Cover::Rule("agent_count_changed")]),
    (
        "performance degraded",
        &[
            Cover::Rule("performance_degraded"),
            Cover::Condition("service_degraded"),
            Cover::Condition("throughput_degrading"),
        ],
    ),
    (
        "worker down",
        &[Cover::Condition("agent_down"), Cover::Condition("agent_stuck")],
    ),
    (
        "high error rate",
        &[
            Cover::Condition("failure_rate_high"),
            Cover::Condition("service_failing"),
        ],
    ),
    (
        "resource exhaustion",
        &[
            Cover::Condition("memory_exhaustion"),
            Cover::Condition("fd_exhaustion"),
            Cover::Condition("thread_exhaustion"),
            Cover::Condition("disk_exhaustion"),
            Cover::Condition("connection_exhaustion"),
        ],
    ),
    (
        "queue backlog",
        &[
            Cover::Condition("queue_backlog"),
            Cover::Condition("queue_exhaustion"),
        ],
    ),
    ("zombie sandbox", &[Cover::Rule("sandbox_zombie")]),
];

/// How shipped rules are changed. All by the names of their alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Rules that are switched off.
    pub off: BTreeSet<String>,
    /// Rules with another severity.
    pub severity: BTreeMap<String, Severity>,
    /// Rules with another `for`, in seconds.
    pub for_s: BTreeMap<String, f64>,
    /// Rules whose place rules of the user take: see [`Overrides::replaced_by`].
    pub replaced: BTreeSet<String>,
}

impl Overrides {
    /// With the alerts of these files in the place of shipped ones of the same name.
    #[must_use]
    pub fn replaced_by(mut self, files: &[RuleFile]) -> Self {
        let rules = files
            .iter()
            .flat_map(|file| &file.groups)
            .flat_map(|group| &group.rules);
        let alerts = rules.filter(|rule| matches!(rule.kind, RuleKind::Alert(_)));
        self.replaced.extend(alerts.map(|rule| rule.name().to_owned()));
        self
    }

    /// Names in it that no shipped rule has: likely misspelt.
    #[must_use]
    pub fn unknown(&self) -> Vec<String> {
        let known = names();
        let named = self
            .off
            .iter()
            .chain(self.severity.keys())
            .chain(self.for_s.keys());
        let unknown: BTreeSet<&String> = named.filter(|name| !known.contains(name.as_str())).collect();
        unknown.into_iter().cloned().collect()
    }

    fn leaves_out(&self, rule: &Rule) -> bool {
        self.off.contains(rule.name()) || self.replaced.contains(rule.name())
    }

    fn change(&self, rule: &mut Rule) {
        let RuleKind::Alert(alert) = &mut rule.kind else {
            return;
        };
        if let Some(for_s) = self.for_s.get(alert.name.as_str()) {
            alert.for_s = *for_s;
        }
        if let Some(severity) = self.severity.get(alert.name.as_str()) {
            let priority = match severity {
                Severity::Critical => "P1",
                Severity::Warning => "P2",
                Severity::Info => "P3",
            };
            set(&mut rule.labels, "severity", severity.as_str());
            set(&mut alert.annotations, "priority", priority);
        }
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

/// The shipped rules, changed. Groups of which nothing is left are gone.
#[must_use]
pub fn shipped(overrides: &Overrides) -> Vec<RuleFile> {
    let mut files = read();
    for file in &mut files {
        for group in &mut file.groups {
            group.rules.retain(|rule| !overrides.leaves_out(rule));
            group.rules.iter_mut().for_each(|rule| overrides.change(rule));
        }
        file.groups.retain(|group| !group.rules.is_empty());
    }
    files.retain(|file| !file.groups.is_empty());
    files
}

/// A test reads each of them: none is left out here.
fn read() -> Vec<RuleFile> {
    let files = SHIPPED.iter();
    files
        .filter_map(|file| RuleFile::parse(file.name, file.text, None).ok())
        .collect()
}

fn names() -> BTreeSet<String> {
    let files = read();
    let rules = files
        .iter()
        .flat_map(|file| &file.groups)
        .flat_map(|group| &group.rules);
    rules.map(|rule| rule.name().to_owned()).collect()
}
