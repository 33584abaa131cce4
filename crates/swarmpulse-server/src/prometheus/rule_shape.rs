//! Groups, rules and alerts as Prometheus writes them.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use swarmpulse_model::alert::AlertState;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, Timestamp};
use swarmpulse_rules::{GroupStatus, RuleKind, RuleStatus};

/// What Go writes for a time that is none.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// A group.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupShape<'s> {
    name: &'s str,
    file: &'s str,
    rules: Vec<RuleShape<'s>>,
    interval: f64,
    limit: usize,
    evaluation_time: f64,
    last_evaluation: String,
}

impl<'s> GroupShape<'s> {
    pub(super) fn of(status: &'s GroupStatus, rules: Vec<RuleShape<'s>>) -> Self {
        Self {
            name: &status.group.name,
            file: &status.group.file,
            rules,
            interval: status.interval_s,
            limit: status.group.limit,
            evaluation_time: status.took_s,
            last_evaluation: moment(status.evaluated_at),
        }
    }
}

/// A rule; what a recording rule has not is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleShape<'s> {
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    name: &'s str,
    query: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<f64>,
    labels: Named<'s>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Named<'s>>,
    /// `null` where alerts are not wanted, missing where there can be none.
    #[serde(skip_serializing_if = "Option::is_none")]
    alerts: Option<Option<Vec<AlertShape<'s>>>>,
    health: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<&'s str>,
    evaluation_time: f64,
    last_evaluation: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<'s> RuleShape<'s> {
    /// A rule with those of its alerts that may be seen.
    pub(super) fn of(
        status: &'s RuleStatus,
        alerts: impl Iterator<Item = &'s Alert>,
        leaves_alerts_out: bool,
    ) -> Self {
        let rule = &status.rule;
        let mut shape = Self {
            state: None,
            name: rule.name(),
            query: &rule.expr,
            duration: None,
            keep_firing_for: None,
            labels: Named(&rule.labels),
            annotations: None,
            alerts: None,
            health: status.health.as_str(),
            last_error: status.error.as_deref(),
            evaluation_time: status.took_s,
            last_evaluation: moment(status.evaluated_at),
            kind: "recording",
        };
        if let RuleKind::Alert(alerting) = &rule.kind {
            let alerts: Vec<&Alert> = alerts.collect();
            let has = |state| alerts.iter().any(|alert| alert.state == state);
            shape.state = Some(if has(AlertState::Firing) {
                "firing"
            } else if has(AlertState::Pending) {
                "pending"
            } else {
                "inactive"
            });
            shape.duration = Some(alerting.for_s);
            shape.keep_firing_for = Some(alerting.keep_firing_for_s);
            shape.annotations = Some(Named(&alerting.annotations));
            let shown = alerts.into_iter().map(AlertShape::of);
            shape.alerts = Some((!leaves_alerts_out).then(|| shown.collect()));
            shape.kind = "alerting";
        }
        shape
    }
}

/// An alert.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlertShape<'s> {
    labels: Named<'s>,
    annotations: Named<'s>,
    state: &'static str,
    active_at: String,
    /// Since when it goes on firing although it is no longer true.
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_since: Option<String>,
    value: String,
}

impl<'s> AlertShape<'s> {
    pub(super) fn of(alert: &'s Alert) -> Self {
        Self {
            labels: Named(&alert.labels),
            annotations: Named(&alert.annotations),
            state: alert.state.as_str(),
            active_at: alert.active_at.to_string(),
            keep_firing_since: alert.kept_since.map(|since| since.to_string()),
            // What is no number that a rule came to is true, and true is 1.
            value: exponential(alert.value.unwrap_or(1.0)),
        }
    }
}

/// Labels as an object.
#[derive(Debug)]
struct Named<'s>(&'s [Label]);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for label in self.0 {
            map.serialize_entry(label.name.as_str(), label.value.as_str())?;
        }
        map.end()
    }
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NEVER.to_owned(), |at| at.to_string())
}

/// A number as Go writes it with an exponent of two digits at least: `1.5e+00`.
fn exponential(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_an_exponent_as_go_writes_them() {
        for (value, expected) in [
            (1.0, "1e+00"),
            (1.5, "1.5e+00"),
            (0.0, "0e+00"),
            (-12.5, "-1.25e+01"),
            (1e-7, "1e-07"),
            (1e100, "1e+100"),
            (123_456.789, "1.23456789e+05"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(exponential(value), expected);
        }
    }
}
