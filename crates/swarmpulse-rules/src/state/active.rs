//! One alert of a rule, from its first truth until a quarter of an hour after its end.

use swarmpulse_model::alert::{AlertOrigin, AlertState};
use swarmpulse_model::entity::{DEFAULT_NAMESPACE, check_id};
use swarmpulse_model::series::{Label, METRIC_NAME};
use swarmpulse_model::{Alert, EntityKey, EntityKind, Labels, Severity, Text, Timestamp};

use super::labels::set;

/// The label that says how much an alert matters.
pub(super) const SEVERITY: &str = "severity";
/// The label that holds an alert's name.
pub(super) const ALERT_NAME: &str = "alertname";

/// Labels that name a subject, the closest first.
const SUBJECTS: [(&str, EntityKind); 6] = [
    ("task", EntityKind::Task),
    ("agent", EntityKind::Agent),
    ("sandbox", EntityKind::Sandbox),
    ("service", EntityKind::Service),
    ("host", EntityKind::Host),
    ("task_type", EntityKind::TaskType),
];

/// What of an alert is told again when it changes: the state, and the moments that a restart must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) state: AlertState,
    active_at: Timestamp,
    kept_since: Option<Timestamp>,
}

/// An alert as its rule keeps it.
#[derive(Clone, Debug)]
pub(super) struct Active {
    pub(super) state: AlertState,
    pub(super) labels: Vec<Label>,
    pub(super) annotations: Vec<Label>,
    pub(super) value: f64,
    pub(super) active_at: Timestamp,
    pub(super) fired_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    /// Since when it goes on firing although it is no longer true.
    pub(super) kept_since: Option<Timestamp>,
    /// It is from before a restart, and was not found true since.
    pub(super) held: bool,
    /// The answer that is being taken in speaks of it.
    pub(super) seen: bool,
    /// What others were told of it last.
    pub(super) told: Option<Told>,
    /// Why it is over.
    pub(super) end_reason: &'static str,
    /// `ALERTS` in its state, and `ALERTS_FOR_STATE`.
    pub(super) series: Option<(Labels, Labels)>,
}

impl Active {
    /// One that is pending, and nobody was told of.
    pub(super) fn new(labels: Vec<Label>, value: f64, active_at: Timestamp) -> Self {
        Self {
            state: AlertState::Pending,
            labels,
            annotations: Vec::new(),
            value,
            active_at,
            fired_at: None,
            ended_at: None,
            kept_since: None,
            held: false,
            seen: false,
            told: None,
            end_reason: "",
            series: None,
        }
    }

    /// The series that show it in its state; made once per state.
    pub(super) fn series(&mut self) -> (Labels, Labels) {
        if let Some(series) = &self.series {
            return series.clone();
        }
        let mut own = self.labels.clone();
        set(&mut own, METRIC_NAME, "ALERTS_FOR_STATE".into());
        let since = Labels::from_sorted(own.clone());
        set(&mut own, METRIC_NAME, "ALERTS".into());
        set(&mut own, "alertstate", self.state.as_str().into());
        let series = (Labels::from_sorted(own), since);
        self.series = Some(series.clone());
        series
    }

    pub(super) fn enter(&mut self, state: AlertState) {
        self.state = state;
        self.series = None;
    }

    /// What there is to tell of it, as it is now.
    pub(super) fn telling(&self) -> Told {
        Told {
            state: self.state,
            active_at: self.active_at,
            kept_since: self.kept_since,
        }
    }

    /// As others are told of it.
    pub(super) fn record(&self, name: &str, fingerprint: u64, group: &str) -> Alert {
        let label = |wanted: &str| self.labels.iter().find(|label| label.name == wanted);
        let namespace = label("namespace").map_or(DEFAULT_NAMESPACE, |label| label.value.as_str());
        let subject = SUBJECTS.into_iter().find_map(|(name, kind)| {
            let id = label(name)?.value.as_str();
            check_id(id).ok()?;
            Some(EntityKey::new(namespace, kind, id))
        });
        Alert {
            id: id_of(name, fingerprint),
            name: name.into(),
            state: self.state,
            severity: Severity::of_word(label(SEVERITY).map_or("", |label| label.value.as_str())),
            namespace: namespace.into(),
            subject,
            origin: AlertOrigin::Rule,
            group: group.into(),
            labels: self.labels.clone(),
            annotations: self.annotations.clone(),
            value: Some(self.value),
            active_at: self.active_at,
            fired_at: self.fired_at,
            ended_at: self.ended_at,
            reason: self.reason(name),
            cause: None,
            flapping: false,
            expires_at: None,
            source_url: None,
            kept_since: self.kept_since,
        }
    }

    fn reason(&self, name: &str) -> Text {
        if self.state == AlertState::Resolved {
            return self.end_reason.into();
        }
        let annotation = |wanted: &str| {
            let found = self.annotations.iter().find(|label| label.name == wanted);
            found
                .map(|label| label.value.trim())
                .filter(|text| !text.is_empty())
        };
        match annotation("summary").or_else(|| annotation("description")) {
            Some(text) => text.into(),
            None => Text::from(format!("rule {name} holds with the value {}", self.value)),
        }
    }
}

/// The id of an alert through all of its lives.
pub(super) fn id_of(name: &str, fingerprint: u64) -> Text {
    Text::from(format!("{name}/{fingerprint:016x}"))
}
