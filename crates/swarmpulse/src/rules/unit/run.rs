//! Runs tests: rules are evaluated from time 0 on, over a store in memory.

use std::fmt::Write as _;
use std::sync::Arc;

use swarmpulse_model::alert::AlertState;
use swarmpulse_model::series::{Label, SampleBatch, stale_marker};
use swarmpulse_model::{Labels, Sample, Timestamp};
use swarmpulse_rules::{EvaluationOptions, Expressions as _, GroupState, RuleOutcome};
use swarmpulse_runtime::{QueryLimits, StoreExpressions};
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::MemoryMetrics;

use super::file::{AlertCase, ExpressionCase, Suite, Test};

/// The most evaluations of one test.
const STEPS_MAX: f64 = 1e6;
/// Values are the same if they differ by no more than this part.
const TOLERANCE: f64 = 1e-9;

/// What is not as expected, in words; none if all is well.
pub(super) fn failures(suite: &Suite) -> Vec<String> {
    let mut failures = Vec::new();
    for (place, test) in suite.tests.iter().enumerate() {
        let name = if test.name.is_empty() {
            format!("test {}", place + 1)
        } else {
            test.name.clone()
        };
        let found = World::new(suite, test).and_then(|world| world.run(suite, test));
        match found {
            Ok(wrong) => failures.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}"))),
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    failures
}

/// A store with the groups that are evaluated over it.
struct World {
    store: Arc<MemoryMetrics>,
    expressions: StoreExpressions,
    groups: Vec<GroupState>,
}

impl World {
    fn new(suite: &Suite, test: &Test) -> Result<Self, String> {
        let store = Arc::new(MemoryMetrics::default());
        let mut batch = SampleBatch::default();
        for (labels, samples) in test.series.iter().filter(|(_, samples)| !samples.is_empty()) {
            batch.push(labels, samples);
        }
        append(&store, &batch)?;
        let expressions = StoreExpressions::new(store.clone(), QueryLimits::default());
        let mut groups = Vec::new();
        for group in suite.rules.iter().flat_map(|file| &file.groups) {
            let state = GroupState::new(group.clone(), &expressions, suite.interval_s);
            groups.push(state.map_err(|error| error.to_string())?);
        }
        let order = |group: &GroupState| {
            let place = suite.order.iter().position(|name| *name == group.group().name);
            place.unwrap_or(suite.order.len())
        };
        groups.sort_by_key(order);
        Ok(Self {
            store,
            expressions,
            groups,
        })
    }

    fn run(mut self, suite: &Suite, test: &Test) -> Result<Vec<String>, String> {
        let times = test.alerts.iter().map(|case| case.at_s);
        let last_s = times
            .chain(test.expressions.iter().map(|case| case.at_s))
            .fold(0.0, f64::max);
        let steps = (last_s / suite.interval_s).floor();
        if steps > STEPS_MAX {
            return Err(format!(
                "{steps} evaluations, more than {STEPS_MAX}: take a longer evaluation_interval"
            ));
        }
        let mut wrong = Vec::new();
        for step in 0..=steps as u64 {
            let at_s = step as f64 * suite.interval_s;
            self.evaluate(at_s, test, &mut wrong)?;
            let until_s = at_s + suite.interval_s;
            let due = |case_s: f64| case_s >= at_s && case_s < until_s;
            for case in test.alerts.iter().filter(|case| due(case.at_s)) {
                wrong.extend(self.alerts(case));
            }
        }
        for case in &test.expressions {
            wrong.extend(self.expression(case));
        }
        Ok(wrong)
    }

    fn evaluate(&mut self, at_s: f64, test: &Test, wrong: &mut Vec<String>) -> Result<(), String> {
        let at = Timestamp::from_unix_s(at_s);
        let options = EvaluationOptions {
            external_url: test.external_url.clone(),
            external_labels: test.external_labels.clone(),
            expressions: Some(&self.expressions),
            ..EvaluationOptions::default()
        };
        let mut stored = Ok(());
        for group in &mut self.groups {
            let stored_at = at.plus_s(-group.group().query_offset_s);
            group.evaluate_each(at, at, &options, &mut |outcome: RuleOutcome| {
                if let Some(error) = &outcome.error {
                    wrong.push(format!("at {at_s} s: {error}"));
                }
                if stored.is_ok() {
                    stored = store_outcome(&self.store, stored_at, &outcome);
                }
            });
        }
        stored
    }

    fn alerts(&self, case: &AlertCase) -> Option<String> {
        let mut found = Vec::new();
        let mut known = false;
        for status in self.groups.iter().map(GroupState::status) {
            for rule in status.rules.iter().filter(|rule| rule.rule.name() == case.name) {
                known = true;
                for alert in rule
                    .alerts
                    .iter()
                    .filter(|alert| alert.state == AlertState::Firing)
                {
                    found.push((alert.labels.clone(), alert.annotations.clone()));
                }
            }
        }
        found.sort();
        if !known && !case.expected.is_empty() {
            return Some(format!("there is no alert {:?} in the rule files", case.name));
        }
        if found == case.expected {
            return None;
        }
        let mut text = format!("alertname: {}, time: {} s\n", case.name, case.at_s);
        for (what, alerts) in [("exp", &case.expected), ("got", &found)] {
            let _ = writeln!(text, "  {what}: [");
            for (labels, annotations) in alerts {
                let _ = writeln!(
                    text,
                    "    labels {}, annotations {}",
                    shown(labels),
                    shown(annotations)
                );
            }
            text.push_str("  ]\n");
        }
        Some(text.trim_end().to_owned())
    }

    fn expression(&self, case: &ExpressionCase) -> Option<String> {
        let at = Timestamp::from_unix_s(case.at_s);
        let place = format!("expr: {:?}, time: {} s", case.expr, case.at_s);
        let answer = self
            .expressions
            .prepare(&case.expr)
            .map_err(|error| error.to_string())
            .and_then(|query| query.at(at).map_err(|error| error.to_string()));
        let mut found: Vec<(Labels, f64)> = match answer {
            Ok(samples) => samples
                .into_iter()
                .map(|sample| (sample.labels, sample.value))
                .collect(),
            Err(error) => return Some(format!("{place}: {error}")),
        };
        let mut expected = case.expected.clone();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        let same = found.len() == expected.len()
            && found
                .iter()
                .zip(&expected)
                .all(|(found, expected)| found.0 == expected.0 && is_near(found.1, expected.1));
        if same {
            return None;
        }
        let list = |samples: &[(Labels, f64)]| {
            let texts = samples.iter().map(|(labels, value)| format!("{labels} {value}"));
            texts.collect::<Vec<_>>().join(", ")
        };
        Some(format!(
            "{place}\n  exp: {}\n  got: {}",
            list(&expected),
            list(&found)
        ))
    }
}

fn is_near(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs())
}

fn shown(labels: &[Label]) -> String {
    let pairs = labels
        .iter()
        .map(|label| format!("{}={:?}", label.name, label.value.as_str()));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

fn append(store: &MemoryMetrics, batch: &SampleBatch) -> Result<(), String> {
    if batch.samples.is_empty() {
        return Ok(());
    }
    let newest_ms = batch.samples.iter().map(|sample| sample.at_ms).max().unwrap_or(0);
    let now = Timestamp(newest_ms.saturating_mul(1_000_000));
    let appended = store
        .append_durably("default", now, batch)
        .map_err(|error| error.to_string())?;
    match appended.rejections.first() {
        Some(rejection) => Err(format!("the store refused samples: {}", rejection.detail)),
        None => Ok(()),
    }
}

fn store_outcome(store: &MemoryMetrics, at: Timestamp, outcome: &RuleOutcome) -> Result<(), String> {
    let at_ms = at.unix_ms();
    let mut batch = SampleBatch::default();
    for (labels, value) in &outcome.recorded {
        batch.push(labels, &[Sample { at_ms, value: *value }]);
    }
    for labels in &outcome.stale {
        let value = stale_marker();
        batch.push(labels, &[Sample { at_ms, value }]);
    }
    append(store, &batch)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::rules::unit::file;

    const RULES: &str = "groups:\n- name: g\n  rules:\n  - {record: 'job:up', expr: 'sum by (job) (up)'}\n  - {alert: Down, \
                         expr: 'job:up == 0', for: 2m, annotations: {summary: '{{ $labels.job }} of {{ $externalLabels.site }}'}}\n";

    fn suite(tests: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("r.yaml"), RULES).unwrap();
        let text = format!("rule_files: ['*.yaml']\nevaluation_interval: 1m\ntests:\n- {tests}\n");
        match file::read(&folder.path().join("t.yml"), &text) {
            Ok(suite) => failures(&suite),
            Err(error) => vec![format!("{error:#}")],
        }
    }

    const SERIES: &str = "{interval: 1m, external_labels: {site: x}, input_series: [{series: 'up{job=\"a\"}', values: '1 0x5'}]";

    #[test]
    fn what_is_as_expected_passes_and_what_is_not_is_told() {
        let alert = "exp_alerts: [{exp_labels: {job: a}, exp_annotations: {summary: 'a of x'}}]";
        let good = format!(
            "{SERIES}, alert_rule_test: [{{eval_time: 2m, alertname: Down}}, {{eval_time: 3m, alertname: Down, {alert}}}], \
             promql_expr_test: [{{expr: 'job:up', eval_time: 0, exp_samples: [{{labels: 'job:up{{job=\"a\"}}', value: 1}}]}}]}}"
        );
        assert_eq!(suite(&good), [""; 0]);
        let early = format!("{SERIES}, alert_rule_test: [{{eval_time: 2m, alertname: Down, {alert}}}]}}");
        let told = suite(&early);
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("alertname: Down, time: 120 s"), "{told:?}");
        let other =
            format!("{SERIES}, promql_expr_test: [{{expr: 'job:up', eval_time: 1m, exp_samples: []}}]}}");
        assert!(
            suite(&other)[0].contains("got: job:up{job=\"a\"} 0"),
            "{:?}",
            suite(&other)
        );
        let unknown = format!("{SERIES}, alert_rule_tests: []}}");
        assert!(
            suite(&unknown)[0].contains("write `alert_rule_test`?"),
            "{:?}",
            suite(&unknown)
        );
    }

    #[test]
    fn rules_that_are_wrong_are_told_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("r.yaml"),
            "groups: [{name: g, rules: [{alert: A}]}]",
        )
        .unwrap();
        let path = folder.path().join("t.yml");
        let error = file::read(&path, "rule_files: [r.yaml]\n").err().unwrap();
        assert!(error.to_string().contains("`expr` must be set"), "{error}");
        assert!(file::read(Path::new("t.yml"), "rule_files: [none.yaml]\n").is_err());
    }
}
