//! One agent: what is known of it, from which its verdict is decided.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use swarmpulse_model::record::DeclaredStatus;
use swarmpulse_model::{Attributes, Claim, Position, Text, Timestamp, Verdict};

use crate::arena::{Index, Keyed};
use crate::flapping::Flapping;
use crate::interval::Interval;
use crate::judge::Basis;
use crate::process::ProcessLink;
use crate::sequence::Sequence;
use crate::skew::Skew;

/// Calls of one agent kept open at once; further ones are counted as refused.
pub const OPEN_CALLS_MAX: usize = 64;
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

/// A call under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenCall {
    /// Pairs it with its end.
    pub call: Text,
    /// The service called.
    pub service: Index,
    /// When it was opened, by receipt.
    pub since: Moment,
    /// The longest it may take, where the caller says so.
    pub timeout_s: Option<f32>,
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
}

/// How calls and tasks of late went: exponentially weighted over about the last ten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcomes {
    count: u32,
    success: f32,
    latency_ms: Option<f32>,
}

impl Outcomes {
    const WEIGHT: f32 = 0.1;

    /// One ended so.
    pub fn observe(&mut self, success: bool, latency_ms: Option<f64>) {
        let value = if success { 1.0 } else { 0.0 };
        self.success = if self.count == 0 {
            value
        } else {
            self.success + (value - self.success) * Self::WEIGHT
        };
        self.count = self.count.saturating_add(1);
        if let Some(latency_ms) = latency_ms {
            let latency_ms = latency_ms as f32;
            self.latency_ms = Some(
                self.latency_ms
                    .map_or(latency_ms, |known| known + (latency_ms - known) * Self::WEIGHT),
            );
        }
    }

    /// Share that succeeded, 0 to 1.
    #[must_use]
    pub fn success_ratio(&self) -> Option<f64> {
        (self.count > 0).then_some(f64::from(self.success))
    }

    /// Mean time, in milliseconds.
    #[must_use]
    pub fn latency_ms(&self) -> Option<f64> {
        self.latency_ms.map(f64::from)
    }
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

    // This life.
    pub(crate) instance: Option<Text>,
    pub(crate) life_since: Timestamp,
    pub(crate) host: Option<u32>,
    pub(crate) pid: Option<u32>,
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
    pub(crate) sequence: Sequence,
    pub(crate) skew: Skew,
    pub(crate) heard_epoch: u32,

    // What it says and does.
    pub(crate) status: Option<Text>,
    pub(crate) declared: Option<DeclaredStatus>,
    pub(crate) declared_since: Moment,
    pub(crate) task_named: Option<Text>,
    pub(crate) open_tasks: SmallVec<[Index; 2]>,
    pub(crate) open_calls: Vec<OpenCall>,
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
            instance: None,
            life_since: moment.at,
            host: None,
            pid: None,
            sandbox: None,
            process: None,
            restarts: 0,
            death: None,
            contact: None,
            contact_how: How::Heartbeat,
            progress: None,
            progress_how: How::Heartbeat,
            interval: Interval::default(),
            sequence: Sequence::default(),
            skew: Skew::default(),
            heard_epoch: 0,
            status: None,
            declared: None,
            declared_since: moment,
            task_named: None,
            open_tasks: SmallVec::new(),
            open_calls: Vec::new(),
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
        self.pid
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
        &self.open_calls
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

    /// Its silence is counted from here.
    pub(crate) fn silence_base(&self) -> Timestamp {
        self.contact.map_or(self.life_since, |moment| moment.at)
    }

    /// Whether it has work in hand by anyone's word.
    pub(crate) fn has_open_work(&self) -> bool {
        !self.open_tasks.is_empty()
            || !self.open_calls.is_empty()
            || self.declared == Some(DeclaredStatus::Working)
    }
}
