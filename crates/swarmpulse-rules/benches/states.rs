//! The states of 1,000 rules whose answers have 100,000 series together; evaluating the expressions is not a part of it.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_rules::{
    AlertRule, EvaluationOptions, ExpressionError, Expressions, GroupState, Query, QueryError, QuerySample,
    RecordRule, Rule, RuleGroup, RuleKind,
};

const RULES: usize = 1_000;
const SERIES_PER_RULE: usize = 100;

/// The same answer for each rule, with another value at each time.
struct Fixed(Arc<Vec<Labels>>);

impl Expressions for Fixed {
    fn prepare(&self, _: &str) -> Result<Box<dyn Query>, ExpressionError> {
        Ok(Box::new(Self(Arc::clone(&self.0))))
    }
}

impl Query for Fixed {
    fn at(&self, at: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        let value = at.unix_s();
        let sample = |labels: &Labels| QuerySample {
            labels: labels.clone(),
            value,
        };
        Ok(self.0.iter().map(sample).collect())
    }
}

fn label(name: &str, value: &str) -> swarmpulse_model::series::Label {
    swarmpulse_model::series::Label {
        name: name.into(),
        value: value.into(),
    }
}

fn groups(alerts: bool) -> Vec<GroupState> {
    let series = (0..SERIES_PER_RULE).map(|n| {
        let agent = format!("agent-{n}");
        Labels::from_pairs([
            ("__name__", "load"),
            ("agent", &agent),
            ("host", "h1"),
            ("kind", "bot"),
            ("namespace", "default"),
        ])
    });
    let expressions = Fixed(Arc::new(series.collect()));
    (0..RULES)
        .map(|n| {
            let kind = if alerts {
                RuleKind::Alert(AlertRule {
                    name: format!("Rule{n}").into(),
                    for_s: 60.0,
                    annotations: vec![
                        label("summary", "{{ $labels.agent }} has {{ $value | humanize }}"),
                        label("description", "Look at it."),
                    ],
                    ..AlertRule::default()
                })
            } else {
                RuleKind::Record(RecordRule {
                    name: format!("rule:{n}").into(),
                })
            };
            let rule = Rule {
                line: 0,
                expr: "x".into(),
                labels: vec![label("severity", "warning")],
                kind,
            };
            let group = RuleGroup {
                name: format!("g{n}"),
                rules: vec![rule],
                ..RuleGroup::default()
            };
            let state = GroupState::new(group, &expressions, 15.0);
            state.unwrap_or_else(|error| unreachable!("{error}"))
        })
        .collect()
}

fn bench(criterion: &mut Criterion) {
    let options = EvaluationOptions::default();
    for (name, alerts) in [("alerts", true), ("recorded", false)] {
        let mut groups = groups(alerts);
        let mut at = Timestamp(1_700_000_000_000_000_000);
        criterion.bench_function(&format!("1000 rules, 100000 series: {name}"), |bencher| {
            bencher.iter(|| {
                at = at.plus_s(15.0);
                for group in &mut groups {
                    black_box(group.evaluate(at, at, &options));
                }
            });
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = bench
}
criterion_main!(benches);
