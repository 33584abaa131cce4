//! Counting the fleet as one reader may see it, in passes that never hold its lock for long.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use swarmpulse_api::VerdictCounts;
use swarmpulse_fleet::{Agent, Fleet, ProcessTotals, SandboxEntry, TaskEntry};
use swarmpulse_model::record::SandboxState;
use swarmpulse_model::verdict::Standing as VerdictStanding;
use swarmpulse_model::{TaskStatus, Timestamp, Verdict};
use swarmpulse_runtime::Handle;

use super::sentence::{Place, Standing, Trouble};
use super::sweep::sweep;
use crate::access::Access;

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    verdicts: [u64; Verdict::ALL.len()],
    /// Those that someone should act on, the worst first.
    troubles: Vec<Trouble>,
    /// Tasks by status.
    pub tasks: BTreeMap<TaskStatus, u64>,
    /// Sandboxes by state.
    pub sandboxes: BTreeMap<&'static str, u64>,
    /// Sums over processes under watch.
    pub processes: ProcessTotals,
}

impl Tally {
    /// Counts what may be seen.
    pub(crate) fn count(handle: &Handle, access: &Access) -> Self {
        let mut tally = Self::default();
        sweep(handle, 0, |fleet, _, agent: &Agent| {
            if access.sees(fleet.namespace_of(agent)) {
                tally.add_agent(fleet, agent);
            }
            ControlFlow::Continue(())
        });
        tally.troubles.sort_by_key(|trouble| rank(trouble.verdict));
        sweep(handle, 0, |fleet, _, task: &TaskEntry| {
            if access.sees(fleet.namespace_of_task(task)) {
                *tally.tasks.entry(task.status).or_default() += 1;
            }
            ControlFlow::Continue(())
        });
        sweep(handle, 0, |fleet, _, sandbox: &SandboxEntry| {
            if access.sees(fleet.namespace_of_sandbox(sandbox)) {
                *tally.sandboxes.entry(sandbox.state.as_str()).or_default() += 1;
            }
            ControlFlow::Continue(())
        });
        tally
    }

    fn add_agent(&mut self, fleet: &Fleet, agent: &Agent) {
        let verdict = agent.verdict();
        self.verdicts[verdict as usize] += 1;
        if verdict.needs_attention() {
            self.add_trouble(verdict, agent.since(), fleet.host_of(agent));
        }
        if let Some(process) = agent.process().filter(|process| !process.has_ended()) {
            let (sample, totals) = (process.sample(), &mut self.processes);
            totals.count += 1;
            totals.rss_bytes = totals.rss_bytes.saturating_add(sample.rss_bytes);
            totals.cpu_ratio += sample.cpu_ratio;
            totals.open_fds += sample.open_fds.unwrap_or(0);
            totals.threads += sample.threads;
            totals.zombie_children += u64::from(sample.zombie_children);
        }
    }

    fn add_trouble(&mut self, verdict: Verdict, since: Timestamp, host: Option<&str>) {
        let known = self
            .troubles
            .iter()
            .position(|trouble| trouble.verdict == verdict);
        let number = known.unwrap_or_else(|| {
            self.troubles.push(Trouble {
                verdict,
                count: 0,
                first: since,
                last: since,
                place: Place::Nowhere,
            });
            self.troubles.len() - 1
        });
        let trouble = &mut self.troubles[number];
        trouble.count += 1;
        trouble.first = trouble.first.min(since);
        trouble.last = trouble.last.max(since);
        trouble.place.add(host);
    }

    /// Agents of that verdict.
    pub(crate) fn of(&self, verdict: Verdict) -> u64 {
        self.verdicts[verdict as usize]
    }

    /// Agents whose verdict stands so.
    pub(crate) fn standing(&self, wanted: impl Fn(VerdictStanding) -> bool) -> u64 {
        Verdict::ALL
            .into_iter()
            .filter(|verdict| wanted(verdict.standing()))
            .map(|verdict| self.of(verdict))
            .sum()
    }

    /// Every agent.
    pub(crate) fn agents(&self) -> u64 {
        self.verdicts.iter().sum()
    }

    /// Tasks that somebody has in hand.
    pub(crate) fn tasks_in_progress(&self) -> u64 {
        self.tasks
            .iter()
            .filter(|(status, _)| status.is_open())
            .map(|(_, count)| count)
            .sum()
    }

    /// Sandboxes that run.
    pub(crate) fn sandboxes_running(&self) -> u64 {
        self.sandboxes
            .get(SandboxState::Running.as_str())
            .copied()
            .unwrap_or(0)
    }

    /// The counts by name.
    pub(crate) fn verdicts(&self) -> VerdictCounts {
        VerdictCounts {
            starting: self.of(Verdict::Starting),
            working: self.of(Verdict::Working),
            idle: self.of(Verdict::Idle),
            waiting: self.of(Verdict::Waiting),
            backing_off: self.of(Verdict::BackingOff),
            silent: self.of(Verdict::Silent),
            stuck: self.of(Verdict::Stuck),
            unknown: self.of(Verdict::Unknown),
            down: self.of(Verdict::Down),
            stopped: self.of(Verdict::Stopped),
        }
    }

    /// What the sentence is made of, blindness aside.
    pub(crate) fn standing_of_fleet(&self, blind: Option<(String, Timestamp)>) -> Standing {
        Standing {
            agents: self.agents(),
            expected: self.standing(|standing| standing.expected),
            available: self.standing(|standing| standing.available),
            troubles: self.troubles.clone(),
            blind,
        }
    }
}

/// Verdicts by how much they need someone, the worst first.
pub(crate) const BY_SEVERITY: [Verdict; Verdict::ALL.len()] = [
    Verdict::Down,
    Verdict::Stuck,
    Verdict::Unknown,
    Verdict::Silent,
    Verdict::BackingOff,
    Verdict::Waiting,
    Verdict::Starting,
    Verdict::Working,
    Verdict::Idle,
    Verdict::Stopped,
];

/// A verdict's place in that order.
pub(crate) fn rank(verdict: Verdict) -> usize {
    BY_SEVERITY
        .iter()
        .position(|other| *other == verdict)
        .unwrap_or(BY_SEVERITY.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_one_rank() {
        for verdict in Verdict::ALL {
            assert_eq!(BY_SEVERITY[rank(verdict)], verdict);
        }
    }
}
