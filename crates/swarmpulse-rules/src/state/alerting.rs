//! Rules that alert: from an answer to alerts that are pending, fire and end, as Prometheus 3 has it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use swarmpulse_model::Timestamp;
use swarmpulse_model::alert::{AlertState, fingerprint};
use swarmpulse_model::time::seconds;

use super::active::{ALERT_NAME, Active};
use super::expansion::Expansion;
use super::labels::{set, without_name};
use super::outcome::RuleOutcome;
use super::rule::{EvaluationContext, RuleState};
use crate::definition::AlertRule;
use crate::expression::QuerySample;

/// So long an alert that ended is still shown.
const RESOLVED_RETENTION_S: f64 = 900.0;
const NO_LONGER: &str = "its rule does not find it any more";
const NO_DATA: &str = "its rule has seen no data since the monitor restarted";
const OVER_LIMIT: &str = "its rule gave more alerts than its group's limit: none of them is believed";

/// What is true of the alerts of a rule in one evaluation.
struct Truth {
    at: Timestamp,
    for_ns: i64,
    keep_ns: i64,
    /// The rule saw data, or what was restored has had time enough.
    may_end: bool,
    has_data: bool,
}

/// Takes an answer in: `outcome` gets the series and the changes.
///
/// # Errors
/// If two alerts have the same labels, or there are more than the group's limit.
pub(super) fn evaluate(
    state: &mut RuleState,
    alert: &AlertRule,
    context: &EvaluationContext<'_>,
    answer: &[QuerySample],
    has_data: bool,
    outcome: &mut RuleOutcome,
) -> Result<(), String> {
    for (key, fresh) in found(state, alert, context, answer)? {
        take(&mut state.alerts, key, fresh);
    }
    let truth = Truth {
        at: context.at,
        for_ns: seconds(alert.for_s),
        keep_ns: seconds(alert.keep_firing_for_s),
        may_end: has_data || context.grace_over,
        has_data,
    };
    let holding = state
        .alerts
        .values_mut()
        .map(|active| usize::from(step(active, &truth)))
        .sum::<usize>();
    let limit = context.group.limit;
    if limit > 0 && holding > limit {
        end_all(
            state,
            alert,
            context.group.name.as_str(),
            context.at,
            OVER_LIMIT,
            outcome,
        );
        return Err(format!("exceeded limit of {limit} with {holding} alerts"));
    }
    for (key, active) in &mut state.alerts {
        if active.state != AlertState::Resolved && !active.held {
            let (alerts, since) = active.series();
            let active_s = active.active_at.0.div_euclid(1_000_000_000) as f64;
            outcome.recorded.extend([(alerts, 1.0), (since, active_s)]);
        }
        if active.told != Some(active.telling()) {
            active.told = Some(active.telling());
            outcome
                .changes
                .push(active.record(&alert.name, *key, &context.group.name));
        }
    }
    state.alerts.retain(|_, active| !is_forgotten(active, context.at));
    Ok(())
}

/// The alerts that the answer speaks of, by the fingerprints of their labels.
fn found(
    state: &RuleState,
    alert: &AlertRule,
    context: &EvaluationContext<'_>,
    answer: &[QuerySample],
) -> Result<BTreeMap<u64, Active>, String> {
    let mut found = BTreeMap::new();
    for sample in answer {
        let expansion = Expansion::new(&alert.name, context, sample);
        let mut labels = without_name(&sample.labels, state.labels.len() + 2);
        for (name, template) in &state.templates.labels {
            set(&mut labels, name, expansion.expand(template).into());
        }
        set(&mut labels, ALERT_NAME, alert.name.clone());
        let key = fingerprint(&labels);
        let known = state
            .alerts
            .get(&key)
            .filter(|known| state.templates.pure && known.state != AlertState::Resolved && !known.held);
        let annotations = match known {
            Some(known) if known.value.to_bits() == sample.value.to_bits() => known.annotations.clone(),
            _ => expansion.annotations(&state.templates.annotations),
        };
        match found.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(Active {
                    annotations,
                    seen: true,
                    ..Active::new(labels, sample.value, context.at)
                });
            }
            Entry::Occupied(_) => {
                return Err(
                    "vector contains metrics with the same labelset after applying alert labels".into(),
                );
            }
        }
    }
    Ok(found)
}

/// Takes what was found into what is known.
fn take(alerts: &mut BTreeMap<u64, Active>, key: u64, fresh: Active) {
    match alerts.entry(key) {
        Entry::Occupied(mut entry) if entry.get().state != AlertState::Resolved => {
            let known = entry.get_mut();
            known.value = fresh.value;
            known.annotations = fresh.annotations;
            known.held = false;
            known.seen = true;
        }
        Entry::Occupied(mut entry) => {
            entry.insert(fresh);
        }
        Entry::Vacant(entry) => {
            entry.insert(fresh);
        }
    }
}

/// Brings one alert to where it is now; returns whether it still holds or is about to.
fn step(active: &mut Active, truth: &Truth) -> bool {
    if active.state == AlertState::Resolved {
        return false;
    }
    if std::mem::take(&mut active.seen) {
        active.kept_since = None;
        if active.state == AlertState::Pending && truth.at.since(active.active_at) >= truth.for_ns {
            active.enter(AlertState::Firing);
            active.fired_at = Some(truth.at);
        }
        return true;
    }
    if active.held && !truth.may_end {
        return true;
    }
    let was_held = std::mem::take(&mut active.held);
    if active.state == AlertState::Firing && truth.keep_ns > 0 {
        let since = *active.kept_since.get_or_insert(truth.at);
        if truth.at.since(since) < truth.keep_ns {
            return true;
        }
    }
    let reason = if was_held && !truth.has_data {
        NO_DATA
    } else {
        NO_LONGER
    };
    end(active, truth.at, reason);
    false
}

fn end(active: &mut Active, at: Timestamp, reason: &'static str) {
    active.enter(AlertState::Resolved);
    active.ended_at = Some(at);
    active.kept_since = None;
    active.end_reason = reason;
}

fn is_forgotten(active: &Active, at: Timestamp) -> bool {
    active.state == AlertState::Resolved
        && (active.fired_at.is_none()
            || active
                .ended_at
                .is_none_or(|ended| at.seconds_since(ended) > RESOLVED_RETENTION_S))
}

/// Ends every alert that was told and forgets them all.
pub(super) fn end_all(
    state: &mut RuleState,
    alert: &AlertRule,
    group: &str,
    at: Timestamp,
    reason: &'static str,
    outcome: &mut RuleOutcome,
) {
    for (key, mut active) in std::mem::take(&mut state.alerts) {
        if active.told.is_some_and(|told| told.state != AlertState::Resolved) {
            end(&mut active, at, reason);
            outcome.changes.push(active.record(&alert.name, key, group));
        }
    }
}
