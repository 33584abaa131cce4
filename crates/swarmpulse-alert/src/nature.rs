//! Which alerts can follow from which: by what their names say and what they are about.
//!
//! Alerts of detectors, of verdicts and of people's own rules are read alike: the words of a name, in `snake_case` or
//! `CamelCase`, say what sort of trouble it tells of. A name that says nothing known is trouble of its own, which follows
//! from nothing but the loss of the place that it is in.

use swarmpulse_model::EntityKind;

/// What sort of trouble a name tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// It is not there any longer.
    Gone,
    /// It is there and cannot do its work, or does it badly.
    Hampered,
    /// Something that it needs runs out.
    Exhausted,
    /// Its own defect or something else: a leak, a certificate, a budget.
    Own,
}

const WORDS: &[(Nature, &[&str])] = &[
    // A leak stays a leak, whatever it leads to.
    (
        Nature::Own,
        &[
            "leak",
            "leaks",
            "leaking",
            "tls",
            "certificate",
            "budget",
            "cost",
            "burn",
            "slo",
        ],
    ),
    (
        Nature::Gone,
        &[
            "down",
            "gone",
            "dead",
            "died",
            "lost",
            "missing",
            "absent",
            "unreachable",
            "unavailable",
            "silent",
            "offline",
            "exited",
            "killed",
        ],
    ),
    (
        Nature::Exhausted,
        &[
            "exhaustion",
            "exhausted",
            "full",
            "pressure",
            "saturated",
            "saturation",
        ],
    ),
    (
        Nature::Hampered,
        &[
            "stuck",
            "stalled",
            "stale",
            "failing",
            "failed",
            "failure",
            "failures",
            "error",
            "errors",
            "latency",
            "slow",
            "degraded",
            "degrading",
            "timeout",
            "timeouts",
            "throttled",
            "backing",
            "overloaded",
            "backlog",
            "throughput",
            "starvation",
            "bottleneck",
            "cascade",
            "anomaly",
            "retries",
        ],
    ),
];

impl Nature {
    /// What the words of a name say; the first row of the table that knows one of them decides.
    pub(crate) fn of(name: &str) -> Self {
        let words = words(name);
        WORDS
            .iter()
            .find(|(_, known)| words.iter().any(|word| known.contains(&word.as_str())))
            .map_or(Self::Own, |(nature, _)| *nature)
    }
}

/// Words of alerts that rest on nothing being seen: a monitor that is blind raises them of anybody.
const UNSEEN: &[&str] = &[
    "stuck",
    "stalled",
    "stale",
    "silent",
    "missing",
    "absent",
    "throughput",
    "starvation",
];

/// Whether an alert of this name could come from the monitor's not seeing.
pub(crate) fn rests_on_not_seeing(name: &str) -> bool {
    words(name).iter().any(|word| UNSEEN.contains(&word.as_str()))
}

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for character in name.chars() {
        let breaks = !character.is_ascii_alphanumeric() || character.is_ascii_uppercase() && lower_before;
        if breaks {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_ascii_alphanumeric()) {
            word.push(character.to_ascii_lowercase());
        }
        lower_before = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    words
}

/// An alert as far as this matters: what it tells and of what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble<'a> {
    pub nature: Nature,
    /// `None`: the monitor itself.
    pub kind: Option<EntityKind>,
    pub name: &'a str,
}

/// Whether one alert can follow from another that is about something it stands on, or about the same (`same`).
///
/// | cause | what can follow from it |
/// |---|---|
/// | `fleet_down_or_blind` | the loss of agents, sandboxes and hosts |
/// | a host or sandbox is gone | everything in it |
/// | a host or sandbox runs out of something | loss of and trouble with what is in it |
/// | a service is gone, fails, is slow or runs out of something | trouble with what calls it or depends on it |
/// | an agent is gone | loss of and trouble with its tasks; trouble with itself, as its work standing still |
pub(crate) fn can_follow(cause: Trouble<'_>, symptom: Trouble<'_>, same: bool) -> bool {
    use EntityKind::{Agent, Host, Process, Sandbox, Service, Task, TaskType};
    use Nature::{Exhausted, Gone, Hampered};
    let Some(kind) = symptom.kind else {
        return false;
    };
    let lesser = matches!(symptom.nature, Hampered);
    match (cause.kind, cause.nature) {
        (None, _) => {
            cause.name == "fleet_down_or_blind"
                && symptom.nature == Gone
                && matches!(kind, Agent | Sandbox | Host)
        }
        (Some(Host | Sandbox), Gone) => !same || lesser,
        (Some(Host | Sandbox), Exhausted) => !same && matches!(symptom.nature, Gone | Hampered),
        (Some(Service), Gone) if same => lesser,
        (Some(Service), Gone | Hampered | Exhausted) => {
            !same && lesser && matches!(kind, Agent | Task | TaskType | Service | Process)
        }
        (Some(Agent), Gone) if same => lesser,
        (Some(Agent), Gone) => matches!(kind, Task) && matches!(symptom.nature, Gone | Hampered),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_their_nature() {
        for (name, expected) in [
            ("agent_down", Nature::Gone),
            ("HostGone", Nature::Gone),
            ("agent_stuck", Nature::Hampered),
            ("HighErrorRate", Nature::Hampered),
            ("failure_rate_high", Nature::Hampered),
            ("memory_leak", Nature::Own),
            ("MemoryLeakLeadsToDown", Nature::Own),
            ("memory_exhaustion", Nature::Exhausted),
            ("tls_expiring", Nature::Own),
            ("AgentCountChanged", Nature::Own),
            ("download_count", Nature::Own),
        ] {
            assert_eq!(Nature::of(name), expected, "{name}");
        }
    }

    #[test]
    fn what_follows_from_what() {
        use EntityKind::{Agent, Host, Service, Task};
        let cases = [
            ("host_down", Some(Host), "agent_down", Agent, false, true),
            ("host_down", Some(Host), "memory_leak", Agent, false, true),
            (
                "service_degraded",
                Some(Service),
                "memory_leak",
                Agent,
                false,
                false,
            ),
            (
                "service_degraded",
                Some(Service),
                "failure_rate_high",
                Agent,
                false,
                true,
            ),
            (
                "service_degraded",
                Some(Service),
                "agent_down",
                Agent,
                false,
                false,
            ),
            (
                "service_down",
                Some(Service),
                "service_degraded",
                Service,
                false,
                true,
            ),
            (
                "service_down",
                Some(Service),
                "service_degraded",
                Service,
                true,
                true,
            ),
            (
                "service_down",
                Some(Service),
                "service_down",
                Service,
                true,
                false,
            ),
            ("agent_down", Some(Agent), "task_stuck", Task, false, true),
            ("agent_down", Some(Agent), "memory_leak", Agent, true, false),
            ("memory_leak", Some(Agent), "task_stuck", Task, false, false),
            ("fleet_down_or_blind", None, "agent_down", Agent, false, true),
            ("monitor_blind", None, "agent_down", Agent, false, false),
        ];
        for (cause, cause_kind, symptom, kind, same, expected) in cases {
            let trouble = |name, kind| Trouble {
                nature: Nature::of(name),
                kind,
                name,
            };
            let found = can_follow(trouble(cause, cause_kind), trouble(symptom, Some(kind)), same);
            assert_eq!(found, expected, "{symptom} after {cause}");
        }
    }
}
