//! What an agent tells of the place that it is in: when the place was last seen alive by it, and from when on its own
//! silence says something.

use swarmpulse_model::record::DeclaredStatus;
use swarmpulse_model::{Claim, EntityKind, Timestamp};

use crate::agent::Agent;
use crate::fleet::Fleet;

/// Reports of agents that are well come so much late, in seconds.
const LATE_S: f64 = 1.0;

/// A sign of life, and when the next one is overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// When something last came from the agent, or was seen of it; `None`: never.
    pub heard_at: Option<Timestamp>,
    /// Its next report is expected by then; `NEVER` if none is.
    pub expected_at: Timestamp,
    /// From here on its silence says something; `NEVER` if it says nothing.
    pub due_at: Timestamp,
}

impl Fleet {
    /// What an agent tells of its host or its sandbox, whichever `place` says.
    ///
    /// A report is expected after an interval and a second, and overdue after 1.2 intervals and a second, counted from no
    /// earlier than when the monitor could see again. Open tasks and calls put that off as they put off a death by silence. Nothing follows from the silence of
    /// agents that report only while they work, that start up, that said themselves that they end, or whose process was
    /// seen to end: that word is a sign of life of the place. While deaths by silence are frozen, nobody's silence says
    /// anything.
    #[must_use]
    pub fn sign_of(&self, agent: &Agent, place: EntityKind) -> Sign {
        use swarmpulse_model::Verdict::{Down, Starting};
        let seen = agent.process.as_deref().and_then(|process| process.alive);
        let moments = [agent.contact, agent.progress, seen];
        let heard_at = moments.into_iter().flatten().map(|moment| moment.at).max();
        let mute = |heard_at| Sign {
            heard_at,
            expected_at: Timestamp::NEVER,
            due_at: Timestamp::NEVER,
        };
        if let Some(death) = agent.death.as_deref() {
            let at = death.moment.at;
            return match (&death.claim, place) {
                (Claim::HostGone { .. }, EntityKind::Host)
                | (Claim::SandboxGone { .. }, EntityKind::Sandbox) => Sign {
                    heard_at,
                    expected_at: at,
                    due_at: at,
                },
                // Its provider said so, not the place.
                (Claim::HostGone { .. } | Claim::SandboxGone { .. }, _) => mute(heard_at),
                _ => mute(heard_at.max(Some(at))),
            };
        }
        let is_down = agent.verdict == Down;
        // A bare heartbeat buys no grace.
        let starts = agent.declared == Some(DeclaredStatus::Starting) || agent.contact.is_none();
        let starts = starts && agent.verdict == Starting;
        if agent.on_demand || starts || self.freeze.is_frozen() && !is_down {
            return mute(heard_at);
        }
        let from = self.freeze.visible_since();
        let overdue_at = self.overdue_at(agent, from);
        let (interval_s, _) = agent.interval.current(&self.settings);
        let expected_at = agent.silence_base().max(from).plus_s(interval_s + LATE_S);
        let limit_ns = agent.interval.silence_limit_ns(&self.settings);
        let silent_at = agent.silence_base().plus_ns(limit_ns);
        let claim = self
            .bench()
            .open_work(agent, silent_at)
            .and_then(|work| work.claim);
        let excused_until = claim.map_or(Timestamp(i64::MIN), |claim| claim.until);
        Sign {
            heard_at,
            expected_at: expected_at.max(excused_until),
            due_at: overdue_at.max(excused_until),
        }
    }
}
