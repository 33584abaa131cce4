//! Series of alerts, rules and notifications, and those whose source is somebody else: they say nothing until it is fed.

use super::{Series, counter, gauge};

const GROUP: &[&str] = &["rule_group"];
const DESTINATION: &[&str] = &["destination"];
const CHANNEL: &[&str] = &["receiver", "channel"];

/// Series of alerts, rules and notifications.
#[rustfmt::skip]
pub(super) const SERIES: &[Series] = &[
    gauge("swarmpulse_alerts", "", &["severity", "state"], "Alerts that are pending or fire, by severity and state."),
    gauge("swarmpulse_alerts_symptoms", "", &[], "Alerts that fire and follow from another: they are told with it."),
    gauge("swarmpulse_alerts_silenced", "", &[], "Alerts that fire and are held back by a silence."),
    gauge("swarmpulse_alerts_acknowledged", "", &[], "Alerts that fire and that somebody has in hand."),
    gauge("swarmpulse_silences", "", &["state"], "Silences that are in force or to come."),
    gauge("swarmpulse_alert_groups", "", &[], "Groups of alerts on their way to receivers."),
    counter("swarmpulse_alerting_dropped_total", "", &["reason"], "What the desk of alerts had no room for, by reason."),
    counter("swarmpulse_alerts_received_total", "", &["status"], "Alerts that others sent, by whether they fired or were over: firing, resolved."),
    counter("swarmpulse_alerts_invalid_total", "", &[], "Alerts that others sent and that were refused because something is wrong with them."),
    gauge("swarmpulse_rules_valid", "", &[], "1 if the rules and routes that were read last are in force, 0 if they were refused and the ones before stand."),
    gauge("swarmpulse_rules_loaded_timestamp_seconds", "seconds", &[], "When the rules in force were loaded, in Unix seconds."),
    gauge("swarmpulse_rules_untold", "", &[], "Changes of rules' alerts that could not be journaled yet."),
    gauge("swarmpulse_rule_group_rules", "", GROUP, "Rules of a group."),
    gauge("swarmpulse_rule_group_interval_seconds", "seconds", GROUP, "Time between evaluations of a group of rules."),
    gauge("swarmpulse_rule_group_last_duration_seconds", "seconds", GROUP, "How long the last evaluation of a group of rules took."),
    gauge("swarmpulse_rule_group_last_evaluation_timestamp_seconds", "seconds", GROUP, "When a group of rules was evaluated last, in Unix seconds."),
    gauge("swarmpulse_rule_group_last_evaluation_samples", "", GROUP, "Samples that the last evaluation of a group of rules recorded."),
    counter("swarmpulse_rule_group_iterations_total", "", GROUP, "Evaluations of a group of rules."),
    counter("swarmpulse_rule_group_iterations_missed_total", "", GROUP, "Evaluations of a group of rules left out because the one before took too long."),
    counter("swarmpulse_rule_evaluations_total", "", GROUP, "Evaluations of rules."),
    counter("swarmpulse_rule_evaluation_failures_total", "", GROUP, "Evaluations of rules that failed."),
    counter("swarmpulse_notifications_total", "", &["receiver", "channel", "outcome"], "Notifications by what became of them: delivered, dead (given up), superseded by a newer one that tells the same group."),
    counter("swarmpulse_notifications_failed_total", "", CHANNEL, "Attempts to tell a channel that failed."),
    counter("swarmpulse_notifications_retried_total", "", CHANNEL, "Attempts to tell a channel beyond a notification's first."),
    counter("swarmpulse_notifications_reworded_total", "", CHANNEL, "Notifications that were sent in our own words, because templates of theirs failed."),
    gauge("swarmpulse_notifications_waiting", "", CHANNEL, "Notifications that wait for a channel."),
    gauge("swarmpulse_notifications_dead", "", &[], "Notifications that were given up and can be tried again."),
    counter("swarmpulse_ship_taken_total", "", DESTINATION, "Lines of the log that are to be shipped somewhere."),
    counter("swarmpulse_ship_sent_total", "", DESTINATION, "Lines of the log that the provider took."),
    counter("swarmpulse_ship_dropped_total", "", &["destination", "reason"], "Lines of the log that never got there: full (newer ones came faster than they left), refused by the provider, stopped (left when the monitor ended)."),
    counter("swarmpulse_ship_failed_total", "", DESTINATION, "Attempts to ship a batch of lines that failed."),
    counter("swarmpulse_ship_retried_total", "", DESTINATION, "Attempts to ship a batch of lines beyond its first."),
    gauge("swarmpulse_ship_waiting", "", DESTINATION, "Lines of the log that wait to be shipped."),
];
