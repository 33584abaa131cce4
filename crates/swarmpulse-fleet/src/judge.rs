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
    pub call_limits: &'a LearnedLimits,
    /// Deaths by silence are frozen.
    pub frozen: bool,
    /// Silence before this does not count.
    pub visible_since: Timestamp,
}

/// Open work: the piece that may go on longest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenWork {
    pub basis: Basis,
    /// Without progress it is stuck from here on.
    pub stuck_at: Timestamp,
    /// An agent that fell silent is believed to work until here.
    pub claimed_until: Timestamp,
    /// The limit behind `stuck_at`, in seconds.
    pub limit_s: f64,
}

impl Bench<'_> {
    pub fn decide(&self, agent: &Agent, now: Timestamp) -> Decision {
        if let Some(death) = agent.death.as_deref().filter(|death| death.hold_until <= now) {
            return Decision {
                verdict: death.verdict,
                basis: Basis::Death,
                next: Timestamp::NEVER,
            };
        }
        let limit_ns = agent.interval.silence_limit_ns(self.settings);
        let silent_at = agent.silence_base().plus_ns(limit_ns);
        let mut decision = if now < silent_at {
            self.in_contact(agent, now, silent_at, limit_ns)
        } else {
            self.out_of_contact(agent, now, silent_at, limit_ns)
        };
        if let Some(death) = &agent.death {
            decision.next = decision.next.min(death.hold_until);
        }
        decision
    }

    fn in_contact(&self, agent: &Agent, now: Timestamp, silent_at: Timestamp, limit_ns: i64) -> Decision {
        let until = |verdict, basis, next: Timestamp| Decision {
            verdict,
            basis,
            next: next.min(silent_at),
        };
        if agent.declared == Some(DeclaredStatus::Waiting) {
            return until(Verdict::Waiting, Basis::SaysWaiting, silent_at);
        }
        if let Some(hold_until) = self.backs_off_until(agent).filter(|until| *until > now) {
            return until(Verdict::BackingOff, Basis::BackOff, hold_until);
        }
        let progress_until = agent
            .progress
            .map(|progress| progress.at.plus_ns(limit_ns))
            .filter(|until| *until > now);
        if let Some(work) = self.open_work(agent) {
            return if work.stuck_at > now {
                until(Verdict::Working, work.basis, work.stuck_at)
            } else {
                until(Verdict::Stuck, work.basis, silent_at)
            };
        }
        if let Some(progress_until) = progress_until {
            // A declared end of work is believed at once: the last progress was of the work before.
            let declared_idle = agent.declared == Some(DeclaredStatus::Idle)
                && agent
                    .progress
                    .is_some_and(|progress| progress.at <= agent.declared_since.at);
            if !declared_idle {
                return until(Verdict::Working, Basis::Progress, progress_until);
            }
        }
        match self.start_grace_until(agent).filter(|until| *until > now) {
            Some(grace_until) => until(Verdict::Starting, Basis::StartGrace, grace_until),
            None => until(Verdict::Idle, Basis::Contact, silent_at),
        }
    }

    fn out_of_contact(&self, agent: &Agent, now: Timestamp, silent_at: Timestamp, limit_ns: i64) -> Decision {
        let decided = |verdict, basis, next| Decision { verdict, basis, next };
        let work = self.open_work(agent);
        let exhausted = work.is_some_and(|work| work.stuck_at <= now);
        let process = agent.process.as_deref();
        let alive = process.and_then(|process| process.alive_at(now));
        if let (Some(process), Some(_)) = (process, alive) {
            let next = process.fresh_until();
            if let (true, Some(work)) = (exhausted, work) {
                return decided(Verdict::Stuck, work.basis, next);
            }
            let busy_until = process
                .progress_moment()
                .map(|progress| progress.at.plus_ns(limit_ns));
            if let Some(busy_until) = busy_until.filter(|until| *until > now) {
                return decided(Verdict::Silent, Basis::ProcessProgress, next.min(busy_until));
            }
        }
        if let Some(work) = work.filter(|work| work.claimed_until > now) {
            return decided(Verdict::Silent, work.basis, work.claimed_until);
        }
        if let Some(claimed_until) = self
            .provider_claim_until(agent, silent_at)
            .filter(|until| *until > now)
        {
            return decided(Verdict::Silent, Basis::ProviderRunning, claimed_until);
        }
        let starting = agent.declared == Some(DeclaredStatus::Starting) || agent.contact.is_none();
        if let Some(grace_until) = self
            .start_grace_until(agent)
            .filter(|until| starting && *until > now)
        {
            return decided(Verdict::Starting, Basis::StartGrace, grace_until);
        }
        if let Some((failed, _)) = process.and_then(|process| process.unreadable.as_ref()) {
            let until = failed.at.plus_ns(seconds(self.settings.unknown_limit_s));
            if until > now {
                return decided(Verdict::Unknown, Basis::ProbeFailed, until);
            }
        }
        let visible_silent_at = agent.silence_base().max(self.visible_since).plus_ns(limit_ns);
        if self.frozen {
            return decided(Verdict::Unknown, Basis::Frozen, Timestamp::NEVER);
        }
        if visible_silent_at > now {
            return decided(Verdict::Unknown, Basis::Frozen, visible_silent_at);
        }
        decided(Verdict::Down, Basis::Silence, Timestamp::NEVER)
    }

    fn start_grace_until(&self, agent: &Agent) -> Option<Timestamp> {
        let started = matches!(
            agent.declared,
            Some(
                DeclaredStatus::Idle
                    | DeclaredStatus::Working
                    | DeclaredStatus::Waiting
                    | DeclaredStatus::BackingOff
            )
        );
        let in_start = agent.progress.is_none() && !started;
        in_start.then(|| agent.life_since.plus_ns(seconds(self.settings.start_grace_s)))
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

    /// The piece of open work that may go on longest.
    pub fn open_work(&self, agent: &Agent) -> Option<OpenWork> {
        if agent.open_calls.is_empty()
            && agent.open_tasks.is_empty()
            && agent.declared != Some(DeclaredStatus::Working)
        {
            return None;
        }
        let progress = agent.progress.map_or(Timestamp(i64::MIN), |moment| moment.at);
        let mut longest: Option<OpenWork> = None;
        let mut offer = |basis, since: Timestamp, limit_s: f64, claim_s: f64| {
            let work = OpenWork {
                basis,
                stuck_at: since.plus_ns(seconds(limit_s)),
                claimed_until: since.plus_ns(seconds(claim_s)),
                limit_s,
            };
            if longest.is_none_or(|known| work.stuck_at > known.stuck_at) {
                longest = Some(work);
            }
        };
        for &index in &agent.open_tasks {
            if let Some(task) = self.tasks.get(index) {
                let (limit_s, source) = task.limit(self.settings, self.task_limits);
                let claim_s = if source.is_known() {
                    limit_s
                } else {
                    limit_s.min(self.settings.claim_limit_s)
                };
                offer(
                    Basis::OpenTask(index),
                    task.progress_at.max(progress),
                    limit_s,
                    claim_s,
                );
            }
        }
        for (number, call) in agent.open_calls.iter().enumerate() {
            let service = self
                .services
                .get(call.service)
                .map_or("", |service| service.id.as_str());
            let (limit_s, known) = self.call_limit(call.timeout_s, service);
            let claim_s = if known {
                limit_s
            } else {
                limit_s.min(self.settings.claim_limit_s)
            };
            // A call has its own limit: what else the agent does meanwhile neither shortens nor stretches it.
            offer(Basis::OpenCall(number as u32), call.since.at, limit_s, claim_s);
        }
        if agent.open_tasks.is_empty() && agent.open_calls.is_empty() {
            // What the agent says of itself holds while it is in contact, and extends no deadline.
            let since = agent.declared_since.at.max(progress);
            offer(
                Basis::SaysWorking,
                since,
                self.settings.task_limit_s,
                f64::NEG_INFINITY,
            );
        }
        longest
    }

    fn call_limit(&self, declared_s: Option<f32>, service: &str) -> (f64, bool) {
        if let Some(declared_s) = declared_s {
            return (f64::from(declared_s), true);
        }
        let configured = self
            .settings
            .call_limits
            .iter()
            .find(|limit| limit.name == service);
        if let Some(limit) = configured {
            return (limit.limit_s, true);
        }
        match self.call_limits.limit_s(service) {
            Some(learned_s) => (learned_s, true),
            None => (self.settings.call_limit_s, false),
        }
    }
}
