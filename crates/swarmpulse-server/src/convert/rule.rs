//! Rules and their groups.

use swarmpulse_api::RuleOverridden;
use swarmpulse_model::alert::AlertState;
use swarmpulse_rules::{GroupStatus, Overridden, RuleKind, RuleStatus};

use super::alert::labels;
use crate::access::Access;

/// A group with its rules; of their alerts those that may be seen are counted.
pub(crate) fn rule_group(status: &GroupStatus, access: &Access) -> swarmpulse_api::RuleGroup {
    let file = status.group.file.as_str();
    let source = match file.split_once('/') {
        Some(("shipped", _)) => "shipped",
        Some(("slo", _)) => "objective",
        _ => "file",
    };
    swarmpulse_api::RuleGroup {
        name: status.group.name.clone(),
        file: file.to_owned(),
        source: source.to_owned(),
        interval_s: status.interval_s,
        evaluated_at: status.evaluated_at.map(|at| at.to_string()),
        took_s: status.took_s,
        missed: status.missed,
        rules: status.rules.iter().map(|status| rule(status, access)).collect(),
    }
}

fn rule(status: &RuleStatus, access: &Access) -> swarmpulse_api::Rule {
    let rule = &status.rule;
    let in_state = |state| {
        let alerts = status.alerts.iter();
        alerts
            .filter(|alert| alert.state == state && access.sees(&alert.namespace))
            .count() as u64
    };
    let (pending, firing) = (in_state(AlertState::Pending), in_state(AlertState::Firing));
    let mut shown = swarmpulse_api::Rule {
        name: rule.name().to_owned(),
        kind: "recording".to_owned(),
        line: (rule.line > 0).then_some(rule.line),
        query: rule.expr.clone(),
        labels: labels(&rule.labels),
        health: status.health.as_str().to_owned(),
        error: status.error.clone(),
        no_data: status.no_data,
        pending,
        firing,
        evaluated_at: status.evaluated_at.map(|at| at.to_string()),
        took_s: status.took_s,
        ..swarmpulse_api::Rule::default()
    };
    if let RuleKind::Alert(alerting) = &rule.kind {
        let state = match (firing, pending) {
            (0, 0) => "inactive",
            (0, _) => AlertState::Pending.as_str(),
            _ => AlertState::Firing.as_str(),
        };
        shown.kind = "alerting".to_owned();
        shown.for_s = alerting.for_s;
        shown.keep_firing_for_s = alerting.keep_firing_for_s;
        shown.annotations = labels(&alerting.annotations);
        shown.overridden = alerting.overridden.as_ref().map(overridden);
        shown.state = Some(state.to_owned());
    }
    shown
}

/// What a rule's file has where the configuration says otherwise.
fn overridden(overridden: &Overridden) -> RuleOverridden {
    RuleOverridden {
        severity: overridden.severity.as_ref().map(ToString::to_string),
        for_s: overridden.for_s,
    }
}
