//! Alerts, silences and groups as others are shown them.

use swarmpulse_model::alert::{Acknowledgement, Silence};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, Text, Timestamp};

/// An alert with what is done about it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertView {
    /// The alert.
    pub alert: Alert,
    /// FNV-1a of its labels, as Alertmanager computes it.
    pub fingerprint: u64,
    /// When anything of it changed last.
    pub updated_at: Timestamp,
    /// Ids of silences that match.
    pub silenced_by: Vec<Text>,
    /// Ids of alerts that hold it back: its cause, or a rule of inhibition.
    pub inhibited_by: Vec<Text>,
    /// Names of time intervals in which its routes are mute.
    pub muted_by: Vec<Text>,
    /// Who has it in hand.
    pub acknowledged: Option<Acknowledgement>,
    /// Names of the receivers that it goes to.
    pub receivers: Vec<Text>,
    /// Alerts of which it is the cause.
    pub symptoms: u64,
}

/// Whether a silence is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SilenceState {
    /// It is to come.
    Pending,
    /// It is in force.
    Active,
    /// It is over.
    Expired,
}

impl SilenceState {
    /// As Alertmanager writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Expired => "expired",
        }
    }
}

/// A silence and how many alerts it holds back.
#[derive(Clone, Debug, PartialEq)]
pub struct SilenceView {
    /// The silence.
    pub silence: Silence,
    /// Whether it is in force.
    pub state: SilenceState,
    /// Alerts that it holds back now.
    pub alerts: u64,
}

/// A group of alerts on its way to a receiver.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupView {
    /// Its key.
    pub key: Text,
    /// The receiver.
    pub receiver: Text,
    /// What it is formed by.
    pub labels: Vec<Label>,
    /// Ids of its alerts.
    pub alerts: Vec<Text>,
    /// When it is told next at the earliest; `None` if nothing is to be told.
    pub next_at: Option<Timestamp>,
}
