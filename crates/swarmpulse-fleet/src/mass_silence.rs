//! Much of the fleet falls silent together: a sign that the monitor is blind, unless it is one place's own failure.

use swarmpulse_model::Timestamp;

use crate::agent::Agent;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::freeze::{BlindReason, is_expected};
use crate::places::Places;

/// Fewer silent agents are no sign of blindness.
const MASS_MIN: usize = 5;

impl Fleet {
    /// Freezes if, together with those that are about to be declared dead, more than half of those expected fell silent
    /// within one deadline, across hosts, sandboxes and providers. True while frozen.
    pub(crate) fn freeze_on_mass_silence(&mut self, step: &mut Step<'_>, dying: &[Index]) -> bool {
        if self.freeze.is_frozen() {
            return true;
        }
        if self.freeze.has_given_up() {
            return false;
        }
        let Some((first, last)) = self.mass_of_silence(step.now, dying) else {
            return false;
        };
        let fell = |agent: &Agent| (first..=last).contains(&agent.silence_base());
        let (mut hosts, mut sandboxes, mut providers) =
            (Places::default(), Places::default(), Places::default());
        let (mut silent, mut expected) = (0, 0);
        for (_, agent) in self.agents.iter_from(0).filter(|(_, agent)| is_expected(agent)) {
            let overdue = step.now >= self.overdue_at(agent, Timestamp(i64::MIN));
            if overdue && !fell(agent) {
                continue;
            }
            expected += 1;
            silent += u32::from(overdue);
            hosts.add(agent.host, overdue);
            sandboxes.add(agent.sandbox, overdue);
            let provider = agent
                .sandbox
                .and_then(|sandbox| self.sandboxes.get(sandbox)?.provider_number);
            providers.add(provider, overdue);
        }
        let one_place = hosts
            .confined_to()
            .or(sandboxes.confined_to())
            .or(providers.confined_to());
        if one_place.is_some() {
            return false;
        }
        let reason = BlindReason::MassSilence {
            silent,
            expected,
            hosts: hosts.silent_places(),
        };
        self.begin_freeze(step, reason);
        true
    }

    /// The span of last contacts, one deadline around that of a dying agent, in which more fell silent than are heard.
    /// Those that have been silent for other reasons, such as a long call, count on neither side.
    fn mass_of_silence(&self, now: Timestamp, dying: &[Index]) -> Option<(Timestamp, Timestamp)> {
        use swarmpulse_model::Verdict;
        let alive = self.counts.total() - self.counts.of(Verdict::Down) - self.counts.of(Verdict::Stopped);
        let mut heard: usize = 0;
        let mut silent_since = Vec::new();
        for (_, agent) in self.agents.iter_from(0).filter(|(_, agent)| is_expected(agent)) {
            if now >= self.overdue_at(agent, Timestamp(i64::MIN)) {
                silent_since.push(agent.silence_base());
            } else {
                heard += 1;
                if heard as u64 * 2 >= alive {
                    return None;
                }
            }
        }
        silent_since.sort_unstable();
        let spans = dying
            .iter()
            .filter_map(|index| self.agents.get(*index))
            .map(|agent| {
                let limit_ns = agent.interval.silence_limit_ns(&self.settings);
                let fell = agent.silence_base();
                (fell.plus_ns(-limit_ns), fell.plus_ns(limit_ns))
            });
        let sized = spans.map(|(first, last)| {
            let from = silent_since.partition_point(|at| *at < first);
            let to = silent_since.partition_point(|at| *at <= last);
            (to - from, (first, last))
        });
        let (silent, span) = sized.max_by_key(|(silent, _)| *silent)?;
        (silent >= MASS_MIN && silent > heard).then_some(span)
    }
}
