//! Which verdicts were seen on the demo's agents, and when.

use std::collections::BTreeMap;

use serde_json::Value;
use swarmpulse_api::Agent;
use swarmpulse_model::Verdict;

use super::cast::KIND;

/// The first sighting of each verdict.
#[derive(Debug, Default)]
pub struct Sightings {
    first_s: BTreeMap<Verdict, u64>,
}

impl Sightings {
    /// Takes a message of the stream; a line where a verdict is seen for the first time.
    pub fn take(&mut self, data: Value, elapsed_s: u64) -> Option<String> {
        let agent: Agent = serde_json::from_value(data).ok()?;
        let verdict = Verdict::parse(&agent.verdict)?;
        if agent.kind != KIND || self.first_s.contains_key(&verdict) {
            return None;
        }
        self.first_s.insert(verdict, elapsed_s);
        let reason = agent
            .evidence
            .first()
            .map(|evidence| evidence.text.clone())
            .unwrap_or_default();
        Some(format!(
            "{elapsed_s:>5} s  {:<11}  {}: {reason}",
            verdict.as_str(),
            agent.agent
        ))
    }

    /// What was and was not seen.
    #[must_use]
    pub fn closing(&self, elapsed_s: u64) -> String {
        let missing: Vec<&str> = Verdict::ALL
            .into_iter()
            .filter(|verdict| !self.first_s.contains_key(verdict))
            .map(Verdict::as_str)
            .collect();
        match missing.as_slice() {
            [] => format!(
                "All {} verdicts were seen within {} s.",
                Verdict::ALL.len(),
                self.first_s.values().max().unwrap_or(&0)
            ),
            missing => format!("Not seen within {elapsed_s} s: {}.", missing.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(agent: &str, kind: &str, verdict: &str) -> Value {
        let agent = Agent {
            agent: agent.into(),
            kind: kind.into(),
            verdict: verdict.into(),
            ..Agent::default()
        };
        serde_json::to_value(agent).unwrap()
    }

    #[test]
    fn each_verdict_is_told_once_and_only_of_our_agents() {
        let mut seen = Sightings::default();
        assert_eq!(seen.take(message("x", "bot", "down"), 1), None);
        assert!(
            seen.take(message("demo-idle", KIND, "idle"), 2)
                .unwrap()
                .contains("2 s  idle")
        );
        assert_eq!(seen.take(message("demo-b", KIND, "idle"), 3), None);
        assert!(
            seen.closing(9)
                .starts_with("Not seen within 9 s: starting, working, waiting")
        );
        for verdict in Verdict::ALL {
            seen.take(message("demo-b", KIND, verdict.as_str()), 4);
        }
        assert_eq!(seen.closing(9), "All 10 verdicts were seen within 4 s.");
    }
}
