//! One rule with what it knows from one evaluation to the next.

use std::collections::BTreeMap;

use hashbrown::HashSet;
use swarmpulse_model::alert::AlertState;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, Labels, Text, Timestamp};

use super::active::Active;
use super::expansion::AlertTemplates;
use super::labels::merged;
use super::outcome::{RuleFailure, RuleOutcome};
use super::{EvaluationOptions, GroupError, alerting, recording};
use crate::definition::{Rule, RuleGroup, RuleKind};
use crate::expression::{Expressions, Query};
use crate::status::{RuleHealth, RuleStatus, RuleTiming};

/// What an evaluation is done with.
pub(super) struct EvaluationContext<'a> {
    pub(super) group: &'a RuleGroup,
    pub(super) at: Timestamp,
    pub(super) query_at: Timestamp,
    /// Alerts from before a restart have no grace any more.
    pub(super) grace_over: bool,
    pub(super) options: &'a EvaluationOptions<'a>,
}

/// A rule's state.
pub(super) struct RuleState {
    pub(super) rule: Rule,
    query: Box<dyn Query>,
    /// The group's and the rule's labels.
    pub(super) labels: Vec<Label>,
    pub(super) templates: AlertTemplates,
    /// Its alerts by the fingerprints of their labels.
    pub(super) alerts: BTreeMap<u64, Active>,
    /// What it gave last.
    pub(super) written: HashSet<Labels>,
    pub(super) health: RuleHealth,
    pub(super) error: Option<String>,
    pub(super) no_data: bool,
    /// Of the last evaluation.
    pub(super) timing: Option<RuleTiming>,
}

impl RuleState {
    pub(super) fn new(
        group: &RuleGroup,
        place: usize,
        rule: Rule,
        expressions: &dyn Expressions,
    ) -> Result<Self, GroupError> {
        let query = expressions
            .prepare(&rule.expr)
            .map_err(|source| GroupError::Expression {
                group: group.name.clone(),
                rule: place + 1,
                name: rule.name().to_owned(),
                source,
            })?;
        let labels = merged(&group.labels, &rule.labels);
        let templates = match &rule.kind {
            RuleKind::Alert(alert) => {
                AlertTemplates::parse(alert, &labels).map_err(|(field, source)| GroupError::Template {
                    group: group.name.clone(),
                    rule: place + 1,
                    name: rule.name().to_owned(),
                    field,
                    source,
                })?
            }
            RuleKind::Record(_) => AlertTemplates::default(),
        };
        Ok(Self {
            rule,
            query,
            labels,
            templates,
            alerts: BTreeMap::new(),
            written: HashSet::new(),
            health: RuleHealth::Unknown,
            error: None,
            no_data: false,
            timing: None,
        })
    }

    /// Evaluates it once.
    pub(super) fn evaluate(&mut self, context: &EvaluationContext<'_>) -> RuleOutcome {
        let mut outcome = RuleOutcome::default();
        match self.try_evaluate(context, &mut outcome) {
            Ok(()) => {
                outcome.stale = self.replace_written(&outcome.recorded);
                self.health = RuleHealth::Ok;
                self.error = None;
            }
            Err(message) => {
                self.health = RuleHealth::Error;
                self.error = Some(message.clone());
                outcome.recorded.clear();
                let name = Text::from(self.rule.name());
                outcome.error = Some(RuleFailure {
                    rule: outcome.rule,
                    name,
                    message,
                });
            }
        }
        outcome
    }

    fn try_evaluate(
        &mut self,
        context: &EvaluationContext<'_>,
        outcome: &mut RuleOutcome,
    ) -> Result<(), String> {
        let answer = self
            .query
            .at(context.query_at)
            .map_err(|error| error.to_string())?;
        let has_data = !answer.is_empty() || self.query.has_data(context.query_at);
        self.no_data = !has_data;
        match &self.rule.kind {
            RuleKind::Record(record) => {
                let name = record.name.clone();
                outcome.recorded = recording::recorded(&name, &self.labels, context.group.limit, answer)?;
                Ok(())
            }
            RuleKind::Alert(alert) => {
                let alert = alert.clone();
                alerting::evaluate(self, &alert, context, &answer, has_data, outcome)
            }
        }
    }

    /// Takes what was given now in place of what was given before; returns what is gone.
    fn replace_written(&mut self, recorded: &[(Labels, f64)]) -> Vec<Labels> {
        let now: HashSet<Labels> = recorded.iter().map(|(labels, _)| labels.clone()).collect();
        let before = std::mem::replace(&mut self.written, now);
        let mut gone: Vec<Labels> = before
            .into_iter()
            .filter(|labels| !self.written.contains(labels))
            .collect();
        gone.sort();
        gone
    }

    /// What makes it the same rule in another definition of its group.
    pub(super) fn identity(&self) -> (bool, String, Vec<Label>) {
        let alerts = matches!(self.rule.kind, RuleKind::Alert(_));
        (alerts, self.rule.name().to_owned(), self.labels.clone())
    }

    /// Whether that alert may be one of this rule: the name is the same, and so is each label whose value is no template.
    pub(super) fn gives(&self, alert: &Alert) -> bool {
        matches!(self.rule.kind, RuleKind::Alert(_))
            && alert.name == self.rule.name()
            && self.templates.labels.iter().all(|(name, template)| {
                template
                    .plain()
                    .is_none_or(|text| alert.label(name).unwrap_or_default() == text)
            })
    }

    pub(super) fn series(&self) -> Vec<Labels> {
        let mut series: Vec<Labels> = self.written.iter().cloned().collect();
        series.sort();
        series
    }

    pub(super) fn status(&self, group: &RuleGroup) -> RuleStatus {
        let told = |wanted: bool| {
            self.alerts
                .iter()
                .filter(move |(_, active)| (active.state == AlertState::Resolved) == wanted)
                .map(|(fingerprint, active)| active.record(self.rule.name(), *fingerprint, &group.name))
                .collect()
        };
        RuleStatus {
            rule: self.rule.clone(),
            health: self.health,
            error: self.error.clone(),
            no_data: self.no_data,
            alerts: told(false),
            resolved: told(true),
            evaluated_at: self.timing.map(|timing| timing.began_at),
            took_s: self.timing.map_or(0.0, |timing| timing.took_s),
        }
    }
}
