//! Alerts: what conditions and rules come to, with their lives, and what is done about them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Notification;

/// An alert.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Its id through all of its life and in every later one: `NAME/NAMESPACE/KIND/ID`, `NAME/monitor`, or
    /// `NAME/FINGERPRINT` of a rule's alert. In an address its slashes are `%2F`; `links` has it ready.
    pub id: String,
    /// Its name: `agent_down`, `monitor_blind`, ...
    pub name: String,
    /// Whose it is.
    pub namespace: String,
    /// critical, warning or info.
    pub severity: String,
    /// P1, P2 or P3.
    pub priority: String,
    /// pending, firing or resolved.
    pub state: String,
    /// The kind of its subject; `monitor` for the monitor itself, empty where it is about no one entity.
    pub subject_kind: String,
    /// The id of its subject.
    pub subject: String,
    /// One sentence with the figures; of a resolved one why it is over.
    pub message: String,
    /// Since when it holds; of a pending one since when it is true.
    pub started_at: String,
    /// Until when, if resolved.
    pub resolved_at: Option<String>,
    /// What it is routed, silenced and grouped by.
    pub labels: BTreeMap<String, String>,
    /// What to show of it: `summary`, `description`, `runbook_url`, ...
    pub annotations: BTreeMap<String, String>,
    /// Who raised it: condition (a verdict, a detector or the monitor itself), rule, or cause (what many alerts have in
    /// common).
    pub origin: String,
    /// The group of the rule that raised it.
    pub group: Option<String>,
    /// What the rule's expression came to; null where it came to no number.
    pub value: Option<f64>,
    /// Of its labels, as Alertmanager has it; stands for the id wherever one is asked for.
    pub fingerprint: String,
    /// It comes and goes: its end is told only once it has been quiet for a while.
    pub flapping: bool,
    /// The id of the alert that it follows from: that one is told, not this.
    pub cause: Option<String>,
    /// How many alerts follow from it.
    pub symptoms: u64,
    /// Ids of silences that hold it back.
    pub silenced_by: Vec<String>,
    /// Ids of alerts that hold it back: its cause, or by a rule of inhibition.
    pub inhibited_by: Vec<String>,
    /// Names of time intervals in which its routes are mute.
    pub muted_by: Vec<String>,
    /// Who has it in hand.
    pub acknowledged: Option<AlertAcknowledgement>,
    /// Names of the receivers that it goes to.
    pub receivers: Vec<String>,
    /// Where to go on: `self`, and `subject` where the API shows it.
    pub links: BTreeMap<String, String>,
}

/// A person has an alert in hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertAcknowledgement {
    /// Who.
    pub by: String,
    /// What they say.
    pub comment: String,
    /// Since when.
    pub at: String,
    /// Until when at the latest; null: until the alert is over.
    pub until: Option<String>,
}

/// `POST /api/v1/alerts/{id}/acknowledge`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAcknowledgement {
    /// What is being done about it.
    pub comment: String,
    /// Who; the token's name without it.
    pub author: Option<String>,
    /// Until when at the latest: RFC 3339, Unix seconds, or from now on as in `2h`.
    pub until: Option<String>,
}

/// `GET /api/observability/alerts`: current and, from history, past ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alerts {
    /// Those that hold, the gravest first.
    pub active: Vec<Alert>,
    /// What held and ended in the range asked for, the newest first.
    pub history: Vec<Alert>,
    /// Active ones, also those that did not fit.
    pub count: u64,
    /// The next page of history.
    pub next: Option<String>,
    /// When this was answered.
    pub timestamp: String,
}

/// An alert with all that happened to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertDetail {
    /// The alert as it stands in the list.
    #[serde(flatten)]
    pub alert: Alert,
    /// What happened to it, the newest first, as many as fit.
    pub transitions: Vec<AlertTransition>,
    /// Alerts that follow from it now, as many as fit.
    pub followed_by: Vec<AlertSymptom>,
    /// What was told of it since it began, the newest first, as many as fit.
    pub notifications: Vec<Notification>,
}

/// Something that happened to an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertTransition {
    /// When.
    pub at: String,
    /// pending, firing, resolved, acknowledged or given_back.
    pub state: String,
    /// How grave it was then; null where somebody said something.
    pub severity: Option<String>,
    /// The sentence of that time, or what was said.
    pub message: String,
    /// Who, where somebody said something.
    pub by: Option<String>,
    /// The alert that it followed from then.
    pub cause: Option<String>,
    /// It came and went then.
    pub flapping: bool,
}

/// An alert that follows from another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertSymptom {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The kind of its subject.
    pub subject_kind: String,
    /// The id of its subject.
    pub subject: String,
    /// critical, warning or info.
    pub severity: String,
    /// Since when it holds.
    pub started_at: String,
}
