//! Figures of alerts, silences, rules and notifications.

use std::collections::BTreeMap;

use swarmpulse_alert::SilenceState;
use swarmpulse_model::{AlertState, Severity, Timestamp};
use swarmpulse_runtime::{AlertBoard, OutboxBoard, PostFigures, RulesBoard};

use super::exposition::Exposition;
use crate::access::Access;
use crate::app::App;
use crate::read::may_see_alert;

const SEVERITIES: [Severity; 3] = [Severity::Critical, Severity::Warning, Severity::Info];

/// Writes what may be seen: of a namespace its alerts alone.
pub(super) fn write(app: &App, access: &Access, out: &mut Exposition) {
    let runtime = app.runtime();
    let board = runtime.alerting();
    alerts(&board, access, out);
    if access.namespace.is_some() {
        return;
    }
    desk(&board, out);
    posted(runtime.posted(), out);
    rules(&runtime.rules(), out);
    notifications(&runtime.outbox(), out);
}

/// Zeros included: who waits for the first one needs a series before it.
fn alerts(board: &AlertBoard, access: &Access, out: &mut Exposition) {
    let mut counts: BTreeMap<(Severity, AlertState), u64> = BTreeMap::new();
    let (mut symptoms, mut silenced, mut acknowledged) = (0_u64, 0_u64, 0_u64);
    for view in board.alerts.iter().filter(|view| may_see_alert(access, view)) {
        let alert = &view.alert;
        *counts.entry((alert.severity, alert.state)).or_default() += 1;
        if alert.state == AlertState::Firing {
            symptoms += u64::from(alert.cause.is_some());
            silenced += u64::from(!view.silenced_by.is_empty());
            acknowledged += u64::from(view.acknowledged.is_some());
        }
    }
    for severity in SEVERITIES {
        for state in [AlertState::Pending, AlertState::Firing] {
            let count = counts.get(&(severity, state)).copied().unwrap_or(0);
            let labels = [("severity", severity.as_str()), ("state", state.as_str())];
            out.add("swarmpulse_alerts", &labels, count as f64);
        }
    }
    out.add("swarmpulse_alerts_symptoms", &[], symptoms as f64);
    out.add("swarmpulse_alerts_silenced", &[], silenced as f64);
    out.add("swarmpulse_alerts_acknowledged", &[], acknowledged as f64);
}

fn desk(board: &AlertBoard, out: &mut Exposition) {
    for state in [SilenceState::Active, SilenceState::Pending] {
        let silences = board.silences.iter().filter(|view| view.state == state);
        let labels = [("state", state.as_str())];
        out.add("swarmpulse_silences", &labels, silences.count() as f64);
    }
    out.add("swarmpulse_alert_groups", &[], board.groups.len() as f64);
    for (reason, count) in &board.dropped {
        let labels = [("reason", *reason)];
        out.add("swarmpulse_alerting_dropped_total", &labels, *count as f64);
    }
}

fn posted(figures: &PostFigures, out: &mut Exposition) {
    for (status, count) in [("firing", figures.firing()), ("resolved", figures.resolved())] {
        out.add(
            "swarmpulse_alerts_received_total",
            &[("status", status)],
            count as f64,
        );
    }
    out.add("swarmpulse_alerts_invalid_total", &[], figures.invalid() as f64);
}

fn rules(board: &RulesBoard, out: &mut Exposition) {
    let is_valid = f64::from(u8::from(board.error.is_none()));
    out.add("swarmpulse_rules_valid", &[], is_valid);
    if board.loaded_at > Timestamp::default() {
        let loaded_at = board.loaded_at.unix_s();
        out.add("swarmpulse_rules_loaded_timestamp_seconds", &[], loaded_at);
    }
    out.add("swarmpulse_rules_untold", &[], board.untold as f64);
    for (status, figures) in board.groups.iter().zip(&board.figures) {
        let name = format!("{};{}", status.group.file, status.group.name);
        let labels = [("rule_group", name.as_str())];
        for (series, value) in [
            ("swarmpulse_rule_group_rules", status.rules.len() as f64),
            ("swarmpulse_rule_group_interval_seconds", status.interval_s),
            ("swarmpulse_rule_group_last_duration_seconds", status.took_s),
            (
                "swarmpulse_rule_group_last_evaluation_samples",
                figures.samples as f64,
            ),
            (
                "swarmpulse_rule_group_iterations_total",
                figures.iterations as f64,
            ),
            (
                "swarmpulse_rule_group_iterations_missed_total",
                figures.missed as f64,
            ),
            ("swarmpulse_rule_evaluations_total", figures.evaluations as f64),
            (
                "swarmpulse_rule_evaluation_failures_total",
                figures.failures as f64,
            ),
        ] {
            out.add(series, &labels, value);
        }
        if let Some(at) = status.evaluated_at {
            let series = "swarmpulse_rule_group_last_evaluation_timestamp_seconds";
            out.add(series, &labels, at.unix_s());
        }
    }
}

fn notifications(outbox: &OutboxBoard, out: &mut Exposition) {
    for channel in &outbox.channels {
        let labels = [
            ("receiver", channel.receiver.as_str()),
            ("channel", channel.channel.as_str()),
        ];
        for (outcome, count) in [
            ("delivered", channel.sent),
            ("dead", channel.dead),
            ("superseded", channel.superseded),
        ] {
            let labels = [labels[0], labels[1], ("outcome", outcome)];
            out.add("swarmpulse_notifications_total", &labels, count as f64);
        }
        for (series, count) in [
            ("swarmpulse_notifications_failed_total", channel.failed),
            ("swarmpulse_notifications_retried_total", channel.retried),
            ("swarmpulse_notifications_reworded_total", channel.reworded),
            ("swarmpulse_notifications_waiting", channel.waiting),
        ] {
            out.add(series, &labels, count as f64);
        }
    }
    out.add("swarmpulse_notifications_dead", &[], outbox.dead.len() as f64);
}
