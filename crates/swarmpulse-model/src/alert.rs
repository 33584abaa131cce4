//! Alerts: what conditions and rules come to, with their lives, and what people say of them.
//!
//! Every change of an alert is a record and an effect of the same shape: whoever reads them in order knows what holds.

mod acknowledgement;
mod fingerprint;
mod matcher;
mod notification;
mod posted;
mod silence;

use serde::{Deserialize, Serialize};

use crate::series::Label;
use crate::{EntityKey, Severity, Text, Timestamp};

pub use acknowledgement::Acknowledgement;
pub use fingerprint::fingerprint;
pub use matcher::{LabelMatcher, LabelOp};
pub use notification::{Delivery, DeliveryOutcome, Notification, NotifiedAlert, NotifyReason, Symptom};
pub use posted::{FORWARDED_BY, PostedAlert};
pub use silence::{Silence, SilencePurpose};

/// Where an alert is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// It is true, but not yet for as long as it must be.
    Pending,
    /// It holds.
    Firing,
    /// It is over.
    Resolved,
}

impl AlertState {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// Who raised an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOrigin {
    /// A condition of a verdict, a detector or the monitor itself.
    Condition,
    /// A rule, also one that an objective was made into.
    Rule,
    /// Alerts that have one cause in common: the cause.
    Cause,
    /// Somebody else's: a Prometheus or a person sent it as to an Alertmanager.
    External,
}

impl AlertOrigin {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Rule => "rule",
            Self::Cause => "cause",
            Self::External => "external",
        }
    }
}

/// An alert as it is from a change on: of its state, its cause, or whether it is only kept firing. Never told again while
/// nothing but its words change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// What it is called through all of its life, and in every later one: `NAME/NAMESPACE/KIND/ID` of a condition or a
    /// cause, `NAME/monitor` of a condition of the monitor itself, `NAME/FINGERPRINT` of a rule's alert, where the
    /// fingerprint is that of its labels in 16 hexadecimal digits, `NAME/NAMESPACE/external/FINGERPRINT` of an external one.
    pub id: Text,
    /// Its name, as in the label `alertname`.
    pub name: Text,
    /// Where it is in its life.
    pub state: AlertState,
    /// How much it matters.
    pub severity: Severity,
    /// Whose it is.
    pub namespace: Text,
    /// What it is true of, where that is one entity.
    pub subject: Option<EntityKey>,
    /// Who raised it.
    pub origin: AlertOrigin,
    /// The rule's group; empty of others.
    pub group: Text,
    /// Its labels, sorted by name: what it is routed, silenced and grouped by. With `alertname`; with `severity` unless it
    /// is a rule's or somebody else's that has none.
    pub labels: Vec<Label>,
    /// What to show of it, sorted by name: `summary`, `description`, `runbook_url`, ...
    pub annotations: Vec<Label>,
    /// What the rule's expression came to.
    pub value: Option<f64>,
    /// Since when it is true.
    pub active_at: Timestamp,
    /// Since when it holds; of a pending one `None`.
    pub fired_at: Option<Timestamp>,
    /// When it ended; `None` as long as it has not.
    pub ended_at: Option<Timestamp>,
    /// One plain sentence with the figures; of a resolved one why it is over.
    pub reason: Text,
    /// The id of the alert that is its cause: then that one is told, not this.
    pub cause: Option<Text>,
    /// It comes and goes: its end is told only once it has been quiet for a while.
    pub flapping: bool,
    /// When an external alert is over unless it is sent again; of others `None`.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Where its sender shows it.
    #[serde(default)]
    pub source_url: Option<Text>,
    /// Since when it goes on firing although its rule does not find it any more; `None` while the rule does.
    #[serde(default)]
    pub kept_since: Option<Timestamp>,
}

impl Alert {
    /// The value of a label.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        find(&self.labels, name)
    }

    /// The value of an annotation.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        find(&self.annotations, name)
    }
}

fn find<'a>(labels: &'a [Label], name: &str) -> Option<&'a str> {
    labels
        .iter()
        .find(|label| label.name == name)
        .map(|label| label.value.as_str())
}
