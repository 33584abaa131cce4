//! Alerts from before a restart or a change of the rules.

use std::collections::HashMap;

use swarmpulse_model::alert::{AlertState, fingerprint};
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Alert, Labels, Text, Timestamp};

use super::active::Active;
use super::outcome::{GroupOutcome, RuleOutcome};
use super::rule::RuleState;
use super::{EvaluationOptions, GroupState, alerting};
use crate::definition::RuleKind;

const RULE_REMOVED: &str = "its rule is no longer there";

/// What is left of a restart.
#[derive(Default)]
pub(super) struct Restored {
    /// Alerts were restored, and nothing was evaluated since.
    waiting: bool,
    /// When rules were evaluated last before the restart.
    evaluated_before: Option<Timestamp>,
    /// Until when alerts are kept whose rule sees no data.
    grace_until: Option<Timestamp>,
}

impl Restored {
    /// Takes note of an evaluation; of the first, when the grace ends and how long nobody looked.
    pub(super) fn begin(
        &mut self,
        rules: &mut [RuleState],
        at: Timestamp,
        interval_ns: i64,
        options: &EvaluationOptions<'_>,
    ) {
        if !std::mem::take(&mut self.waiting) {
            return;
        }
        self.grace_until = Some(at.plus_ns(seconds(options.restore_grace_s)));
        let Some(before) = self.evaluated_before.take() else {
            return;
        };
        let unseen_ns = at.since(before) - interval_ns;
        if unseen_ns <= interval_ns {
            return;
        }
        let alerts = rules.iter_mut().flat_map(|rule| rule.alerts.values_mut());
        for active in alerts.filter(|active| active.held) {
            active.kept_since = active.kept_since.map(|since| since.plus_ns(unseen_ns));
            if active.state == AlertState::Pending {
                active.active_at = active.active_at.plus_ns(unseen_ns);
                active.series = None;
            }
        }
    }

    pub(super) fn is_over(&self, at: Timestamp) -> bool {
        self.grace_until.is_none_or(|until| at >= until)
    }
}

/// An alert from before a restart whose rule was taken away meanwhile: it is over.
#[must_use]
pub fn without_rule(alert: &Alert, now: Timestamp) -> Alert {
    Alert {
        state: AlertState::Resolved,
        ended_at: Some(now),
        reason: RULE_REMOVED.into(),
        ..alert.clone()
    }
}

impl GroupState {
    /// Takes alerts from before a restart in: those of its rules that were pending or firing, by name and group. They
    /// keep their times, are not told again unless these are moved ([`Self::set_evaluated_before`]), and none ends before
    /// its rule was evaluated with success; one whose rule sees no data at all is kept for
    /// [`EvaluationOptions::restore_grace_s`]. Gives the ids of those that it took: what no group took has lost its rule
    /// ([`without_rule`]).
    pub fn restore(&mut self, alerts: &[Alert]) -> Vec<Text> {
        let mut taken = Vec::new();
        for alert in alerts {
            let state = alert.state;
            if state == AlertState::Resolved || alert.group != self.group.name {
                continue;
            }
            let Some(rule) = self.rules.iter_mut().find(|rule| rule.gives(alert)) else {
                continue;
            };
            let mut active = Active {
                state,
                annotations: alert.annotations.clone(),
                fired_at: alert.fired_at,
                kept_since: alert.kept_since,
                held: true,
                ..Active::new(
                    alert.labels.clone(),
                    alert.value.unwrap_or(f64::NAN),
                    alert.active_at,
                )
            };
            active.told = Some(active.telling());
            rule.alerts.insert(fingerprint(&alert.labels), active);
            self.restored.waiting = true;
            taken.push(alert.id.clone());
        }
        taken
    }

    /// Says when rules were evaluated last before a restart. Time in which nobody looked counts neither to the `for` of
    /// alerts that are pending nor to the `keep_firing_for` of those that are kept; without it, it does.
    pub fn set_evaluated_before(&mut self, at: Timestamp) {
        self.restored.evaluated_before = Some(at);
    }

    /// Takes over what a former definition of the same group knew: rules are the same by name and labels, the first of
    /// several by the first. What is left in `former` ends with [`Self::end`].
    pub fn adopt(&mut self, former: &mut GroupState) {
        let mut places: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, rule) in former.rules.iter().enumerate().rev() {
            places.entry(rule.identity()).or_default().push(place);
        }
        for rule in &mut self.rules {
            let Some(place) = places.get_mut(&rule.identity()).and_then(Vec::pop) else {
                continue;
            };
            let from = &mut former.rules[place];
            rule.alerts = std::mem::take(&mut from.alerts);
            rule.written = std::mem::take(&mut from.written);
            rule.health = from.health;
            rule.error = from.error.take();
            rule.no_data = from.no_data;
            rule.timing = from.timing;
        }
        self.evaluated_at = former.evaluated_at;
        self.took_s = former.took_s;
        self.restored = std::mem::take(&mut former.restored);
    }

    /// Ends what the group still has: its alerts, because their rule is gone, and its series. Those series that another
    /// group gives from now on are the caller's to leave out.
    pub fn end(&mut self, at: Timestamp) -> GroupOutcome {
        let mut all = GroupOutcome::default();
        for rule in &mut self.rules {
            let mut outcome = RuleOutcome::default();
            if let RuleKind::Alert(alert) = &rule.rule.kind {
                let alert = alert.clone();
                alerting::end_all(rule, &alert, &self.group.name, at, RULE_REMOVED, &mut outcome);
            }
            outcome.stale = rule.series();
            rule.written.clear();
            all.add(outcome);
        }
        all
    }

    /// Every series that the last evaluation gave.
    #[must_use]
    pub fn series(&self) -> Vec<Labels> {
        self.rules.iter().flat_map(RuleState::series).collect()
    }
}
