//! Open work: tasks and calls under way, how long each may go without progress, and how long silence is excused by it.

use swarmpulse_model::Timestamp;
use swarmpulse_model::record::DeclaredStatus;
use swarmpulse_model::time::seconds;

use crate::agent::Agent;
use crate::call_book::OpenCall;
use crate::judge::{Basis, Bench};

/// The longest that anyone may declare work to take: a month. It bounds what a wrong figure can do.
pub(crate) const DECLARED_MAX_S: f64 = 30.0 * 86_400.0;

/// The open work of an agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenWork {
    /// The piece that may go on longest without progress.
    pub basis: Basis,
    /// Without progress the agent is stuck from here on.
    pub stuck_at: Timestamp,
    /// The limit behind `stuck_at`, in seconds.
    pub limit_s: f64,
    /// The piece by which silence is excused for longest.
    pub claim: Option<Claimed>,
}

/// A claim that excuses silence, once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claimed {
    pub basis: Basis,
    pub until: Timestamp,
    pub limit_s: f64,
}

/// A piece of open work.
struct Piece {
    basis: Basis,
    /// Its own last progress.
    progress_at: Timestamp,
    /// A claim of it counts from here.
    claimed_at: Timestamp,
    limit_s: f64,
    /// Someone or something knows the limit.
    known: bool,
}

impl Bench<'_> {
    /// The open work of an agent whose deadline of silence is `silent_at`. Claims count from no later than that: work
    /// that is given to an agent which has fallen silent does not go on excusing it.
    pub fn open_work(&self, agent: &Agent, silent_at: Timestamp) -> Option<OpenWork> {
        let says_working = agent.declared == Some(DeclaredStatus::Working);
        if agent.open_tasks.is_empty() && agent.calls.is_none() && !says_working {
            return None;
        }
        let calls = agent.open_calls();
        let progress = agent.progress.map_or(Timestamp(i64::MIN), |moment| moment.at);
        let tasks = agent.open_tasks.iter().filter_map(|&index| {
            let task = self.tasks.get(index)?;
            let (limit_s, source) = task.limit(self.settings, self.task_limits);
            Some(Piece {
                basis: Basis::OpenTask(index),
                progress_at: task.progress_at,
                claimed_at: task.progress_at.max(progress),
                limit_s,
                known: source.is_known(),
            })
        });
        let calls_open = calls.iter().enumerate().map(|(number, call)| {
            let (limit_s, known) = self.call_limit(call);
            Piece {
                basis: Basis::OpenCall(number as u32),
                progress_at: call.since.at,
                // A call has its own limit: what else the agent does meanwhile does not stretch the claim.
                claimed_at: call.since.at,
                limit_s,
                known,
            }
        });
        let mut work: Option<OpenWork> = None;
        for piece in tasks.chain(calls_open) {
            let stuck_at = piece.progress_at.max(progress).plus_ns(seconds(piece.limit_s));
            let claim_s = if piece.known {
                piece.limit_s
            } else {
                piece.limit_s.min(self.settings.claim_limit_s)
            };
            let claim = Claimed {
                basis: piece.basis,
                until: piece.claimed_at.min(silent_at).plus_ns(seconds(claim_s)),
                limit_s: claim_s,
            };
            let work = work.get_or_insert(OpenWork {
                basis: piece.basis,
                stuck_at,
                limit_s: piece.limit_s,
                claim: Some(claim),
            });
            if stuck_at > work.stuck_at {
                (work.basis, work.stuck_at, work.limit_s) = (piece.basis, stuck_at, piece.limit_s);
            }
            if work.claim.is_none_or(|known| claim.until > known.until) {
                work.claim = Some(claim);
            }
        }
        work.or_else(|| says_working.then(|| self.word_of_work(agent, progress)))
    }

    /// What the agent says of itself holds while it is in contact, and excuses no silence.
    fn word_of_work(&self, agent: &Agent, progress: Timestamp) -> OpenWork {
        let limit_s = self.settings.task_limit_s;
        OpenWork {
            basis: Basis::SaysWorking,
            stuck_at: agent.declared_since.at.max(progress).plus_ns(seconds(limit_s)),
            limit_s,
            claim: None,
        }
    }

    /// How long a call may stay open, in seconds, and whether someone or something knows it.
    pub fn call_limit(&self, call: &OpenCall) -> (f64, bool) {
        if let Some(declared_s) = call.timeout_s {
            return (f64::from(declared_s), true);
        }
        let Some(service) = self.services.get(call.service) else {
            return (self.settings.call_limit_s, false);
        };
        let configured = self
            .settings
            .call_limits
            .iter()
            .find(|limit| limit.name == service.id);
        if let Some(limit) = configured {
            return (limit.limit_s, true);
        }
        match service.durations.limit_s() {
            Some(learned_s) => (learned_s, true),
            None => (self.settings.call_limit_s, false),
        }
    }
}
