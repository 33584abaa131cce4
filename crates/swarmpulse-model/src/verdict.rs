//! The verdict on an agent, and the one map from verdicts to everything counted or coloured by them.

use serde::{Deserialize, Serialize};

/// What is said of an agent. `docs/verdicts.md` says when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Known, no progress yet, start-up grace not over.
    Starting,
    /// Progress within its deadline, or open work within its maximum.
    Working,
    /// In contact, no open work.
    Idle,
    /// It says that it waits for a person or an input.
    Waiting,
    /// Its last calls were answered 429, 503 or 529, and it keeps contact or progress.
    BackingOff,
    /// No contact, but its process lives on or a claim still extends its deadline.
    Silent,
    /// Life and open work, but no progress beyond that work's limit.
    Stuck,
    /// It cannot be seen; decided within a bounded time.
    Unknown,
    /// Dead: shown by evidence of death, or by silence beyond the deadline.
    Down,
    /// Ended as it said or was asked to.
    Stopped,
}

/// The coarse state that older clients and status pages use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing to do.
    Healthy,
    /// Someone may want to look.
    Stale,
    /// Not there.
    Down,
}

impl Health {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Stale => "stale",
            Self::Down => "down",
        }
    }
}

/// How a verdict counts: one row of the contract's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The lower-case name in JSON.
    pub name: &'static str,
    /// The coarse state.
    pub health: Health,
    /// Counts for availability objectives.
    pub available: bool,
    /// Counts as X in "active X/N".
    pub active: bool,
    /// Counts as idle.
    pub idle: bool,
    /// Counts in N of "active X/N".
    pub expected: bool,
}

impl Verdict {
    /// Every verdict, the healthy ones first.
    pub const ALL: [Self; 10] = [
        Self::Starting,
        Self::Working,
        Self::Idle,
        Self::Waiting,
        Self::BackingOff,
        Self::Silent,
        Self::Stuck,
        Self::Unknown,
        Self::Down,
        Self::Stopped,
    ];

    /// The one table that all counts, colours and objectives derive from.
    #[must_use]
    pub const fn standing(self) -> Standing {
        const fn row(
            name: &'static str,
            health: Health,
            available: bool,
            active: bool,
            idle: bool,
        ) -> Standing {
            Standing {
                name,
                health,
                available,
                active,
                idle,
                expected: true,
            }
        }
        match self {
            Self::Starting => row("starting", Health::Healthy, true, false, false),
            Self::Working => row("working", Health::Healthy, true, true, false),
            Self::Idle => row("idle", Health::Healthy, true, false, true),
            Self::Waiting => row("waiting", Health::Healthy, true, false, true),
            Self::BackingOff => row("backing_off", Health::Healthy, true, false, false),
            Self::Silent => row("silent", Health::Stale, true, true, false),
            Self::Stuck => row("stuck", Health::Stale, false, false, false),
            Self::Unknown => row("unknown", Health::Stale, false, false, false),
            Self::Down => row("down", Health::Down, false, false, false),
            Self::Stopped => Standing {
                name: "stopped",
                health: Health::Down,
                available: false,
                active: false,
                idle: false,
                expected: false,
            },
        }
    }

    /// Its lower-case name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.standing().name
    }

    /// The verdict of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == name)
    }

    /// Whether someone should act: down, stuck or unknown.
    #[must_use]
    pub const fn needs_attention(self) -> bool {
        matches!(self, Self::Down | Self::Stuck | Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_contracts() {
        let rows: Vec<String> = Verdict::ALL
            .into_iter()
            .map(|verdict| {
                let s = verdict.standing();
                let mut counts = Vec::new();
                for (set, word) in [(s.available, "available"), (s.active, "active"), (s.idle, "idle")] {
                    if set {
                        counts.push(word);
                    }
                }
                if !s.expected {
                    counts.push("not expected");
                }
                format!("{} {} {}", s.name, s.health.as_str(), counts.join(","))
            })
            .collect();
        assert_eq!(
            rows,
            [
                "starting healthy available",
                "working healthy available,active",
                "idle healthy available,idle",
                "waiting healthy available,idle",
                "backing_off healthy available",
                "silent stale available,active",
                "stuck stale ",
                "unknown stale ",
                "down down ",
                "stopped down not expected",
            ]
        );
    }

    #[test]
    fn names_parse_back() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::parse(verdict.as_str()), Some(verdict));
        }
        assert_eq!(Verdict::parse("dead"), None);
    }
}
