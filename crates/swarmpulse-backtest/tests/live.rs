//! A run through the past says what evaluation at every moment would have said.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;

use proptest::prelude::*;
use swarmpulse_backtest::{BacktestOptions, BacktestReport, Did, Seen, TellingOptions, backtest};
use swarmpulse_model::series::{Label, METRIC_NAME, SampleBatch, stale_marker};
use swarmpulse_model::{AlertState, Labels, Sample, Text, Timestamp};
use swarmpulse_promql::{Options, PointValue, Value, When, evaluate, parse};
use swarmpulse_rules::{
    AlertRule, EvaluationOptions, ExpressionError, Expressions, GroupState, Query, QueryError, QuerySample,
    RecordRule, Rule, RuleFile, RuleGroup, RuleKind,
};
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::MemoryMetrics;

/// The samples begin here.
const BEGIN_S: f64 = 1_800_000_000.0;
const STEP_S: f64 = 15.0;

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_unix_s(BEGIN_S + seconds)
}

/// Evaluates at one moment, as rules are live.
struct Live(Arc<MemoryMetrics>);

struct LiveQuery(Arc<MemoryMetrics>, String);

impl Expressions for Live {
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
        Ok(Box::new(LiveQuery(Arc::clone(&self.0), text.to_owned())))
    }
}

impl Query for LiveQuery {
    fn at(&self, at: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        let expr = parse(&self.1).unwrap();
        let when = When::Instant { at_ms: at.unix_ms() };
        let answer = evaluate(&*self.0, &self.1, &expr, when, &Options::default())
            .map_err(|error| QueryError(error.to_string()))?;
        let Value::Vector(series) = answer.value else {
            return Err(QueryError("no vector".into()));
        };
        Ok(series
            .into_iter()
            .map(|series| match series.value {
                PointValue::Float(value) => QuerySample {
                    labels: series.labels,
                    value,
                },
                PointValue::Histogram(_) => panic!("no histogram was stored"),
            })
            .collect())
    }
}

fn alert(name: &str, expr: &str, for_s: f64, keep_firing_for_s: f64) -> Rule {
    Rule {
        line: 0,
        expr: expr.into(),
        labels: vec![Label {
            name: "severity".into(),
            value: "warning".into(),
        }],
        kind: RuleKind::Alert(AlertRule {
            name: name.into(),
            for_s,
            keep_firing_for_s,
            annotations: Vec::new(),
            overridden: None,
        }),
    }
}

fn record(name: &str, expr: &str) -> Rule {
    Rule {
        line: 0,
        expr: expr.into(),
        labels: Vec::new(),
        kind: RuleKind::Record(RecordRule { name: name.into() }),
    }
}

fn files() -> Vec<RuleFile> {
    let group = |name: &str, interval_s: f64, offset_s: f64, rules: Vec<Rule>| RuleGroup {
        name: name.into(),
        file: "test.yaml".into(),
        interval_s: Some(interval_s),
        query_offset_s: offset_s,
        rules,
        ..RuleGroup::default()
    };
    let groups = vec![
        group(
            "each",
            15.0,
            0.0,
            vec![
                alert("High", "load > 70", 45.0, 0.0),
                alert("Gone", "absent(load{agent=\"a0\"})", 0.0, 60.0),
                alert("Sticky", "load > 90", 0.0, 120.0),
            ],
        ),
        group(
            "sums",
            30.0,
            0.0,
            vec![
                record("all:load", "sum(load)"),
                record("all:load:smooth", "avg_over_time(all:load[2m])"),
                alert("Much", "all:load:smooth > 150", 60.0, 0.0),
            ],
        ),
        group(
            "late",
            60.0,
            30.0,
            vec![alert("Later", "max(load) > 95", 0.0, 0.0)],
        ),
        // Read what the others come to, and what they say of it themselves.
        group(
            "chained",
            20.0,
            0.0,
            vec![
                record("firing:count", "count(ALERTS{alertstate=\"firing\"})"),
                alert("Storm", "firing:count > 3", 20.0, 0.0),
                alert(
                    "Long",
                    "time() - ALERTS_FOR_STATE{alertname=\"Storm\"} > 60",
                    0.0,
                    0.0,
                ),
            ],
        ),
    ];
    vec![RuleFile {
        name: "test.yaml".into(),
        groups,
    }]
}

/// Loads of agents; `None` is a sample that never came.
fn stored(loads: &[Vec<Option<f64>>]) -> Arc<MemoryMetrics> {
    let store = MemoryMetrics::default();
    let mut batch = SampleBatch::default();
    for (agent, values) in loads.iter().enumerate() {
        let agent = format!("a{agent}");
        let labels = Labels::from_pairs([(METRIC_NAME, "load"), ("agent", &agent)]);
        let samples: Vec<Sample> = values
            .iter()
            .enumerate()
            .filter_map(|(step, value)| {
                Some(Sample {
                    at_ms: at(step as f64 * STEP_S).unix_ms(),
                    value: (*value)?,
                })
            })
            .collect();
        batch.push(&labels, &samples);
    }
    store.append_durably("default", Timestamp(0), &batch).unwrap();
    Arc::new(store)
}

type Times = Vec<(Text, i64, Option<i64>)>;

/// What firing at every moment comes to: id, beginning, end.
fn live(store: &Arc<MemoryMetrics>, from: Timestamp, to: Timestamp) -> Times {
    let expressions = Live(Arc::clone(store));
    let mut groups: Vec<GroupState> = files()[0]
        .groups
        .iter()
        .map(|group| GroupState::new(group.clone(), &expressions, 15.0).unwrap())
        .collect();
    let mut open: std::collections::BTreeMap<Text, i64> = std::collections::BTreeMap::new();
    let mut times = Times::new();
    // Second by second: every group at its own moments.
    let mut now = from.plus_s(-900.0);
    let mut last = vec![now; groups.len()];
    while now < to {
        for (group, last) in groups.iter_mut().zip(&mut last) {
            let due = group.due_at(now);
            if due > now || due <= *last || due < from.plus_s(-120.0) {
                continue;
            }
            *last = due;
            let options = EvaluationOptions::default();
            let offset_s = group.group().query_offset_s;
            let mut changes = Vec::new();
            group.evaluate_each(due, due, &options, &mut |outcome| {
                let mut batch = SampleBatch::default();
                let at_ms = due.plus_s(-offset_s).unix_ms();
                for (labels, value) in &outcome.recorded {
                    let value = *value;
                    batch.push(labels, &[Sample { at_ms, value }]);
                }
                for labels in &outcome.stale {
                    let value = stale_marker();
                    batch.push(labels, &[Sample { at_ms, value }]);
                }
                store.append_durably("default", Timestamp(0), &batch).unwrap();
                changes.extend(outcome.changes);
                assert_eq!(outcome.error, None);
            });
            for alert in changes {
                match alert.state {
                    AlertState::Pending => {}
                    AlertState::Firing => {
                        open.entry(alert.id).or_insert(due.unix_ms());
                    }
                    AlertState::Resolved => {
                        if let Some(began) = open.remove(&alert.id) {
                            times.push((alert.id, began, Some(due.unix_ms())));
                        }
                    }
                }
            }
        }
        now = now.plus_s(1.0);
    }
    times.extend(open.into_iter().map(|(id, began)| (id, began, None)));
    times.retain(|(_, began, ended)| {
        *began < to.unix_ms() && ended.is_none_or(|ended| ended >= from.unix_ms())
    });
    times.sort();
    times
}

fn run(store: Arc<dyn MetricStore>, from: Timestamp, to: Timestamp) -> BacktestReport {
    let options = BacktestOptions {
        from,
        to,
        default_interval_s: 15.0,
        external_url: String::new(),
        telling: TellingOptions::default(),
    };
    backtest(store, &files(), Did::default(), &options, &mut |_| true).unwrap()
}

fn times(report: &BacktestReport) -> Times {
    let mut times: Times = report
        .firings
        .iter()
        .map(|compared| {
            assert_eq!(compared.seen, Seen::New, "nothing did fire");
            let firing = compared.would.as_ref().unwrap();
            (
                firing.id.clone(),
                firing.fired_at.unix_ms(),
                firing.ended_at.map(Timestamp::unix_ms),
            )
        })
        .collect();
    times.sort();
    times
}

fn loads() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    // Levels that hold for a while, with gaps.
    let stretch = (1_usize..30, prop::option::weighted(0.85, 0.0_f64..110.0));
    let values = prop::collection::vec(stretch, 4..16).prop_map(|stretches| {
        stretches
            .into_iter()
            .flat_map(|(steps, value)| std::iter::repeat_n(value, steps))
            .collect::<Vec<_>>()
    });
    prop::collection::vec(values, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_past_is_run_as_it_was_lived(loads in loads()) {
        let (from, to) = (at(600.0), at(5_400.0));
        let ran = run(stored(&loads), from, to);
        let lived = live(&stored(&loads), from, to);
        prop_assert!(ran.errors.is_empty(), "{:?}", ran.errors);
        prop_assert_eq!(times(&ran), lived);
        // And once more: the same.
        prop_assert_eq!(run(stored(&loads), from, to), ran);
    }
}

#[test]
fn what_a_rule_records_ends_when_its_series_do() {
    let (from, to) = (at(600.0), at(5_400.0));
    // Both end for good while they are high together.
    let loads = [vec![Some(100.0); 120], vec![Some(100.0); 120]];
    let ran = run(stored(&loads), from, to);
    assert_eq!(times(&ran), live(&stored(&loads), from, to));
    assert!(times(&ran).iter().any(|(id, ..)| id.starts_with("Much/")));
}

#[test]
fn what_a_rule_recorded_live_does_not_count_for_another_definition() {
    let store = stored(&[vec![Some(100.0); 400]]);
    // Live, another definition recorded this.
    let mut batch = SampleBatch::default();
    let labels = Labels::from_pairs([(METRIC_NAME, "all:load:smooth")]);
    let samples: Vec<Sample> = (0..400)
        .map(|step| Sample {
            at_ms: at(f64::from(step) * STEP_S).unix_ms(),
            value: 1_000.0,
        })
        .collect();
    batch.push(&labels, &samples);
    // And ten alerts fired all the time.
    for number in 0..10 {
        let name = format!("Live{number}");
        let labels = [
            (METRIC_NAME, "ALERTS"),
            ("alertname", &name),
            ("alertstate", "firing"),
        ];
        batch.push(&Labels::from_pairs(labels), &samples);
    }
    store.append_durably("default", Timestamp(0), &batch).unwrap();
    let report = run(store, at(1_200.0), at(4_000.0));
    let names: Vec<&str> = report
        .firings
        .iter()
        .filter_map(|compared| Some(compared.firing()?.name.as_str()))
        .collect();
    assert_eq!(
        names,
        ["Sticky", "Later", "High"],
        "one agent's load is no 150, and three alerts are no storm"
    );
}

#[test]
fn a_run_that_is_stopped_says_so() {
    let options = BacktestOptions {
        from: at(0.0),
        to: at(86_400.0),
        default_interval_s: 15.0,
        external_url: String::new(),
        telling: TellingOptions::default(),
    };
    let mut told = Vec::new();
    let error = backtest(stored(&[]), &files(), Did::default(), &options, &mut |progress| {
        told.push(progress.ratio);
        told.len() < 2
    })
    .unwrap_err();
    assert_eq!(error.to_string(), "stopped");
    assert!(told[0] > 0.2 && told[1] > told[0], "{told:?}");
    let empty = BacktestOptions {
        to: at(0.0),
        ..options
    };
    let error = backtest(stored(&[]), &files(), Did::default(), &empty, &mut |_| true).unwrap_err();
    assert!(error.to_string().contains("empty"), "{error}");
}
