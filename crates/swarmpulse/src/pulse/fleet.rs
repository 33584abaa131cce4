//! The agents on show and the fleet's figures, kept up to date by the stream.

use std::cmp::Reverse;

use swarmpulse_api::{Agent, Summary};
use swarmpulse_model::Verdict;

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// The fleet's figures.
    pub summary: Summary,
    /// Agents, the worst first.
    pub agents: Vec<Agent>,
    /// There are more agents than are shown.
    pub more: bool,
}

impl Fleet {
    /// Sorts the agents, the worst first.
    #[must_use]
    pub fn new(summary: Summary, mut agents: Vec<Agent>, more: bool) -> Self {
        agents.sort_by(|one, other| order(one).cmp(&order(other)));
        Self {
            summary,
            agents,
            more,
        }
    }

    /// Takes an agent in or changes it; `wanted` false removes it. At most `limit` agents stay, the worst.
    pub fn update(&mut self, agent: Agent, wanted: bool, limit: usize) {
        self.agents
            .retain(|known| (&known.namespace, &known.agent) != (&agent.namespace, &agent.agent));
        if wanted {
            let place = self.agents.partition_point(|known| order(known) < order(&agent));
            self.agents.insert(place, agent);
        }
        if self.agents.len() > limit {
            self.agents.truncate(limit);
            self.more = true;
        }
    }
}

/// How much attention a verdict wants, 0 the most.
#[must_use]
pub fn rank(verdict: &str) -> u8 {
    match Verdict::parse(verdict) {
        Some(Verdict::Down) => 0,
        Some(Verdict::Stuck) => 1,
        Some(Verdict::Unknown) => 2,
        Some(Verdict::Silent) => 3,
        Some(Verdict::BackingOff) => 4,
        Some(Verdict::Waiting) => 5,
        Some(Verdict::Starting) => 6,
        Some(Verdict::Working) => 7,
        Some(Verdict::Idle) => 8,
        Some(Verdict::Stopped) => 9,
        // A verdict of a later release: show it before what needs nobody.
        None => 2,
    }
}

/// Rows of one rank keep their place while figures change: the order is by id, not by time.
fn order(agent: &Agent) -> (Reverse<u8>, &str, &str) {
    (
        Reverse(u8::MAX - rank(&agent.verdict)),
        &agent.namespace,
        &agent.agent,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(id: &str, verdict: &str) -> Agent {
        Agent {
            agent: id.into(),
            verdict: verdict.into(),
            ..Agent::default()
        }
    }

    fn ids(fleet: &Fleet) -> Vec<&str> {
        fleet.agents.iter().map(|agent| agent.agent.as_str()).collect()
    }

    #[test]
    fn the_worst_come_first_and_changes_move_only_what_changed() {
        let agents = vec![
            agent("c", "idle"),
            agent("b", "idle"),
            agent("z", "down"),
            agent("a", "stuck"),
        ];
        let mut fleet = Fleet::new(Summary::default(), agents, false);
        assert_eq!(ids(&fleet), ["z", "a", "b", "c"]);
        fleet.update(agent("c", "down"), true, 10);
        assert_eq!(ids(&fleet), ["c", "z", "a", "b"]);
        fleet.update(agent("z", "working"), false, 10);
        assert_eq!(ids(&fleet), ["c", "a", "b"]);
        fleet.update(agent("new", "unknown"), true, 3);
        assert_eq!(ids(&fleet), ["c", "a", "new"]);
        assert!(fleet.more);
    }

    #[test]
    fn every_verdict_has_its_own_rank() {
        let mut ranks: Vec<u8> = Verdict::ALL
            .iter()
            .map(|verdict| rank(verdict.as_str()))
            .collect();
        ranks.sort_unstable();
        assert_eq!(ranks, (0..10).collect::<Vec<u8>>());
    }
}
