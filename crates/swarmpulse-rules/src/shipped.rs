//! The rules that come with this program.

use crate::definition::RuleFile;
use crate::overrides::Overrides;

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

/// The shipped rules, changed. Groups of which nothing is left are gone.
#[must_use]
pub fn shipped(overrides: &Overrides) -> Vec<RuleFile> {
    let mut files = shipped_files();
    for file in &mut files {
        for group in &mut file.groups {
            group.rules.retain(|rule| !overrides.leaves_out(rule));
        }
        file.groups.retain(|group| !group.rules.is_empty());
    }
    files.retain(|file| !file.groups.is_empty());
    overrides.change(&mut files);
    files
}

/// The shipped rules as they are. A test reads each of them: none is left out here.
pub(crate) fn shipped_files() -> Vec<RuleFile> {
    let files = SHIPPED.iter();
    files
        .filter_map(|file| RuleFile::parse(file.name, file.text, None).ok())
        .collect()
}
