//! One agent: what is known of it, from which its verdict is decided.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use swarmpulse_model::record::DeclaredStatus;
use swarmpulse_model::{Attributes, Claim, Position, Text, Timestamp, Verdict};

use crate::arena::{Index, Keyed};
use crate::call_book::{CallBook, OpenCall};
use crate::flapping::Flapping;
use crate::interval::Interval;
use crate::judge::Basis;
use crate::outcomes::Outcomes;
use crate::process::ProcessLink;
use crate::sequence::Sequence;
use crate::skew::Skew;

/// Open tasks linked to one agent; further ones are counted as refused.
pub const OPEN_TASKS_MAX: usize = 1024;
/// Services remembered as called by one agent.
pub const SERVICES_MAX: usize = 8;

/// When something was last so, and the record that showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// By receipt time.
    pub at: Timestamp,
    /// The envelope that carried it.
    pub record: Position,
}

/// By what an agent was heard or seen to work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// A heartbeat.
    Heartbeat,
    /// Its watcher.
    Watcher,
    /// An event of this type.
    Event(Text),
    /// A call of this service.
    Call(u32),
    /// A look at its process.
    Process,
}

/// The last answer that asked the agent to hold back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackOff {
    /// When and in which record.
    pub since: Moment,
    /// The answer.
    pub status_code: u16,
    /// The service; `None` where the agent itself says that it backs off.
    pub service: Option<Index>,
}

/// How a life ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Death {
    /// What shows it.
    pub claim: Claim,
    /// When and in which record.
    pub moment: Moment,
    /// `Down` if it was unexpected, else `Stopped`.
    pub verdict: Verdict,
    /// Not believed before this: the watcher may tell more.
    pub hold_until: Timestamp,
    /// What ended is known to be this very instance: its later words are late.
    pub of_instance: bool,
}

/// A pid that was named as the agent's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPid {
    /// The process id on the agent's host.
    pub pid: u32,
    /// When it was last named.
    pub at: Timestamp,
    /// Its watcher named it, not the agent itself: the two may differ, as with a command in a shell.
    pub by_watcher: bool,
}

/// One agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agent {
    pub(crate) namespace: u32,
    pub(crate) id: Text,
    pub(crate) kind: Text,
    pub(crate) first_seen_at: Timestamp,
    /// It speaks for itself; a process that is merely looked at does not.
    pub(crate) speaks: bool,
    /// It is this monitor, whose own word is no sign that it sees others.
    pub(crate) is_monitor: bool,

    // This life.
    pub(crate) instance: Option<Text>,
    /// The instance is its watcher's name for this life; the agent has not named it itself.
    pub(crate) instance_by_watcher: bool,
    pub(crate) watcher_instance: Option<Text>,
    pub(crate) previous_instance: Option<Text>,
    pub(crate) life_since: Timestamp,
    pub(crate) host: Option<u32>,
    pub(crate) named_pids: SmallVec<[NamedPid; 1]>,
    pub(crate) previous_pid: Option<u32>,
    pub(crate) sandbox: Option<Index>,
    pub(crate) process: Option<Box<ProcessLink>>,
    pub(crate) restarts: u32,
    pub(crate) death: Option<Box<Death>>,

    // Contact and progress.
    pub(crate) contact: Option<Moment>,
    pub(crate) contact_how: How,
    pub(crate) progress: Option<Moment>,
    pub(crate) progress_how: How,
    pub(crate) interval: Interval,
    /// All it said of itself came while it worked: silence without open work is no death.
    pub(crate) on_demand: bool,
    pub(crate) sequence: Sequence,
    pub(crate) skew: Skew,
    pub(crate) heard_epoch: u32,

    // What it says and does.
    pub(crate) status: Option<Text>,
    pub(crate) declared: Option<DeclaredStatus>,
    pub(crate) declared_since: Moment,
    pub(crate) task_named: Option<Text>,
    pub(crate) open_tasks: SmallVec<[Index; 2]>,
    pub(crate) calls: Option<Box<CallBook>>,
    pub(crate) services: SmallVec<[Index; 2]>,
    pub(crate) back_off: Option<BackOff>,
    pub(crate) outcomes: Outcomes,
    pub(crate) metrics: Vec<(Text, f64)>,
    pub(crate) attributes: Attributes,
    pub(crate) aliases: Vec<Text>,

    // The verdict.
    pub(crate) verdict: Verdict,
    pub(crate) since: Timestamp,
    pub(crate) basis: Basis,
    pub(crate) flapping: Flapping,
    pub(crate) armed_at: Timestamp,
}

impl Keyed for Agent {
    fn namespace(&self) -> u32 {
        self.namespace
    }
    fn id(&self) -> &str {
        &self.id
    }
}

impl Agent {
    pub(crate) fn new(namespace: u32, id: Text, kind: Option<Text>, moment: Moment) -> Self {
        Self {
            namespace,
            id,
            kind: kind.unwrap_or_else(|| Text::const_new("agent")),
            first_seen_at: moment.at,
            speaks: false,
            is_monitor: false,
            instance: None,
            instance_by_watcher: false,
            watcher_instance: None,
            previous_instance: None,
            life_since: moment.at,
            host: None,
            named_pids: SmallVec::new(),
            previous_pid: None,
            sandbox: None,
            process: None,
            restarts: 0,
            death: None,
            contact: None,
            contact_how: How::Heartbeat,
            progress: None,
            progress_how: How::Heartbeat,
            interval: Interval::default(),
            on_demand: false,
            sequence: Sequence::default(),
            skew: Skew::default(),
            heard_epoch: 0,
            status: None,
            declared: None,
            declared_since: moment,
            task_named: None,
            open_tasks: SmallVec::new(),
            calls: None,
            services: SmallVec::new(),
            back_off: None,
            outcomes: Outcomes::default(),
            metrics: Vec::new(),
            attributes: Attributes::default(),
            aliases: Vec::new(),
            verdict: Verdict::Starting,
            since: moment.at,
            basis: Basis::StartGrace,
            flapping: Flapping::default(),
            armed_at: Timestamp::NEVER,
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
    /// What sort of agent.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }
    /// The verdict on it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
    /// Since when the verdict holds.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.since
    }
    /// When it was first heard of.
    #[must_use]
    pub fn first_seen_at(&self) -> Timestamp {
        self.first_seen_at
    }
    /// When anything last came from it.
    #[must_use]
    pub fn last_contact_at(&self) -> Option<Timestamp> {
        self.contact.map(|moment| moment.at)
    }
    /// When work was last seen to go on.
    #[must_use]
    pub fn last_progress_at(&self) -> Option<Timestamp> {
        self.progress.map(|moment| moment.at)
    }
    /// This life of it.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }
    /// The process it named or was found in.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        let linked = self.process.as_deref().filter(|process| !process.ended);
        linked
            .map(|process| process.pid)
            .or_else(|| self.named_pids.first().map(|named| named.pid))
            .or_else(|| self.process.as_deref().map(|process| process.pid))
    }
    /// What the probe saw of its process.
    #[must_use]
    pub fn process(&self) -> Option<&ProcessLink> {
        self.process.as_deref()
    }
    /// The status in its own words.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }
    /// The task it last named.
    #[must_use]
    pub fn task_named(&self) -> Option<&str> {
        self.task_named.as_deref()
    }
    /// Tasks it has in hand.
    #[must_use]
    pub fn open_tasks(&self) -> &[Index] {
        &self.open_tasks
    }
    /// Calls under way.
    #[must_use]
    pub fn open_calls(&self) -> &[OpenCall] {
        self.calls.as_deref().map_or(&[], |calls| &calls.open)
    }
    /// Services it called of late.
    #[must_use]
    pub fn services(&self) -> &[Index] {
        &self.services
    }
    /// The sandbox it runs in.
    #[must_use]
    pub fn sandbox(&self) -> Option<Index> {
        self.sandbox
    }
    /// How often it restarted.
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.restarts
    }
    /// Whether it reports only while it works, so that its silence says nothing.
    #[must_use]
    pub fn is_on_demand(&self) -> bool {
        self.on_demand
    }
    /// Whether it falls too often to be believed at once.
    #[must_use]
    pub fn is_flapping(&self) -> bool {
        self.flapping.is_flapping()
    }
    /// Its clock less ours, in seconds.
    #[must_use]
    pub fn clock_skew_s(&self) -> Option<f64> {
        self.skew.seconds()
    }
    /// Reports that never came.
    #[must_use]
    pub fn lost_reports(&self) -> u64 {
        self.sequence.lost()
    }
    /// How its calls and tasks of late went.
    #[must_use]
    pub fn outcomes(&self) -> &Outcomes {
        &self.outcomes
    }
    /// Numbers it reported of itself.
    #[must_use]
    pub fn metrics(&self) -> &[(Text, f64)] {
        &self.metrics
    }
    /// Fields that no contract names.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }
    /// Other names that count for it.
    #[must_use]
    pub fn aliases(&self) -> &[Text] {
        &self.aliases
    }

    /// Whether that pid was named as its own in this life.
    pub(crate) fn has_named(&self, pid: u32) -> bool {
        self.named_pids.iter().any(|named| named.pid == pid)
    }

    /// Its silence is counted from here.
    pub(crate) fn silence_base(&self) -> Timestamp {
        self.contact.map_or(self.life_since, |moment| moment.at)
    }

    /// Whether it has work in hand by anyone's word.
    pub(crate) fn has_open_work(&self) -> bool {
        !self.open_tasks.is_empty()
            || !self.open_calls().is_empty()
            || self.declared == Some(DeclaredStatus::Working)
    }
}
