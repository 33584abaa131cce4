//! A group at work: one evaluation, with what is stored, counted and told of it.

use std::sync::Arc;

use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::{Label, Sample, SampleBatch, stale_marker};
use swarmpulse_model::{Alert, Labels, Timestamp};
use swarmpulse_rules::{EvaluationOptions, GroupState, GroupStatus, RuleOutcome, RuleTiming};

use super::board::GroupFigures;
use super::expressions::StoreExpressions;
use crate::clock::Stopwatch;
use crate::handle::Shared;

/// What templates say of this monitor.
pub(crate) struct Links {
    /// Where it is reached.
    pub external_url: String,
    /// Its labels among others.
    pub external_labels: Vec<Label>,
}

/// What groups are evaluated with.
pub(super) struct Surroundings {
    pub shared: Arc<Shared>,
    pub expressions: StoreExpressions,
    pub links: Links,
}

/// A group with what was counted of it.
pub(super) struct Running {
    pub state: GroupState,
    pub figures: GroupFigures,
    pub status: Arc<GroupStatus>,
}

impl Running {
    pub fn new(state: GroupState) -> Self {
        let status = Arc::new(state.status());
        Self {
            state,
            figures: GroupFigures::default(),
            status,
        }
    }

    /// What names it: its file and its name.
    pub fn key(&self) -> (String, String) {
        let group = self.state.group();
        (group.file.clone(), group.name.clone())
    }

    /// Evaluates it as of `at`; gives the alerts that changed.
    pub fn evaluate(&mut self, at: Timestamp, around: &Surroundings) -> Vec<Alert> {
        let shared = &around.shared;
        let whole = Stopwatch::start();
        let now = shared.clock.now();
        let (mut began_at, mut watch) = (now, whole);
        let mut timings = Vec::new();
        let mut changes = Vec::new();
        let figures = &mut self.figures;
        figures.samples = 0;
        // What is found as of then holds from then on.
        let stored_at = at.plus_s(-self.state.group().query_offset_s);
        let options = EvaluationOptions {
            external_url: around.links.external_url.clone(),
            external_labels: around.links.external_labels.clone(),
            expressions: Some(&around.expressions),
            ..EvaluationOptions::default()
        };
        self.state
            .evaluate_each(at, now, &options, &mut |outcome: RuleOutcome| {
                figures.evaluations += 1;
                figures.failures += u64::from(outcome.error.is_some());
                figures.samples += outcome.recorded.len() as u64;
                // At once, so that later rules of the group see it.
                store(shared, stored_at, &outcome.recorded, &outcome.stale);
                changes.extend(outcome.changes);
                timings.push(RuleTiming {
                    began_at,
                    took_s: watch.seconds(),
                });
                began_at = shared.clock.now();
                watch = Stopwatch::start();
            });
        self.state.set_timings(&timings, whole.seconds());
        let status = self.state.status();
        figures.iterations += 1;
        figures.missed = status.missed;
        self.status = Arc::new(status);
        changes
    }
}

/// Appends what was recorded, and markers of what is gone.
pub(super) fn store(shared: &Shared, at: Timestamp, recorded: &[(Labels, f64)], gone: &[Labels]) {
    if recorded.is_empty() && gone.is_empty() {
        return;
    }
    let mut batch = SampleBatch::default();
    let at_ms = at.unix_ms();
    for (labels, value) in recorded {
        batch.push(labels, &[Sample { at_ms, value: *value }]);
    }
    for labels in gone {
        let value = stale_marker();
        batch.push(labels, &[Sample { at_ms, value }]);
    }
    // The store tells its own faults; what is refused here is evaluated anew the next time.
    let appended = shared
        .metrics
        .append(DEFAULT_NAMESPACE, shared.clock.now(), &batch, Box::new(|_| {}));
    let lost = match appended {
        Ok(appended) => appended.rejected_samples,
        Err(_) => batch.samples.len() as u64,
    };
    if lost > 0 {
        shared.counters.drop_for("rule_samples", lost);
    }
}
