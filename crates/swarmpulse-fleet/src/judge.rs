//! The verdict on one agent at one time: the table of the contract, in the order in which evidence wins.

use serde::{Deserialize, Serialize};
use swarmpulse_model::record::{DeclaredStatus, FleetSettings};
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Timestamp, Verdict};

use crate::agent::Agent;
use crate::arena::{Arena, Index};
use crate::durations::LearnedLimits;
use crate::sandboxes::SandboxEntry;
use crate::services::ServiceEntry;
use crate::tasks::TaskEntry;

/// An agent that reports only while it works counts as idle for so long after its last word, then as over.
pub(crate) const ON_DEMAND_QUIET_S: f64 = 1800.0;

/// What a verdict rests on; `explain` makes sentences of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// A life that ended.
    Death,
    /// Nothing came within the deadline.
    Silence,
    /// A freeze holds back a death by silence.
    Frozen,
    /// A probe could not look.
    ProbeFailed,
    /// Its process goes on.
    ProcessProgress,
    /// A task is open.
    OpenTask(Index),
    /// A call is open: its number among the open ones.
    OpenCall(u32),
    /// It says that it works.
    SaysWorking,
    /// Its provider says that its sandbox runs.
    ProviderRunning,
    /// It starts up.
    StartGrace,
    /// Work was seen to go on.
    Progress,
    /// It was heard.
    Contact,
    /// It reports only while it works, and has no work open.
    OnDemand,
    /// It says that it waits.
    SaysWaiting,
    /// It was asked to hold back.
    BackOff,
    /// It fell too often to be believed at once.
    Flapping,
}

/// A verdict, what it rests on, and when time alone may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on.
    pub basis: Basis,
    /// Decide again at this time at the latest.
    pub next: Timestamp,
}

/// What a decision needs to know beside the agent.
pub(crate) struct Bench<'a> {
    pub settings: &'a FleetSettings,
    pub tasks: &'a Arena<TaskEntry>,
    pub services: &'a Arena<ServiceEntry>,
    pub sandboxes: &'a Arena<SandboxEntry>,
    pub task_limits: &'a LearnedLimits,
    /// Deaths by silence are frozen.
    pub frozen: bool,
    /// Silence before this does not count.
    pub visible_since: Timestamp,
}

fn decided(verdict: Verdict, basis: Basis, next: Timestamp) -> Decision {
    Decision { verdict, basis, next }
}

impl Bench<'_> {
    pub fn decide(&self, agent: &Agent, now: Timestamp) -> Decision {
        if let Some(death) = agent.death.as_deref().filter(|death| death.hold_until <= now) {
            return decided(death.verdict, Basis::Death, Timestamp::NEVER);
        }
        let limit_ns = agent.interval.silence_limit_ns(self.settings);
        let silent_at = agent.silence_base().plus_ns(limit_ns);
        let mut decision = if now < silent_at {
            let mut decision = self.in_contact(agent, now, silent_at, limit_ns);
            decision.next = decision.next.min(silent_at);
            decision
        } else {
            self.out_of_contact(agent, now, silent_at, limit_ns)
        };
        if let Some(death) = &agent.death {
            decision.next = decision.next.min(death.hold_until);
        }
        decision
    }

    fn in_contact(&self, agent: &Agent, now: Timestamp, silent_at: Timestamp, limit_ns: i64) -> Decision {
        if agent.declared == Some(DeclaredStatus::Waiting) {
            return decided(Verdict::Waiting, Basis::SaysWaiting, silent_at);
        }
        if let Some(hold_until) = self.backs_off_until(agent).filter(|until| *until > now) {
            return decided(Verdict::BackingOff, Basis::BackOff, hold_until);
        }
        let progress_until = agent
            .progress
            .map(|progress| progress.at.plus_ns(limit_ns))
            .filter(|until| *until > now);
        if let Some(work) = self.open_work(agent, silent_at) {
            return match progress_until {
                Some(until) => decided(Verdict::Working, Basis::Progress, until),
                None if work.stuck_at > now => decided(Verdict::Working, work.basis, work.stuck_at),
                None => decided(Verdict::Stuck, work.basis, silent_at),
            };
        }
        // A declared end of work is believed at once: the last progress was of the work before.
        let declared_idle = agent.declared == Some(DeclaredStatus::Idle)
            && agent
                .progress
                .is_some_and(|progress| progress.at <= agent.declared_since.at);
        if let Some(until) = progress_until.filter(|_| !declared_idle) {
            return decided(Verdict::Working, Basis::Progress, until);
        }
        match self.start_grace_until(agent).filter(|until| *until > now) {
            Some(until) => decided(Verdict::Starting, Basis::StartGrace, until),
            None => decided(Verdict::Idle, Basis::Contact, silent_at),
        }
    }

    fn out_of_contact(&self, agent: &Agent, now: Timestamp, silent_at: Timestamp, limit_ns: i64) -> Decision {
        let fallen = agent.verdict == Verdict::Down;
        let work = self.open_work(agent, silent_at);
        let process = agent.process.as_deref();
        if let Some(process) = process.filter(|process| process.alive_at(now).is_some()) {
            let next = process.fresh_until();
            if let Some(work) = work.filter(|work| work.stuck_at <= now && !fallen) {
                return decided(Verdict::Stuck, work.basis, next);
            }
            let busy_until = process
                .progress_moment()
                .map(|progress| progress.at.plus_ns(limit_ns))
                .filter(|until| *until > now);
            if let Some(busy_until) = busy_until {
                return decided(Verdict::Silent, Basis::ProcessProgress, next.min(busy_until));
            }
        }
        if agent.on_demand && work.is_none() && !fallen {
            return self.quiet(agent, now, limit_ns);
        }
        if fallen {
            // A claim extends a deadline; it does not revive those for whom it has passed.
            return decided(Verdict::Down, Basis::Silence, Timestamp::NEVER);
        }
        if let Some(claim) = work.and_then(|work| work.claim).filter(|claim| claim.until > now) {
            return decided(Verdict::Silent, claim.basis, claim.until);
        }
        if let Some(until) = self
            .provider_claim_until(agent, silent_at)
            .filter(|until| *until > now)
        {
            return decided(Verdict::Silent, Basis::ProviderRunning, until);
        }
        let starting = agent.declared == Some(DeclaredStatus::Starting) || agent.contact.is_none();
        if let Some(until) = self
            .start_grace_until(agent)
            .filter(|until| starting && *until > now)
        {
            return decided(Verdict::Starting, Basis::StartGrace, until);
        }
        if let Some((failed, _)) = process.and_then(|process| process.unreadable.as_ref()) {
            let until = failed.at.plus_ns(seconds(self.settings.unknown_limit_s));
            if until > now {
                return decided(Verdict::Unknown, Basis::ProbeFailed, until);
            }
        }
        if self.frozen {
            return decided(Verdict::Unknown, Basis::Frozen, Timestamp::NEVER);
        }
        let visible_silent_at = agent.silence_base().max(self.visible_since).plus_ns(limit_ns);
        if visible_silent_at > now {
            return decided(Verdict::Unknown, Basis::Frozen, visible_silent_at);
        }
        decided(Verdict::Down, Basis::Silence, Timestamp::NEVER)
    }

    /// An agent that reports only while it works is quiet, without open work: idle while its process is there or it was heard
    /// lately, over after that.
    fn quiet(&self, agent: &Agent, now: Timestamp, limit_ns: i64) -> Decision {
        let process = agent.process.as_deref();
        if let Some(process) = process.filter(|process| process.alive_at(now).is_some()) {
            return decided(Verdict::Idle, Basis::OnDemand, process.fresh_until());
        }
        let quiet_ns = seconds(ON_DEMAND_QUIET_S).max(limit_ns);
        let over_at = agent.silence_base().max(self.visible_since).plus_ns(quiet_ns);
        if over_at > now {
            return decided(Verdict::Idle, Basis::OnDemand, over_at);
        }
        if self.frozen {
            // A freeze is bounded; look again when it may be over.
            return decided(Verdict::Idle, Basis::OnDemand, now.plus_ns(quiet_ns));
        }
        decided(Verdict::Stopped, Basis::OnDemand, Timestamp::NEVER)
    }

    fn start_grace_until(&self, agent: &Agent) -> Option<Timestamp> {
        let since = match agent.declared {
            Some(DeclaredStatus::Starting) => agent.life_since.max(agent.declared_since.at),
            Some(
                DeclaredStatus::Idle
                | DeclaredStatus::Working
                | DeclaredStatus::Waiting
                | DeclaredStatus::BackingOff,
            ) => return None,
            _ if agent.progress.is_some() => return None,
            _ => agent.life_since,
        };
        Some(since.plus_ns(seconds(self.settings.start_grace_s)))
    }

    fn backs_off_until(&self, agent: &Agent) -> Option<Timestamp> {
        if agent.declared == Some(DeclaredStatus::BackingOff) {
            return Some(Timestamp::NEVER);
        }
        let back_off = agent.back_off?;
        Some(back_off.since.at.plus_ns(seconds(self.settings.backoff_hold_s)))
    }

    fn provider_claim_until(&self, agent: &Agent, silent_at: Timestamp) -> Option<Timestamp> {
        let sandbox = self.sandboxes.get(agent.sandbox?)?;
        sandbox
            .claims_running()
            .then(|| silent_at.plus_ns(seconds(self.settings.provider_claim_s)))
    }
}
