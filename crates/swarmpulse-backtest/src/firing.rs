//! Times for which an alert fired, from the changes of its state.

use std::collections::BTreeMap;

use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::{Alert, AlertState, Severity, Text, Timestamp};

/// One time for which an alert fired.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// The alert's id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Who raised it.
    pub origin: AlertOrigin,
    /// How much it mattered.
    pub severity: Severity,
    /// What it was true of, in short: the labels that tell it from others of its name.
    pub labels: BTreeMap<Text, Text>,
    /// Since when it was true.
    pub active_at: Timestamp,
    /// Since when it fired.
    pub fired_at: Timestamp,
    /// Until when; `None` if it still did at the end of the span.
    pub ended_at: Option<Timestamp>,
    /// One sentence, of its beginning.
    pub reason: Text,
}

/// Gathers firings from changes in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Firings {
    open: BTreeMap<Text, Firing>,
    closed: Vec<Firing>,
}

impl Firings {
    /// Takes a change.
    pub fn take(&mut self, alert: &Alert, at: Timestamp) {
        match alert.state {
            AlertState::Pending => {}
            AlertState::Firing => {
                // Another severity or cause is no other firing.
                self.open
                    .entry(alert.id.clone())
                    .or_insert_with(|| begun(alert, at));
            }
            AlertState::Resolved => {
                let known = self.open.remove(&alert.id);
                // One whose beginning lies before what was read tells it itself.
                let known = known.or_else(|| alert.fired_at.map(|fired_at| begun(alert, fired_at)));
                if let Some(mut firing) = known {
                    firing.ended_at = Some(alert.ended_at.unwrap_or(at));
                    self.closed.push(firing);
                }
            }
        }
    }

    /// All that touch the span, by their beginnings.
    pub fn within(mut self, from: Timestamp, to: Timestamp) -> Vec<Firing> {
        self.closed.extend(std::mem::take(&mut self.open).into_values());
        self.closed
            .retain(|firing| firing.fired_at < to && firing.ended_at.is_none_or(|ended_at| ended_at >= from));
        self.closed
            .sort_by(|a, b| (a.fired_at, &a.id).cmp(&(b.fired_at, &b.id)));
        self.closed
    }
}

fn begun(alert: &Alert, at: Timestamp) -> Firing {
    let told_elsewhere = ["alertname", "severity"];
    Firing {
        id: alert.id.clone(),
        name: alert.name.clone(),
        origin: alert.origin,
        severity: alert.severity,
        labels: alert
            .labels
            .iter()
            .filter(|label| !told_elsewhere.contains(&label.name.as_str()))
            .map(|label| (label.name.clone(), label.value.clone()))
            .collect(),
        active_at: alert.active_at,
        fired_at: alert.fired_at.unwrap_or(at),
        ended_at: None,
        reason: alert.reason.clone(),
    }
}
