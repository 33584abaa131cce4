//! Self-doubt: when the monitor may be blind, nobody is declared dead by silence.

use serde::{Deserialize, Serialize};
use swarmpulse_model::evidence::Duration;
use swarmpulse_model::record::MonitorEvent;
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_model::{Condition, Severity, Text, Timestamp, Verdict};

use crate::agent::Agent;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::hosts::Places;

/// Fewer silent agents are no sign of blindness.
const MASS_MIN: u32 = 5;
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

/// The state of self-doubt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Freeze {
    frozen: Option<Frozen>,
    /// The limit passed without a word: `fleet_down_or_blind` holds until contact returns.
    given_up: Option<Timestamp>,
    visible_since: Timestamp,
    epoch: u32,
    heard: u32,
}

impl Freeze {
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// Silence before this does not count: nobody could see.
    pub(crate) fn visible_since(&self) -> Timestamp {
        self.visible_since
    }

    pub(crate) fn next_due(&self) -> Timestamp {
        let given_up = self.given_up.unwrap_or(Timestamp::NEVER);
        self.frozen.as_ref().map_or(given_up, |frozen| frozen.check_at)
    }

    /// An agent was heard; counts it once for each freeze.
    pub(crate) fn heard(&mut self, epoch: &mut u32) {
        if *epoch != self.epoch {
            *epoch = self.epoch;
            self.heard += 1;
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
                last_seen_at.is_some_and(|seen| step.now.seconds_since(seen) >= 0.0)
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

    fn begin_freeze(&mut self, step: &mut Step<'_>, reason: BlindReason) {
        let now = step.now;
        if self.expected() == 0 {
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
        self.freeze.given_up = None;
        self.freeze.epoch = self.freeze.epoch.wrapping_add(1).max(1);
        self.freeze.heard = 0;
        let sentence = reason.sentence();
        self.freeze.frozen = Some(Frozen {
            reason,
            since,
            until,
            check_at: now.plus_ns(SECOND_NS),
        });
        self.raise(
            step,
            "fleet_down_or_blind",
            Severity::Critical,
            false,
            "it is judged anew",
        );
        self.raise(
            step,
            "monitor_blind",
            Severity::Warning,
            true,
            &format!("I cannot see: {sentence}"),
        );
    }

    /// Ends a freeze when contact has returned, or its limit has passed.
    pub(crate) fn watch_freeze(&mut self, step: &mut Step<'_>) {
        let now = step.now;
        if let Some(check_at) = self.freeze.given_up.filter(|check_at| *check_at <= now) {
            if self.contact_returned() {
                self.freeze.given_up = None;
                self.raise(
                    step,
                    "fleet_down_or_blind",
                    Severity::Critical,
                    false,
                    "contact returned",
                );
            } else {
                self.freeze.given_up = Some(check_at.max(now).plus_ns(SECOND_NS));
            }
            return;
        }
        let Some(frozen) = &self.freeze.frozen else { return };
        if frozen.check_at > now {
            return;
        }
        let until = frozen.until;
        if self.contact_returned() {
            // Those still missing have had no chance yet: their silence counts from here.
            self.freeze.visible_since = now;
            self.end_freeze(step, "contact returned");
        } else if now >= until {
            self.freeze.given_up = Some(now.plus_ns(SECOND_NS));
            self.freeze.visible_since = Timestamp::default();
            self.end_freeze(step, "the limit passed");
            let waited = Duration(self.settings.blind_limit_s).to_string();
            let reason = format!("no contact returned within {waited}: the fleet is down, or I am blind");
            self.raise(step, "fleet_down_or_blind", Severity::Critical, true, &reason);
        } else if let Some(frozen) = &mut self.freeze.frozen {
            frozen.check_at = now.plus_ns(SECOND_NS).min(until);
        }
    }

    fn end_freeze(&mut self, step: &mut Step<'_>, why: &str) {
        self.freeze.frozen = None;
        self.raise(step, "monitor_blind", Severity::Warning, false, why);
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

    /// Freezes if more than half of those expected are silent, on more than one host. True while frozen.
    pub(crate) fn freeze_on_mass_silence(&mut self, step: &mut Step<'_>) -> bool {
        if self.freeze.is_frozen() {
            return true;
        }
        if self.freeze.given_up.is_some() {
            return false;
        }
        let (mut expected, mut silent) = (0, 0);
        let mut hosts = Places::default();
        let mut sandboxes = Places::default();
        let mut providers = Places::default();
        for (_, agent) in self.agents.iter_from(0).filter(|(_, agent)| is_expected(agent)) {
            expected += 1;
            let (interval_s, _) = agent.interval.current(&self.settings);
            if step.now.seconds_since(agent.silence_base()) > OVERDUE_INTERVALS * interval_s + 1.0 {
                silent += 1;
                hosts.add(agent.host);
                sandboxes.add(agent.sandbox);
                providers.add(
                    agent
                        .sandbox
                        .and_then(|sandbox| self.sandboxes.get(sandbox)?.provider_number),
                );
            }
        }
        let confined = hosts
            .confined_to()
            .or(sandboxes.confined_to())
            .or(providers.confined_to())
            .is_some();
        if silent < MASS_MIN || silent * 2 <= expected || confined {
            return false;
        }
        self.begin_freeze(
            step,
            BlindReason::MassSilence {
                silent,
                expected,
                hosts: hosts.count() as u32,
            },
        );
        true
    }

    fn expected(&self) -> u32 {
        self.agents
            .iter_from(0)
            .filter(|(_, agent)| is_expected(agent))
            .count() as u32
    }

    /// At least half of those expected were heard since the freeze began.
    fn contact_returned(&self) -> bool {
        let mut heard = 0;
        let mut expected = 0;
        for (_, agent) in self.agents.iter_from(0) {
            let was_heard = agent.heard_epoch == self.freeze.epoch && agent.speaks;
            heard += u32::from(was_heard);
            expected += u32::from(was_heard || is_expected(agent));
        }
        heard * 2 >= expected
    }

    /// Raises or clears a condition of the monitor itself.
    fn raise(
        &mut self,
        step: &mut Step<'_>,
        name: &'static str,
        severity: Severity,
        active: bool,
        reason: &str,
    ) {
        let since = step.now;
        let condition = Condition {
            name: Text::const_new(name),
            subject: None,
            severity,
            active,
            since,
            reason: reason.into(),
        };
        self.apply_condition(step, condition);
    }
}

/// Whether silence of this agent says anything: it speaks for itself and is not over.
fn is_expected(agent: &Agent) -> bool {
    agent.speaks && agent.death.is_none() && !matches!(agent.verdict, Verdict::Down | Verdict::Stopped)
}
