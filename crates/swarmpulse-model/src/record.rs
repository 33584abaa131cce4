//! Records: everything that is received, observed or decided, one type each.

use serde::{Deserialize, Serialize};

use crate::alert::{Acknowledgement, Alert, Delivery, Notification, Silence};
use crate::process::ProcessReport;
use crate::{Condition, Text};

mod alias;
mod call;
mod event;
mod failure;
mod heartbeat;
mod monitor;
mod sandbox;
mod service;
mod settings;
mod task;

pub use alias::Alias;
pub use call::{Call, CallState};
pub use event::{Event, EventSource};
pub use failure::Failure;
pub use heartbeat::{DeclaredStatus, Heartbeat};
pub use monitor::MonitorEvent;
pub use sandbox::{Resources, Sandbox, SandboxState, Usage};
pub use service::Service;
pub use settings::{FleetSettings, WorkLimit};
pub use task::Task;

/// One record. What decides an outcome is one of these, and stands in the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// An agent says that it is there.
    Heartbeat(Box<Heartbeat>),
    /// The state of a unit of work.
    Task(Box<Task>),
    /// A call of a service, opened or closed.
    Call(Box<Call>),
    /// Something happened.
    Event(Box<Event>),
    /// The state of a sandbox.
    Sandbox(Box<Sandbox>),
    /// A service is declared.
    Service(Box<Service>),
    /// A task failed.
    Failure(Box<Failure>),
    /// A probe looked at a process.
    Process(Box<ProcessReport>),
    /// Two names mean one agent.
    Alias(Box<Alias>),
    /// A detector or rule found something, or found it gone.
    Condition(Box<Condition>),
    /// Something happened to the monitor itself.
    Monitor(MonitorEvent),
    /// Time passed, and something fell due.
    Tick,
    /// The settings that verdicts are decided by from here on.
    Settings(Box<FleetSettings>),
    /// An alert changed its state.
    Alert(Box<Alert>),
    /// Alerts are silenced, or no longer.
    Silence(Box<Silence>),
    /// A person has an alert in hand, or gives it back.
    Acknowledgement(Box<Acknowledgement>),
    /// A group of alerts is to be told.
    Notification(Box<Notification>),
    /// What became of a notification.
    Delivery(Box<Delivery>),
}

impl Record {
    /// The lower-case name of its type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Heartbeat(_) => "heartbeat",
            Self::Task(_) => "task",
            Self::Call(_) => "call",
            Self::Event(_) => "event",
            Self::Sandbox(_) => "sandbox",
            Self::Service(_) => "service",
            Self::Failure(_) => "failure",
            Self::Process(_) => "process",
            Self::Alias(_) => "alias",
            Self::Condition(_) => "condition",
            Self::Monitor(_) => "monitor",
            Self::Tick => "tick",
            Self::Settings(_) => "settings",
            Self::Alert(_) => "alert",
            Self::Silence(_) => "silence",
            Self::Acknowledgement(_) => "acknowledgement",
            Self::Notification(_) => "notification",
            Self::Delivery(_) => "delivery",
        }
    }

    /// The agent it speaks of, where it names one.
    #[must_use]
    pub fn agent(&self) -> Option<&Text> {
        match self {
            Self::Heartbeat(record) => Some(&record.agent),
            Self::Task(record) => record.agent.as_ref(),
            Self::Call(record) => record.agent.as_ref(),
            Self::Event(record) => record.agent.as_ref(),
            Self::Sandbox(record) => record.agent.as_ref(),
            Self::Failure(record) => record.agent.as_ref(),
            Self::Process(record) => Some(&record.agent),
            Self::Alias(record) => Some(&record.agent),
            Self::Service(_)
            | Self::Condition(_)
            | Self::Monitor(_)
            | Self::Tick
            | Self::Settings(_)
            | Self::Alert(_)
            | Self::Silence(_)
            | Self::Acknowledgement(_)
            | Self::Notification(_)
            | Self::Delivery(_) => None,
        }
    }
}
