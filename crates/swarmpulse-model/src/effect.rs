//! What follows from a record: returned by the fleet, performed by others, never twice under one id.

use serde::{Deserialize, Serialize};

use crate::alert::{Acknowledgement, Alert, Delivery, Notification, Silence};
use crate::record::{Event, Failure};
use crate::{Condition, EntityKey, Evidence, TaskStatus, Text, Timestamp, Verdict};

/// Something to store, show or send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The verdict on an agent changed.
    Verdict(Box<VerdictChange>),
    /// A task moved.
    Task(Box<TaskChange>),
    /// A sandbox moved.
    Sandbox(Box<SandboxChange>),
    /// An agent began another life.
    Restart(Box<Restart>),
    /// An event to keep.
    Event(Box<EventSeen>),
    /// A failure to keep.
    Failure(Box<FailureSeen>),
    /// A condition was raised or cleared.
    Condition(Box<Condition>),
    /// Two names were joined.
    Joined(Box<Joined>),
    /// An entity was forgotten.
    Forgotten(Box<EntityKey>),
    /// An alert changed its state.
    Alert(Box<Alert>),
    /// Alerts are silenced, or no longer.
    Silence(Box<Silence>),
    /// A person has an alert in hand, or gave it back.
    Acknowledgement(Box<Acknowledgement>),
    /// A group of alerts is to be told: performed by whoever sends notifications.
    Notification(Box<Notification>),
    /// What became of a notification.
    Delivery(Box<Delivery>),
}

impl Effect {
    /// The lower-case name of its type, as in history's `kind` and the stream's topic.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Verdict(_) => "verdict",
            Self::Task(_) => "task",
            Self::Sandbox(_) => "sandbox",
            Self::Restart(_) => "restart",
            Self::Event(_) => "event",
            Self::Failure(_) => "failure",
            Self::Condition(_) => "condition",
            Self::Joined(_) => "joined",
            Self::Forgotten(_) => "forgotten",
            Self::Alert(_) => "alert",
            Self::Silence(_) => "silence",
            Self::Acknowledgement(_) => "acknowledgement",
            Self::Notification(_) => "notification",
            Self::Delivery(_) => "delivery",
        }
    }
}

/// The verdict on an agent changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerdictChange {
    /// The agent.
    pub agent: EntityKey,
    /// What sort of agent.
    pub agent_kind: Text,
    /// What was said before; `None` for a new agent.
    pub from: Option<Verdict>,
    /// What is said now.
    pub to: Verdict,
    /// Since when it is so.
    pub since: Timestamp,
    /// What it rests on, the strongest first.
    pub evidence: Vec<Evidence>,
}

/// A task moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskChange {
    /// The task.
    pub task: EntityKey,
    /// What sort of task.
    pub task_type: Option<Text>,
    /// The status before; `None` for a new task.
    pub from: Option<TaskStatus>,
    /// The status now.
    pub to: TaskStatus,
    /// The agent that has it.
    pub agent: Option<Text>,
    /// The sandbox it runs in.
    pub sandbox: Option<Text>,
    /// The queue it came from.
    pub queue: Option<Text>,
    /// Which try.
    pub attempt: Option<u32>,
    /// Why it failed.
    pub error: Option<Text>,
}

/// A sandbox moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SandboxChange {
    /// The sandbox.
    pub sandbox: EntityKey,
    /// Who runs it.
    pub provider: Option<Text>,
    /// The provider's word before.
    pub from: Option<Text>,
    /// The provider's word now.
    pub to: Text,
    /// The agent in it.
    pub agent: Option<Text>,
}

/// An agent began another life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restart {
    /// The agent.
    pub agent: EntityKey,
    /// The life that ended.
    pub from_instance: Option<Text>,
    /// The life that began.
    pub to_instance: Option<Text>,
    /// How often it has restarted since it is known.
    pub restarts: u32,
}

/// An event to keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventSeen {
    /// Its namespace.
    pub namespace: Text,
    /// The event as received.
    pub event: Event,
}

/// A failure to keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailureSeen {
    /// Its namespace.
    pub namespace: Text,
    /// The failure as received.
    pub failure: Failure,
}

/// Two names were joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    /// The agent that stays.
    pub agent: EntityKey,
    /// The name that joined it.
    pub other: Text,
    /// Why they are the same.
    pub reason: Text,
}
