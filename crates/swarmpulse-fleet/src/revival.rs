//! Words that come after an agent's death: late ones of the life that is over, or the first of another.

use swarmpulse_model::record::DeclaredStatus;
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Claim, Timestamp};

use crate::arena::Index;
use crate::contact::is_seen_end;
use crate::fleet::{Fleet, Step};

/// A word without a date is taken for one that was under way when its process ended, for so long, in seconds.
const UNDER_WAY_S: f64 = 2.0;
/// A report that was overtaken is taken for one of the life before, for so long, in seconds.
const OVERTAKEN_S: f64 = 10.0;
/// A word that is dated before the death, or names the very instance that ended, is late for so long, in seconds.
/// Beyond, a sender that still speaks is alive, whatever its clock or its name for itself say.
const LATE_S: f64 = 60.0;
/// The same if it is both: it was held up on its way.
const HELD_UP_S: f64 = 600.0;

/// What tells a late word from a living agent's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Word {
    /// A look at the process or its watcher's word.
    pub bound: bool,
    /// When it was sent, by the sender's clock.
    pub sent_at: Option<Timestamp>,
    /// What it says of the agent.
    pub declared: Option<DeclaredStatus>,
    /// Its number says that later ones came before it.
    pub overtaken: bool,
    /// The pid that it names.
    pub pid: Option<u32>,
    /// It is its watcher's.
    pub by_watcher: bool,
}

impl Fleet {
    /// Whether a word of this agent counts. If the agent was dead, it may begin another life.
    pub(crate) fn admit(&mut self, step: &mut Step<'_>, index: Index, word: &Word) -> bool {
        let now = step.now;
        let Some(agent) = self.agents.get_mut(index) else {
            return false;
        };
        let Some(death) = agent.death.as_deref() else {
            return true;
        };
        let says_the_same = matches!(
            word.declared,
            Some(DeclaredStatus::Stopped | DeclaredStatus::Failed)
        );
        if says_the_same || word.bound && !word.by_watcher {
            // It says that it is over, which it is; and that its process is still there revives nobody.
            return true;
        }
        let dead_pid = match death.claim {
            Claim::ProcessExited { pid, .. } => Some(pid),
            _ => None,
        };
        let other_process = word.pid.is_some() && dead_pid.is_some() && word.pid != dead_pid;
        let within = |limit_s: f64| now.since(death.moment.at) < seconds(limit_s);
        let dated_before = word
            .sent_at
            .filter(|_| agent.skew.seconds().is_some())
            .map(|sent_at| agent.skew.ours(sent_at) < death.moment.at);
        let seen_end = is_seen_end(&death.claim);
        let of_the_dead = seen_end && death.of_instance && step.instance_named && !other_process;
        let late = word.overtaken && within(OVERTAKEN_S)
            || dated_before == Some(true) && within(if step.instance_named { HELD_UP_S } else { LATE_S })
            || of_the_dead && within(LATE_S)
            || dated_before.is_none() && seen_end && !other_process && !step.new_life && within(UNDER_WAY_S)
            || word.by_watcher && (step.instance_named || !seen_end);
        if late {
            self.refusals.late_words += 1;
            return false;
        }
        if death.hold_until > now {
            return true;
        }
        let same_life = match death.claim {
            Claim::SaidFailed { .. } => true,
            Claim::SandboxGone { .. } | Claim::HostGone { .. } => step.instance_named,
            _ => false,
        };
        if same_life {
            // It goes on after a failure that it spoke of, or was never gone.
            agent.death = None;
            agent.declared = None;
            agent.status = None;
        } else {
            let instance = agent.instance.clone().filter(|_| step.instance_named);
            self.begin_life(step, index, instance);
            step.new_life = true;
        }
        true
    }
}
