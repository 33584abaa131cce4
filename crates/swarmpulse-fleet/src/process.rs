//! An agent's process, as the probe sees it.

use serde::{Deserialize, Serialize};
use swarmpulse_model::process::{ProcessOrigin, ProcessSample, ProcessState};
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_model::{Text, Timestamp};

use crate::agent::Moment;

/// A look older than this says nothing of now: three samples of the usual probe.
const LOOK_FRESH_S: f64 = 15.0;

/// A process on the monitor's own machine that an agent named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPid {
    /// The agent.
    pub agent: Text,
    /// What sort of agent.
    pub kind: Text,
    /// This life of it.
    pub instance: Option<Text>,
    /// The process id.
    pub pid: u32,
    /// Whether `swarmpulse watch` runs it.
    pub watched: bool,
}

/// The link between an agent and a process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessLink {
    pub(crate) host: Text,
    pub(crate) pid: u32,
    pub(crate) started_at: Timestamp,
    pub(crate) origin: ProcessOrigin,
    pub(crate) sample: Box<ProcessSample>,
    pub(crate) command: Option<Text>,
    pub(crate) looked: Moment,
    pub(crate) alive: Option<Moment>,
    pub(crate) progress: Option<Moment>,
    pub(crate) unreadable: Option<(Moment, Text)>,
    pub(crate) ended: bool,
}

impl ProcessLink {
    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }
    /// When it started, by the kernel.
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }
    /// How the monitor came to look at it.
    #[must_use]
    pub fn origin(&self) -> ProcessOrigin {
        self.origin
    }
    /// The last full sample.
    #[must_use]
    pub fn sample(&self) -> &ProcessSample {
        &self.sample
    }
    /// Its program and arguments.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        self.command.as_deref()
    }
    /// When the probe last looked.
    #[must_use]
    pub fn looked_at(&self) -> Timestamp {
        self.looked.at
    }
    /// Whether it is known to have ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether this is the process of that pid and start. Start times are reckoned from the boot time, which the kernel
    /// gives in whole seconds, so they agree to within two.
    pub(crate) fn is(&self, pid: u32, started_at: Timestamp) -> bool {
        self.pid == pid
            && (started_at.0 == 0
                || self.started_at.0 == 0
                || (self.started_at.since(started_at)).abs() <= 2 * SECOND_NS)
    }

    /// The process was there at the last look, and the look is fresh.
    pub(crate) fn alive_at(&self, now: Timestamp) -> Option<Moment> {
        let alive = self.alive?;
        let readable = self.unreadable.is_none() && !self.ended && self.sample.state != ProcessState::Zombie;
        (readable && now.since(alive.at) < seconds(LOOK_FRESH_S)).then_some(alive)
    }

    /// It was stopped by a signal or a debugger when it was last seen.
    pub(crate) fn is_halted(&self) -> bool {
        !self.ended && self.sample.state == ProcessState::Stopped
    }

    /// It was seen to compute or do I/O, and is not known to have ended.
    pub(crate) fn progress_moment(&self) -> Option<Moment> {
        self.progress.filter(|_| !self.ended && self.unreadable.is_none())
    }

    /// The last look at it counts until here.
    pub(crate) fn fresh_until(&self) -> Timestamp {
        self.alive
            .map_or(Timestamp::NEVER, |alive| alive.at.plus_ns(seconds(LOOK_FRESH_S)))
    }
}
