//! Self-doubt: when the monitor may be blind, nobody is declared dead by silence.

use serde::{Deserialize, Serialize};
use swarmpulse_model::evidence::Duration;
use swarmpulse_model::record::MonitorEvent;
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_model::{Condition, Severity, Text, Timestamp, Verdict};

use crate::agent::Agent;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::judge::Basis;

/// A report is overdue after so many intervals and a second.
const OVERDUE_INTERVALS: f64 = 1.2;
/// A stall or gap shorter than this blinds nobody: the shortest deadline is far longer.
const BLIND_MIN_S: f64 = 5.0;

/// Why the monitor may be blind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum BlindReason {
    /// Something happened to the monitor itself.
    Monitor(MonitorEvent),
    /// Much of the fleet fell silent together.
    MassSilence {
        /// So many agents.
        silent: u32,
        /// Of so many.
        expected: u32,
        /// On so many hosts.
        hosts: u32,
    },
}

impl BlindReason {
    /// One sentence.
    #[must_use]
    pub fn sentence(&self) -> Text {
        match self {
            Self::Monitor(MonitorEvent::Started {
                last_seen_at: Some(_),
            }) => "the monitor restarted".into(),
            Self::Monitor(MonitorEvent::Started { last_seen_at: None }) => "the monitor started".into(),
            Self::Monitor(MonitorEvent::Stalled { duration_s }) => {
                format!("the monitor stood still for {}", Duration(*duration_s)).into()
            }
            Self::Monitor(MonitorEvent::ClockJumped { by_s }) => {
                let way = if *by_s < 0.0 { "back" } else { "forward" };
                format!("the clock jumped {way} by {}", Duration(by_s.abs())).into()
            }
            Self::Monitor(MonitorEvent::IngestGap { duration_s, cause }) => {
                format!("no reports were taken for {} ({cause})", Duration(*duration_s)).into()
            }
            Self::Monitor(MonitorEvent::ProbeFailed { probe, error }) => {
                format!("the {probe} probe could not look: {error}").into()
            }
            Self::MassSilence {
                silent,
                expected,
                hosts,
            } => format!("{silent} of {expected} agents on {hosts} hosts fell silent together").into(),
        }
    }
}

/// What is said of the monitor's blindness.
#[derive(Clone, Debug, PartialEq)]
pub struct Blindness {
    /// One sentence.
    pub reason: Text,
    /// Since when.
    pub since: Timestamp,
    /// Until when at the latest.
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Frozen {
    reason: BlindReason,
    since: Timestamp,
    until: Timestamp,
    check_at: Timestamp,
}

/// The limit of a freeze passed without a word: `fleet_down_or_blind` holds until contact returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct GivenUp {
    since: Timestamp,
    check_at: Timestamp,
}

/// The state of self-doubt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Freeze {
    frozen: Option<Frozen>,
    given_up: Option<GivenUp>,
    visible_since: Timestamp,
    /// Numbers the freezes; an agent that carries the number was heard since.
    epoch: u32,
}

impl Freeze {
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// The limit passed, and contact has not returned since.
    pub(crate) fn has_given_up(&self) -> bool {
        self.given_up.is_some()
    }

    /// Silence before this does not count: nobody could see.
    pub(crate) fn visible_since(&self) -> Timestamp {
        self.visible_since
    }

    pub(crate) fn next_due(&self) -> Timestamp {
        let frozen = self.frozen.as_ref().map(|frozen| frozen.check_at);
        let given_up = self.given_up.as_ref().map(|given_up| given_up.check_at);
        frozen.or(given_up).unwrap_or(Timestamp::NEVER)
    }

    /// An agent was heard.
    pub(crate) fn heard(&mut self, epoch: &mut u32, now: Timestamp) {
        if *epoch != self.epoch {
            *epoch = self.epoch;
            self.check_soon(now);
        }
    }

    /// Something changed after which contact may have returned.
    pub(crate) fn check_soon(&mut self, now: Timestamp) {
        if let Some(given_up) = &mut self.given_up {
            given_up.check_at = given_up.check_at.min(now.plus_ns(SECOND_NS));
        }
    }
}

impl Fleet {
    /// Whether deaths by silence are frozen, and why.
    #[must_use]
    pub fn blindness(&self) -> Option<Blindness> {
        let frozen = self.freeze.frozen.as_ref()?;
        Some(Blindness {
            reason: frozen.reason.sentence(),
            since: frozen.since,
            until: frozen.until,
        })
    }

    pub(crate) fn apply_monitor(&mut self, step: &mut Step<'_>, event: &MonitorEvent) {
        let blinds = match event {
            MonitorEvent::Started { last_seen_at } => {
                // With an empty journal there is nothing to be blind to.
                last_seen_at.is_some()
            }
            MonitorEvent::Stalled { duration_s } | MonitorEvent::IngestGap { duration_s, .. } => {
                *duration_s >= BLIND_MIN_S
            }
            MonitorEvent::ClockJumped { by_s } => by_s.abs() >= BLIND_MIN_S,
            MonitorEvent::ProbeFailed { .. } => false,
        };
        if blinds {
            self.begin_freeze(step, BlindReason::Monitor(event.clone()));
        }
    }

    pub(crate) fn begin_freeze(&mut self, step: &mut Step<'_>, reason: BlindReason) {
        let now = step.now;
        if !self.agents.iter_from(0).any(|(_, agent)| is_expected(agent)) {
            return;
        }
        let (since, until) = match &self.freeze.frozen {
            // A freeze is bounded from its first cause on: causes that follow each other do not prolong it.
            Some(frozen) => (frozen.since, frozen.until),
            None => (now, now.plus_ns(seconds(self.settings.blind_limit_s))),
        };
        if matches!(reason, BlindReason::Monitor(_)) {
            self.freeze.visible_since = now;
        }
        self.freeze.epoch = self.freeze.epoch.wrapping_add(1).max(1);
        let sentence = reason.sentence();
        self.freeze.frozen = Some(Frozen {
            reason,
            since,
            until,
            check_at: now.plus_ns(SECOND_NS),
        });
        if self.freeze.given_up.take().is_some() {
            self.tell(step, &FLEET_DOWN_OR_BLIND, false, "it is judged anew");
        }
        self.tell(step, &MONITOR_BLIND, true, &format!("I cannot see: {sentence}"));
    }

    /// Ends a freeze when contact has returned, or its limit has passed.
    pub(crate) fn watch_freeze(&mut self, step: &mut Step<'_>) {
        let now = step.now;
        let check_at = now.plus_ns(SECOND_NS);
        if let Some(frozen) = &self.freeze.frozen {
            if frozen.check_at > now {
                return;
            }
            let (since, until) = (frozen.since, frozen.until);
            let by_monitor = matches!(frozen.reason, BlindReason::Monitor(_));
            if self.contact_returned(now, since, by_monitor) {
                // Those still missing have had no chance yet: their silence counts from here.
                self.freeze.visible_since = now;
                self.end_freeze(step, "contact returned");
            } else if now >= until {
                self.freeze.given_up = Some(GivenUp { since, check_at });
                self.end_freeze(step, "the limit passed");
                let waited = Duration(self.settings.blind_limit_s).to_string();
                let reason = format!("no contact returned within {waited}: the fleet is down, or I am blind");
                self.tell(step, &FLEET_DOWN_OR_BLIND, true, &reason);
            } else if let Some(frozen) = &mut self.freeze.frozen {
                frozen.check_at = check_at.min(until);
            }
        } else if let Some(given_up) = &self.freeze.given_up {
            if given_up.check_at > now {
                return;
            }
            let since = given_up.since;
            if self.contact_returned(now, since, false) {
                self.freeze.given_up = None;
                self.tell(step, &FLEET_DOWN_OR_BLIND, false, "contact returned");
            } else {
                // Only another word, or an agent that is forgotten, can change that.
                let check_at = Timestamp::NEVER;
                self.freeze.given_up = Some(GivenUp { since, check_at });
            }
        }
    }

    fn end_freeze(&mut self, step: &mut Step<'_>, why: &str) {
        self.freeze.frozen = None;
        self.tell(step, &MONITOR_BLIND, false, why);
        let held: Vec<Index> = self
            .agents
            .iter_from(0)
            .filter(|(_, agent)| agent.verdict == Verdict::Unknown)
            .map(|(index, _)| index)
            .collect();
        for index in held {
            self.arm(index, step.now);
        }
    }

    /// Whether at least half of those expected were heard since the freeze began. After something that happened to the
    /// monitor itself, those whose next report is not due yet are not waited for: slow senders are no sign of blindness.
    fn contact_returned(&self, now: Timestamp, began: Timestamp, by_monitor: bool) -> bool {
        let (mut heard, mut missing, mut due) = (0_u32, 0_u32, 0_u32);
        for (_, agent) in self.agents.iter_from(0) {
            if !agent.speaks || agent.is_monitor {
                continue;
            }
            let fell_since =
                agent.verdict == Verdict::Down && agent.basis == Basis::Silence && agent.since >= began;
            if agent.heard_epoch == self.freeze.epoch {
                heard += 1;
            } else if is_expected(agent) || fell_since {
                missing += 1;
                due += u32::from(now >= self.overdue_at(agent, began));
            }
        }
        let waited_ns = seconds(self.settings.silence_floor_s);
        heard >= missing || by_monitor && now.since(began) >= waited_ns && heard >= due
    }

    /// When the next report of an agent is overdue, counted from no earlier than `from`.
    pub(crate) fn overdue_at(&self, agent: &Agent, from: Timestamp) -> Timestamp {
        let (interval_s, _) = agent.interval.current(&self.settings);
        agent
            .silence_base()
            .max(from)
            .plus_ns(seconds(OVERDUE_INTERVALS * interval_s + 1.0))
    }

    /// Raises or clears a condition of the monitor itself.
    fn tell(&mut self, step: &mut Step<'_>, what: &OwnCondition, active: bool, reason: &str) {
        let condition = Condition {
            name: Text::const_new(what.name),
            subject: None,
            severity: what.severity,
            active,
            since: step.now,
            reason: reason.into(),
        };
        self.apply_condition(step, condition);
    }
}

struct OwnCondition {
    name: &'static str,
    severity: Severity,
}

const MONITOR_BLIND: OwnCondition = OwnCondition {
    name: "monitor_blind",
    severity: Severity::Warning,
};
const FLEET_DOWN_OR_BLIND: OwnCondition = OwnCondition {
    name: "fleet_down_or_blind",
    severity: Severity::Critical,
};

/// Whether silence of this agent says anything: it speaks for itself, is not over, and is not this monitor.
pub(crate) fn is_expected(agent: &Agent) -> bool {
    agent.speaks
        && !agent.is_monitor
        && !agent.on_demand
        && agent.death.is_none()
        && !matches!(agent.verdict, Verdict::Down | Verdict::Stopped)
}
