//! Common causes: one type of work that begins to fail on very many agents at once.

use super::engine::{CascadeEngine, Work};
use super::evidence::Evidence;
use super::judgement::{expected, hold};
use super::usual::Usual;

/// Agents on which a type must fail before that is a matter of the type and not of an agent.
const AGENTS_MIN: usize = 5;
/// Of the failures at most this share may be one service's: otherwise it is that service's outage.
const SERVICE_SHARE_MAX: f64 = 0.5;
/// Slots of history without which a rate is not known: ten minutes.
const HISTORY: i64 = 120;
/// Without history: failures, and agents that they are on, that are a burst whatever is usual.
const BURST: (usize, usize) = (100, 20);

/// A type of work that fails on many agents at once.
#[derive(Clone, Debug)]
pub(super) struct CommonCause {
    /// The type.
    pub task_type: u32,
    /// The logarithm of the odds that it fails.
    pub log_odds: f64,
    /// Agents with failures since it began.
    pub agents: usize,
    /// Whether its failures are failures of services, too: then what services do may explain it.
    pub of_services: bool,
    /// The slot since which it fails.
    pub since: i64,
}

/// The type that most clearly fails on many agents at once, if any.
pub(super) fn common_cause(engine: &mut CascadeEngine, usual: &Usual, now: i64) -> Option<CommonCause> {
    let mut best: Option<CommonCause> = None;
    for (number, work) in engine.types.iter_mut().enumerate() {
        if work.failures.len() < AGENTS_MIN && work.pulse.failing_since().is_none() {
            continue;
        }
        let evidence = Evidence::of(&work.pulse, expected(&work.pulse, usual));
        hold(&mut work.pulse, Some(&evidence));
        let log_odds = evidence.log_odds;
        if best.as_ref().is_some_and(|best| best.log_odds >= log_odds) {
            continue;
        }
        let likely = work.pulse.slot_at(evidence.likely());
        let since = work.pulse.failing_since().unwrap_or(likely);
        let seen = Seen::since(work, since);
        let known = engine.first.is_some_and(|first| since - first >= HISTORY);
        let enough = known || (seen.failures >= BURST.0 && seen.agents >= BURST.1);
        if enough && seen.agents >= AGENTS_MIN && seen.of_one_service <= SERVICE_SHARE_MAX {
            best = Some(CommonCause {
                task_type: number as u32,
                log_odds,
                agents: seen.agents,
                of_services: seen.of_services,
                since: since.min(now),
            });
        }
    }
    best
}

/// Whose the failures since a slot are.
struct Seen {
    failures: usize,
    agents: usize,
    of_services: bool,
    /// The largest share of failures with a service that is one service's.
    of_one_service: f64,
}

impl Seen {
    fn since(work: &Work, since: i64) -> Self {
        let mut agents = Vec::new();
        let mut services = Vec::new();
        let mut failures = 0;
        for failed in work.failures.iter().rev().take_while(|it| it.slot >= since) {
            failures += 1;
            agents.extend(failed.agent);
            services.extend(failed.service);
        }
        agents.sort_unstable();
        agents.dedup();
        services.sort_unstable();
        let named = services.len();
        let largest = services
            .chunk_by(|one, other| one == other)
            .map(<[u32]>::len)
            .max()
            .unwrap_or(0);
        Self {
            failures,
            agents: agents.len(),
            of_services: named > 0,
            of_one_service: if named == 0 {
                0.0
            } else {
                largest as f64 / named as f64
            },
        }
    }
}
