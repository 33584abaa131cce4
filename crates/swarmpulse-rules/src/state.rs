//! The state of a group: when it is due, what its rules last came to, and the lives of their alerts.

mod active;
mod alerting;
mod expansion;
mod labels;
mod outcome;
mod recording;
mod restore;
mod rule;
mod schedule;

use swarmpulse_model::Timestamp;
use swarmpulse_model::series::Label;
use swarmpulse_model::time::seconds;

use crate::definition::RuleGroup;
use crate::expression::{ExpressionError, Expressions};
use crate::status::{GroupStatus, RuleTiming};
use crate::template::TemplateError;
use rule::RuleState;
use schedule::Schedule;

pub use outcome::{GroupOutcome, RuleFailure, RuleOutcome};
pub use restore::without_rule;

/// What an evaluation needs beside the rules.
#[derive(Clone)]
pub struct EvaluationOptions<'a> {
    /// The address at which people reach this monitor, for links in annotations.
    pub external_url: String,
    /// Labels of this monitor among others: `$externalLabels` of templates. They are not added to anything.
    pub external_labels: Vec<Label>,
    /// Evaluates what templates ask for with `query`; without it such a template fails.
    pub expressions: Option<&'a dyn Expressions>,
    /// So long after the first evaluation that follows a restart an alert from before is kept while its rule sees no
    /// data at all, in seconds: senders need a while to come back.
    pub restore_grace_s: f64,
}

impl Default for EvaluationOptions<'_> {
    /// No address, no labels, no queries in templates, a grace of ten minutes.
    fn default() -> Self {
        Self {
            external_url: String::new(),
            external_labels: Vec::new(),
            expressions: None,
            restore_grace_s: 600.0,
        }
    }
}

/// Why a group cannot be evaluated: its definition was not checked by [`crate::RuleFile::parse`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GroupError {
    /// An expression that is none.
    #[error("group {group:?}, rule {rule}, {name:?}: {source}")]
    Expression {
        /// The group's name.
        group: String,
        /// The rule's place, from 1.
        rule: usize,
        /// Its name.
        name: String,
        /// What is wrong.
        source: ExpressionError,
    },
    /// A template that is none.
    #[error("group {group:?}, rule {rule}, {name:?}: {field}: {source}")]
    Template {
        /// The group's name.
        group: String,
        /// The rule's place, from 1.
        rule: usize,
        /// Its name.
        name: String,
        /// `label "x"` or `annotation "x"`.
        field: String,
        /// What is wrong.
        source: TemplateError,
    },
    /// No time between evaluations.
    #[error("group {group:?}: the interval of {interval_s} s is not at least a millisecond")]
    Interval {
        /// The group's name.
        group: String,
        /// Its interval.
        interval_s: f64,
    },
}

/// A group with what it knows from one evaluation to the next.
pub struct GroupState {
    group: RuleGroup,
    rules: Vec<RuleState>,
    schedule: Schedule,
    evaluated_at: Option<Timestamp>,
    took_s: f64,
    /// When it was evaluated first after alerts were restored, with the grace they have from there.
    restored: restore::Restored,
}

impl GroupState {
    /// A group that was never evaluated. `default_interval_s` holds where it has no interval of its own.
    ///
    /// # Errors
    /// If an expression or a template is none, or there is no time between evaluations.
    pub fn new(
        mut group: RuleGroup,
        expressions: &dyn Expressions,
        default_interval_s: f64,
    ) -> Result<Self, GroupError> {
        let interval_s = group.interval_s.unwrap_or(default_interval_s);
        if interval_s.is_nan() || interval_s < 0.001 {
            let group = group.name;
            return Err(GroupError::Interval { group, interval_s });
        }
        let definitions = std::mem::take(&mut group.rules);
        let rules = definitions
            .into_iter()
            .enumerate()
            .map(|(place, rule)| RuleState::new(&group, place, rule, expressions))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            schedule: Schedule::new(&group.file, &group.name, seconds(interval_s)),
            group,
            rules,
            evaluated_at: None,
            took_s: 0.0,
            restored: restore::Restored::default(),
        })
    }

    /// Its definition, without its rules.
    #[must_use]
    pub fn group(&self) -> &RuleGroup {
        &self.group
    }

    /// Seconds between evaluations.
    #[must_use]
    pub fn interval_s(&self) -> f64 {
        self.schedule.interval_s()
    }

    /// The time of its next evaluation: due if that is not after `now`. Times are whole intervals since the epoch, moved
    /// by a part of the interval that follows from the names of file and group, so that groups do not all come at once.
    /// The first call decides where it begins; times that went by since the last evaluation are left out but the latest.
    pub fn due_at(&mut self, now: Timestamp) -> Timestamp {
        self.schedule.due_at(now)
    }

    /// Evaluates all rules in order as of `at`; `now` is when that happens. A rule does not see what those before it
    /// gave: see [`Self::evaluate_each`].
    pub fn evaluate(
        &mut self,
        at: Timestamp,
        now: Timestamp,
        options: &EvaluationOptions<'_>,
    ) -> GroupOutcome {
        let mut all = GroupOutcome::default();
        self.evaluate_each(at, now, options, &mut |outcome| all.add(outcome));
        all
    }

    /// Evaluates all rules in order as of `at` and hands each one's outcome on before the next is evaluated: whoever
    /// stores what was recorded at once lets later rules of the group see it, as Prometheus does.
    pub fn evaluate_each(
        &mut self,
        at: Timestamp,
        now: Timestamp,
        options: &EvaluationOptions<'_>,
        after: &mut dyn FnMut(RuleOutcome),
    ) {
        self.schedule.evaluated(at);
        self.restored
            .begin(&mut self.rules, at, self.schedule.interval_ns(), options);
        let context = rule::EvaluationContext {
            group: &self.group,
            at,
            query_at: at.plus_s(-self.group.query_offset_s),
            grace_over: self.restored.is_over(at),
            options,
        };
        for (place, rule) in self.rules.iter_mut().enumerate() {
            let mut outcome = rule.evaluate(&context);
            outcome.rule = place;
            if let Some(failure) = &mut outcome.error {
                failure.rule = place;
            }
            after(outcome);
        }
        self.evaluated_at = Some(now);
    }

    /// Says when each rule was evaluated last and how long that took, in order, and how long the whole took. Nothing here
    /// has a clock.
    pub fn set_timings(&mut self, rules: &[RuleTiming], whole_s: f64) {
        for (rule, timing) in self.rules.iter_mut().zip(rules) {
            rule.timing = Some(*timing);
        }
        self.took_s = whole_s;
    }

    /// How it is.
    #[must_use]
    pub fn status(&self) -> GroupStatus {
        GroupStatus {
            group: self.group.clone(),
            interval_s: self.interval_s(),
            evaluated_at: self.evaluated_at,
            took_s: self.took_s,
            missed: self.schedule.missed(),
            rules: self.rules.iter().map(|rule| rule.status(&self.group)).collect(),
        }
    }
}
