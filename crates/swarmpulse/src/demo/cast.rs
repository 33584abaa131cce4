//! The parts of the demo, in one table: what each does, and the verdict to expect of it.

use std::fmt::Write as _;

use swarmpulse_model::Verdict;

/// The kind of every agent of the demo.
pub const KIND: &str = "demo";

/// One part.
#[derive(Debug)]
pub struct Role {
    /// Its name; the agent's is `demo-` and this.
    pub name: &'static str,
    /// What it does.
    pub does: &'static str,
    /// The verdict to expect.
    pub expect: Verdict,
    /// Within so many seconds.
    pub within_s: u64,
}

/// The part that speaks for many agents on other machines.
pub const CUT_OFF: &str = "cut-off";

const fn role(name: &'static str, does: &'static str, expect: Verdict, within_s: u64) -> Role {
    Role {
        name,
        does,
        expect,
        within_s,
    }
}

/// Every part.
pub const CAST: &[Role] = &[
    role(
        "healthy",
        "reports, has a task in hand and gets on with it",
        Verdict::Working,
        10,
    ),
    role("busy", "uses a third of a core", Verdict::Working, 10),
    role(
        "leaking-memory",
        "keeps 1 MB more each second, up to 64 MB",
        Verdict::Working,
        10,
    ),
    role(
        "leaking-descriptors",
        "opens 2 files more each second, up to 240",
        Verdict::Working,
        10,
    ),
    role("idle", "reports and has nothing to do", Verdict::Idle, 10),
    role(
        "zombie-child",
        "never waits for a child that ended",
        Verdict::Idle,
        10,
    ),
    role("waiting", "says that it waits for a person", Verdict::Waiting, 10),
    role(
        "backing-off",
        "is answered 429 by its LLM service",
        Verdict::BackingOff,
        10,
    ),
    role(
        "slow-start",
        "reports, but has not begun to work",
        Verdict::Starting,
        10,
    ),
    role("killed", "is killed by SIGKILL after 20 s", Verdict::Down, 25),
    role(
        "crash-looping",
        "exits with code 3 every few seconds and is started again",
        Verdict::Down,
        25,
    ),
    role(
        "stopping",
        "says after 20 s that it stops, and does",
        Verdict::Stopped,
        25,
    ),
    role(
        "hanging",
        "reports, but its task goes without progress for longer than its 15 s",
        Verdict::Stuck,
        40,
    ),
    role(
        "silent",
        "stops reporting after 10 s, while its processor time goes on",
        Verdict::Silent,
        60,
    ),
    role(
        "lost",
        "stops reporting after 10 s, on a machine where nobody can look",
        Verdict::Down,
        60,
    ),
    role(
        CUT_OFF,
        "many agents on four machines fall silent at once: the monitor doubts itself first",
        Verdict::Unknown,
        110,
    ),
];

impl Role {
    /// The agent's id.
    #[must_use]
    pub fn agent(&self) -> String {
        format!("demo-{}", self.name)
    }

    /// Every agent of the demo, with those on other machines.
    #[must_use]
    pub fn all_agents(remote: u32) -> Vec<String> {
        let alone = CAST.iter().filter(|role| role.name != CUT_OFF).map(Self::agent);
        alone.chain((1..=remote).map(remote_agent)).collect()
    }
}

/// One of the agents on other machines.
#[must_use]
pub fn remote_agent(number: u32) -> String {
    format!("demo-{CUT_OFF}-{number}")
}

/// What to expect, as a table.
#[must_use]
pub fn table(server: &str, seconds: u64) -> String {
    let mut text =
        format!("A fleet of real processes reports to {server} for {seconds} s. What to expect:\n\n");
    let width = CAST.iter().map(|role| role.agent().len()).max().unwrap_or(0);
    for role in CAST {
        let _ = writeln!(
            text,
            "  {:width$}  {:<11}  within {:>3} s  {}",
            role.agent(),
            role.expect.as_str(),
            role.within_s,
            role.does
        );
    }
    let _ = write!(
        text,
        "\nWatch it with `swarmpulse pulse --watch` or at {server}/ ; Ctrl-C ends it and everything it started.\n\n"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_is_expected_within_two_minutes() {
        for verdict in Verdict::ALL {
            let shown = CAST
                .iter()
                .any(|role| role.expect == verdict && role.within_s <= 120);
            assert!(shown, "nobody shows {}", verdict.as_str());
        }
    }

    #[test]
    fn the_table_names_every_part() {
        insta::assert_snapshot!(table("http://127.0.0.1:9870", 150));
    }
}
