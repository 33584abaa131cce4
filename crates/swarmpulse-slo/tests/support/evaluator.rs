//! A metric store with PromQL, for asking objectives and for running their rules.
#![allow(
    dead_code,
    clippy::expect_used,
    reason = "each test uses a part; a wrong answer ends the test"
)]

use std::collections::BTreeSet;

use swarmpulse_model::series::{Label, METRIC_NAME, Sample};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_promql::{Options, PointValue, Value, When, evaluate, parse};
use swarmpulse_rules::{QueryError, QuerySample, Rule, RuleFile, RuleKind};
use swarmpulse_slo::SloQueries;
use swarmpulse_store::memory::MemoryMetrics;

/// The store.
#[derive(Default)]
pub struct Bench {
    metrics: MemoryMetrics,
}

impl Bench {
    /// Adds samples: Unix seconds and values.
    pub fn feed(&self, labels: &[(&str, &str)], samples: impl IntoIterator<Item = (i64, f64)>) {
        let samples: Vec<Sample> = samples
            .into_iter()
            .map(|(at_s, value)| Sample {
                at_ms: at_s * 1000,
                value,
            })
            .collect();
        self.metrics
            .append_samples(&Labels::from_pairs(labels.iter().copied()), &samples);
    }

    /// Evaluates all rules once, in order; the severities of the alerts that are true.
    pub fn evaluate(&self, file: &RuleFile, at_s: i64) -> BTreeSet<String> {
        let mut firing = BTreeSet::new();
        for rule in file.groups.iter().flat_map(|group| &group.rules) {
            let answer = self
                .instant(&rule.expr, Timestamp::from_unix_s(at_s as f64))
                .expect("an answer");
            match &rule.kind {
                RuleKind::Record(record) => {
                    for sample in answer {
                        self.record(&record.name, rule, &sample, at_s);
                    }
                }
                RuleKind::Alert(_) if !answer.is_empty() => {
                    firing.insert(label(rule, "sloth_severity").to_owned());
                }
                RuleKind::Alert(_) => {}
            }
        }
        firing
    }

    fn record(&self, name: &str, rule: &Rule, sample: &QuerySample, at_s: i64) {
        let mut pairs: Vec<(&str, &str)> = sample
            .labels
            .iter()
            .map(|label| (&*label.name, &*label.value))
            .collect();
        pairs.push((METRIC_NAME, name));
        pairs.extend(rule.labels.iter().map(|label| (&*label.name, &*label.value)));
        self.feed(&pairs, [(at_s, sample.value)]);
    }
}

impl SloQueries for Bench {
    fn instant(&self, expr: &str, at: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        let parsed = parse(expr).map_err(|error| QueryError(format!("{expr}: {error}")))?;
        let when = When::Instant { at_ms: at.unix_ms() };
        let answer = evaluate(&self.metrics, expr, &parsed, when, &Options::default());
        match answer.map_err(|error| QueryError(error.to_string()))?.value {
            Value::Vector(vector) => Ok(vector
                .into_iter()
                .filter_map(|sample| match sample.value {
                    PointValue::Float(value) => Some(QuerySample {
                        labels: sample.labels,
                        value,
                    }),
                    PointValue::Histogram(_) => None,
                })
                .collect()),
            Value::Scalar { value, .. } => Ok(vec![QuerySample {
                labels: Labels::empty(),
                value,
            }]),
            other => Err(QueryError(format!("{expr}: {other:?}"))),
        }
    }
}

/// The value of a rule's label.
pub fn label<'a>(rule: &'a Rule, name: &str) -> &'a str {
    let found = rule.labels.iter().find(|label: &&Label| label.name == name);
    found.map_or("", |label| label.value.as_str())
}
